//! The relay: outbox entries that whoever wrote them did not publish.

use crate::entry::log::{Level, Log};
use crate::store::{Store, StoreError};
use crate::usecases::publish::{Publisher, Tally};
use chrono::TimeDelta;
use serde_json::json;

/// An entry that is older was left behind.
const LEFT_BEHIND: TimeDelta = TimeDelta::seconds(30);

/// So many entries of a shard in one sweep; the rest waits a minute.
const MOST_AT_ONCE: usize = 200;

/// Sweeps the outbox.
#[derive(Clone)]
pub struct Relay {
    store: Store,
    publisher: Publisher,
    log: Log,
}

impl Relay {
    /// A relay. An entry that it parks is an error in `log`: an operator has to look.
    pub fn new(store: Store, publisher: Publisher, log: Log) -> Self {
        Self { store, publisher, log }
    }

    /// Publishes every entry that was left behind.
    pub async fn sweep(&self) -> Result<Tally, StoreError> {
        let mut total = Tally::default();
        for shard in 0..self.store.outbox_shards() {
            let entries = self.store.unpublished(shard, LEFT_BEHIND, MOST_AT_ONCE).await?;
            let tally = self.publisher.publish(&entries).await?;
            total.accepted += tally.accepted;
            total.refused += tally.refused;
            total.parked += tally.parked;
            total.unknown += tally.unknown;
        }
        if total.parked > 0 {
            self.log.write(Level::Error, "relay", "parked", &[("entries", json!(total.parked))]);
        }
        Ok(total)
    }
}
