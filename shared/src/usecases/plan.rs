//! The planner: what is due goes to its queue, each entry moved on first, so that a backlog is not sent again every
//! minute. Its cost follows what is due, not what exists.

mod turns;

use crate::queue::{Queue, QueueError};
use crate::store::{Due, Nominated, Store, StoreError};
use chrono::{DateTime, Utc};
use domain::ids::ProviderSlug;
use domain::schedule::DUE_SHARDS;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use std::collections::HashMap;
use turns::Turns;

/// Shards that are read, and entries that are moved, at a time.
pub(super) const CONCURRENCY: usize = 16;

/// A shard is read in pages of so many entries, each of some hundred bytes.
const PAGE: usize = 1_000;

/// So many pages of a shard are read at most. All shards together are a backlog of a million.
const MOST_PAGES: usize = 16;

/// Plans one kind of work.
#[derive(Clone)]
pub struct Planner {
    store: Store,
    kind: Due,
    queue: Queue,
}

/// What a planner run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// Entries that were due.
    pub due: usize,
    /// How long those that could be sent had been due at most, in seconds.
    pub lag_s: u64,
    /// Messages that the queue has.
    pub sent: usize,
    /// Entries that wait, because their provider's rate is used up.
    pub held_back: usize,
    /// Entries that the queue refused; they are due again in five minutes.
    pub failed: usize,
}

impl Planned {
    /// What both did.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            due: self.due + other.due,
            lag_s: self.lag_s.max(other.lag_s),
            sent: self.sent + other.sent,
            held_back: self.held_back + other.held_back,
            failed: self.failed + other.failed,
        }
    }
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

impl Planner {
    /// A planner of this kind of work, for this queue.
    pub fn new(store: Store, kind: Due, queue: Queue) -> Self {
        Self { store, kind, queue }
    }

    /// The queue that it sends to.
    pub(super) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// What is due, oldest first, at most `most_per_shard` of each shard.
    pub async fn nominated(&self, most_per_shard: usize) -> Result<Vec<Nominated>, StoreError> {
        nominated(&self.store, self.kind, most_per_shard).await
    }

    /// Sends these entries, each once it was moved on.
    pub async fn send<M: Serialize>(
        &self,
        entries: Vec<Nominated>,
        message: impl Fn(&Nominated) -> M,
    ) -> Result<Planned, PlanError> {
        let (due, lag_s) = (entries.len(), self.lag(&entries));
        let moved = self.moved(entries).await;
        let messages: Vec<_> = moved.iter().map(|entry| (entry.account.clone(), message(entry))).collect();
        let failed = self.queue.send_batch(&messages).await?;
        Ok(Planned { due, lag_s, sent: messages.len() - failed.len(), failed: failed.len(), ..Planned::default() })
    }

    fn lag(&self, entries: &[Nominated]) -> u64 {
        let now = self.store.now();
        entries.iter().map(|entry| entry.waited(now)).max().unwrap_or_default()
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

/// What is due of a kind, oldest first.
pub(super) async fn nominated(store: &Store, kind: Due, most_per_shard: usize) -> Result<Vec<Nominated>, StoreError> {
    let now = store.now();
    let shards = stream::iter(0..DUE_SHARDS)
        .map(|shard| of_shard(store, kind, shard, now, most_per_shard))
        .buffer_unordered(CONCURRENCY);
    let mut nominated: Vec<Nominated> = shards.try_concat().await?;
    nominated.sort_by(|left, right| left.due_sk.cmp(&right.due_sk));
    Ok(nominated)
}

/// What is due of one shard, at most so many of each provider. A backlog, of a provider or of an account, is read past, so
/// that what is due of the others behind it has its turn.
async fn of_shard(
    store: &Store,
    kind: Due,
    shard: u64,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Vec<Nominated>, StoreError> {
    let (mut turns, mut after) = (Turns::of(most), None);
    for _ in 0..MOST_PAGES {
        let page = store.nominated(kind, shard, now, PAGE, after).await?;
        page.items.into_iter().for_each(|entry| turns.offer(entry));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(turns.taken())
}

/// Splits what is due into what each provider's rate admits and how many wait. An account has one integration of a
/// provider, so no account can crowd out another.
pub(super) fn admitted(nominated: Vec<Nominated>, mut rates: HashMap<ProviderSlug, u32>) -> (Vec<Nominated>, usize) {
    let all = nominated.len();
    let admitted: Vec<Nominated> = nominated
        .into_iter()
        .filter(|entry| match rates.get_mut(&entry.provider) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        })
        .collect();
    let held_back = all - admitted.len();
    (admitted, held_back)
}
