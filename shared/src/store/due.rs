//! The due queue: the index only nominates, the item decides.

use super::Store;
use super::expression::{Item, Update, When, instant, text};
use super::integration::Integration;
use super::keys::{self, Key};
use super::table::{Page, Query, Range, StoreError, parse};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, IntegrationId, ProviderSlug};
use serde::{Deserialize, Serialize};

/// How far a planner moves an entry before it sends: a backlog is not sent again every minute.
const MOVED_ON: TimeDelta = TimeDelta::minutes(5);

/// A kind of work in the due index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// A sync of an integration.
    Sync,
    /// The daily attempt of a deactivated integration.
    Probe,
    /// A refresh ahead of the access token's expiry.
    Refresh,
    /// A look at an integration, whatever it does by itself.
    Checkup,
    /// An appointment that is to be written to the provider.
    Write,
    /// Something left to destroy, or a flow that has to end.
    Cleanup,
}

impl Due {
    /// The kind's name in the index.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Probe => "probe",
            Self::Refresh => "refresh",
            Self::Checkup => "checkup",
            Self::Write => "write",
            Self::Cleanup => "cleanup",
        }
    }
}

/// The name of one item, as a message carries it. Only the store makes and reads one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemName {
    pk: String,
    sk: String,
}

impl ItemName {
    pub(super) fn key(&self) -> Key {
        Key { pk: self.pk.clone(), sk: self.sk.clone() }
    }
}

impl From<Key> for ItemName {
    fn from(key: Key) -> Self {
        Self { pk: key.pk, sk: key.sk }
    }
}

/// The place of an item in the index: set while it is due at some time, absent otherwise.
pub(super) fn place(update: Update, kind: Due, id: IntegrationId, at: Option<DateTime<Utc>>) -> Update {
    update
        .set_or_remove("due_at", at.map(instant))
        .set_or_remove(keys::DUE.pk, at.map(|_| text(keys::due_shard(kind.as_str(), id))))
        .set_or_remove(keys::DUE.sk, at.map(|at| text(keys::due_sort(at, id))))
}

/// The index attributes of an item that is put whole.
pub(super) fn enter(item: &mut Item, kind: Due, id: IntegrationId, at: Option<DateTime<Utc>>) {
    if let Some(at) = at {
        item.insert(keys::DUE.pk.into(), text(keys::due_shard(kind.as_str(), id)));
        item.insert(keys::DUE.sk.into(), text(keys::due_sort(at, id)));
    }
}

/// An entry of the index that may be due.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Nominated {
    #[serde(rename = "PK")]
    pk: String,
    #[serde(rename = "SK")]
    sk: String,
    /// The time by which it is sorted, as text.
    pub due_sk: String,
    /// The integration.
    pub id: IntegrationId,
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
}

impl Nominated {
    /// The nominated item.
    pub fn name(&self) -> ItemName {
        ItemName { pk: self.pk.clone(), sk: self.sk.clone() }
    }

    /// How long it has been due, in whole seconds.
    pub fn waited(&self, now: DateTime<Utc>) -> u64 {
        let due = keys::sorted_at(&self.due_sk).unwrap_or(now);
        (now - due).num_seconds().try_into().unwrap_or_default()
    }
}

impl Store {
    /// A page of what one shard has that is due now, oldest first.
    pub async fn nominated(
        &self,
        kind: Due,
        shard: u64,
        now: DateTime<Utc>,
        limit: usize,
        after: Option<String>,
    ) -> Result<Page<Nominated>, StoreError> {
        let range = Range::Between("0".into(), format!("{}~", keys::sortable(now)));
        let query = Query::on(&keys::DUE, keys::due_partition(kind.as_str(), shard), range);
        let page = self.table.query(Query { limit: Some(limit as i32), after, ..query }).await?;
        Ok(Page { items: page.items.into_iter().map(parse).collect::<Result<_, _>>()?, next: page.next })
    }

    /// Moves an entry on, if it is still where it was read. Answers whether it was moved: only then it may be sent.
    pub async fn move_on(&self, entry: &Nominated, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let key = Key { pk: entry.pk.clone(), sk: entry.sk.clone() };
        let update = Update::of(key)
            .set(keys::DUE.sk, text(keys::due_sort(now + MOVED_ON, entry.id)))
            .when(When::Equals(keys::DUE.sk, text(&entry.due_sk)));
        self.when_unchanged(update).await
    }

    /// Takes the entry of an integration that is not synced out of the index, if it is still where it was read.
    pub async fn forget_due(&self, seen: &Integration) -> Result<bool, StoreError> {
        let update = Update::of(keys::integration(&seen.account, &seen.provider))
            .remove(keys::DUE.pk)
            .remove(keys::DUE.sk)
            .remove("due_at")
            .add("rev", 1)
            .when(seen.unchanged()?);
        self.when_unchanged(update).await
    }

    async fn when_unchanged(&self, update: Update) -> Result<bool, StoreError> {
        // A transaction, because the SDK's own second try of it is a replay: a lost answer is not a refusal.
        match self.table.transact(vec![update.into_write(self.table.name())?]).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
