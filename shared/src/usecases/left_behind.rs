//! What is left to destroy, on its way to the worker: named in the table first, then sent.

use crate::queue::Queue;
use crate::store::{Cleanup, ItemName, Store, Withdrawal};
use crate::usecases::publish::PATIENCE;
use domain::ids::AccountId;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A message of the lifecycle queue. It only names: the item decides what is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehindMessage {
    /// The tenant.
    pub account: AccountId,
    /// The cleanup or flow.
    pub item: ItemName,
}

/// Starts destruction that the table already asks for.
#[derive(Clone)]
pub struct Destruction {
    store: Store,
    queue: Queue,
}

impl Destruction {
    /// Over these.
    pub fn new(store: Store, queue: Queue) -> Self {
        Self { store, queue }
    }

    /// Sends the message of a cleanup, to be seen when it is due. If that fails, schedule-health finds the entry.
    pub async fn begin(&self, cleanup: &Cleanup) {
        let delay = (cleanup.due_at - self.store.now()).to_std().unwrap_or_default();
        self.send(&cleanup.account, cleanup.name(), delay).await;
    }

    /// Sends the message of what was taken back at a provider. If that fails, schedule-health finds the entry.
    pub async fn begin_withdrawal(&self, part: &Withdrawal) {
        self.send(&part.account, part.name(), Duration::ZERO).await;
    }

    async fn send(&self, account: &AccountId, item: ItemName, delay: Duration) {
        let message = LeftBehindMessage { account: account.clone(), item };
        let _ = tokio::time::timeout(PATIENCE, self.queue.send_later(account, &message, delay)).await;
    }
}
