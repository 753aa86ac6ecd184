//! Publishing: whoever commits an outbox entry publishes it right away; the relay sweeps what was left behind.

use crate::bus::{Bus, Publish};
use crate::store::{OutboxEntry, Published, Store, StoreError};
use std::time::Duration;

/// How long somebody who has committed waits for what need not be done at once.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// Offers outbox entries to the bus.
#[derive(Clone)]
pub struct Publisher {
    bus: Bus,
    store: Store,
}

/// What became of some entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// The bus has them.
    pub accepted: u64,
    /// The bus refused them; they are offered again.
    pub refused: u64,
    /// Refused for the last time: an operator has to look.
    pub parked: u64,
    /// Nobody knows; they are offered again.
    pub unknown: u64,
}

impl Publisher {
    /// A publisher.
    pub fn new(bus: Bus, store: Store) -> Self {
        Self { bus, store }
    }

    /// Publishes entries right after their commit. What fails stays in the outbox for the relay, so nothing is lost
    /// and the caller need not care.
    pub async fn publish_now(&self, entries: &[OutboxEntry]) {
        let _ = tokio::time::timeout(PATIENCE, self.publish(entries)).await;
    }

    /// Publishes entries and settles each by its own outcome: `PutEvents` may take some and refuse others.
    pub async fn publish(&self, entries: &[OutboxEntry]) -> Result<Tally, StoreError> {
        let mut tally = Tally::default();
        if entries.is_empty() {
            return Ok(tally);
        }
        let events: Vec<_> = entries.iter().map(|entry| entry.event.clone()).collect();
        for (entry, outcome) in entries.iter().zip(self.bus.publish(&events).await) {
            match outcome {
                Publish::Accepted => {
                    self.store.settle(entry, Published::Accepted).await?;
                    tally.accepted += 1;
                }
                Publish::Refused { .. } => {
                    tally.refused += 1;
                    tally.parked += u64::from(self.store.settle(entry, Published::Refused).await?);
                }
                Publish::Unknown => tally.unknown += 1,
            }
        }
        Ok(tally)
    }
}
