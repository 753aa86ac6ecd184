//! The planner: what is due goes to the sync queue. Its cost follows what is due, not what exists.

use crate::queue::{Queue, QueueError};
use crate::store::{Nominated, Store, StoreError};
use crate::usecases::request_sync::SyncMessage;
use domain::schedule::DUE_SHARDS;
use futures_util::{StreamExt, TryStreamExt, stream};
use providers::Registry;
use std::collections::HashMap;

/// Shards that are read at a time.
const CONCURRENCY: usize = 16;
/// Most entries that one planner run takes from a shard.
const MOST_PER_SHARD: usize = 200;

/// Plans syncs.
#[derive(Clone)]
pub struct PlanSyncs {
    store: Store,
    registry: Registry,
    queue: Queue,
}

/// What a planner run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Planned {
    /// Entries that were due.
    pub due: usize,
    /// Messages that the queue has.
    pub sent: usize,
    /// Entries that wait, because their provider's rate is used up.
    pub held_back: usize,
    /// Entries that the queue refused; they are due again in five minutes.
    pub failed: usize,
}

/// Why planning stopped.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl PlanSyncs {
    /// Over these.
    pub fn new(store: Store, registry: Registry, queue: Queue) -> Self {
        Self { store, registry, queue }
    }

    /// Sends what is due, oldest first, at most each provider's rate. Each entry is moved on before it is sent, so a
    /// backlog is not sent again every minute.
    pub async fn plan(&self) -> Result<Planned, PlanError> {
        let nominated = self.nominated().await?;
        let due = nominated.len();
        let admitted = self.admitted(nominated);
        let held_back = due - admitted.len();
        let moved = self.moved(admitted).await;
        let messages: Vec<_> = moved
            .iter()
            .map(|entry| {
                let message = SyncMessage {
                    account: entry.account.clone(),
                    provider: entry.provider.clone(),
                    integration: entry.id,
                };
                (entry.account.clone(), message)
            })
            .collect();
        let failed = self.queue.send_batch(&messages).await?.len();
        Ok(Planned { due, sent: messages.len() - failed, held_back, failed })
    }

    async fn nominated(&self) -> Result<Vec<Nominated>, StoreError> {
        let now = self.store.now();
        let shards = stream::iter(0..DUE_SHARDS)
            .map(|shard| self.store.nominated("sync", shard, now, MOST_PER_SHARD))
            .buffer_unordered(CONCURRENCY);
        let mut nominated: Vec<Nominated> = shards.try_concat().await?;
        nominated.sort_by(|left, right| left.due_sk.cmp(&right.due_sk));
        Ok(nominated)
    }

    /// Oldest first. An account has one integration of a provider, so no account can crowd out another.
    fn admitted(&self, nominated: Vec<Nominated>) -> Vec<Nominated> {
        let mut left: HashMap<_, u32> = self
            .registry
            .iter()
            .map(|provider| (provider.manifest().slug.clone(), provider.manifest().syncs_per_minute))
            .collect();
        nominated
            .into_iter()
            .filter(|entry| match left.get_mut(&entry.provider) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    true
                }
                _ => false,
            })
            .collect()
    }

    async fn moved(&self, entries: Vec<Nominated>) -> Vec<Nominated> {
        let now = self.store.now();
        stream::iter(entries)
            // One that could not be moved is due again next minute; the others go.
            .map(|entry| async move { self.store.move_on(&entry, now).await.unwrap_or(false).then_some(entry) })
            .buffer_unordered(CONCURRENCY)
            .filter_map(|entry| async move { entry })
            .collect()
            .await
    }
}
