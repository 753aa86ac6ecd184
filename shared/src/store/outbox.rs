//! The outbox: events are written in the transaction of the change they tell, and published right after it.

use super::expression::{Item, Update, When, delete, instant, number, put, text};
use super::keys::Key;
use super::table::{Query, Range, StoreError, parse};
use super::{Store, keys};
use crate::bus::Event;
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, TimeDelta};
use domain::ids::AccountId;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// How often an entry is offered to the bus before it is parked.
const MOST_REFUSALS: u32 = 5;

/// An event that is to be published at least once.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEntry {
    /// The event, with the id by which consumers recognise a repetition.
    pub event: Event,
    /// How often the bus refused it.
    pub refusals: u32,
}

#[derive(Deserialize)]
struct OutboxItem {
    #[serde(rename = "SK")]
    id: Uuid,
    account: AccountId,
    detail_type: String,
    version: u64,
    detail: String,
    at: i64,
    #[serde(default)]
    refusals: u32,
}

/// What became of an entry at the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The bus has it.
    Accepted,
    /// The bus refused it.
    Refused,
}

impl OutboxEntry {
    /// A new entry.
    pub fn new(event: Event) -> Self {
        Self { event, refusals: 0 }
    }

    pub(super) fn write(&self, table: &str) -> Result<TransactWriteItem, StoreError> {
        put(table, self.item(keys::outbox(self.event.id)), None)
    }

    fn item(&self, key: Key) -> Item {
        let mut item = key.into_item();
        item.insert("account".into(), text(self.event.account.as_str()));
        item.insert("detail_type".into(), text(&self.event.detail_type));
        item.insert("version".into(), number(self.event.version));
        item.insert("detail".into(), text(self.event.detail.to_string()));
        item.insert("at".into(), instant(self.event.time));
        item
    }
}

impl TryFrom<OutboxItem> for OutboxEntry {
    type Error = StoreError;
    fn try_from(item: OutboxItem) -> Result<Self, StoreError> {
        let detail: Value = serde_json::from_str(&item.detail).map_err(StoreError::ours)?;
        let time = DateTime::from_timestamp_millis(item.at).unwrap_or_default();
        let event = Event {
            id: item.id,
            account: item.account,
            detail_type: item.detail_type,
            version: item.version,
            detail,
            time,
        };
        Ok(Self { event, refusals: item.refusals })
    }
}

impl Store {
    /// Entries of one shard that whoever wrote them should have published by now, oldest first, at most `limit`.
    pub async fn unpublished(
        &self,
        shard: u64,
        older_than: TimeDelta,
        limit: usize,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let until = (self.now() - older_than).timestamp_millis();
        let query = Query { limit: Some(limit as i32), ..Query::of(keys::outbox_partition(shard), Range::All) };
        let items = self.table.query(query).await?.items.into_iter().map(parse::<OutboxItem>);
        let old = items.filter(|item| item.as_ref().map_or(true, |item| item.at <= until));
        old.map(|item| OutboxEntry::try_from(item?)).collect()
    }

    /// How many shards the outbox has.
    pub fn outbox_shards(&self) -> u64 {
        keys::OUTBOX_SHARDS
    }

    /// Notes what became of an entry: accepted ones go, the fifth refusal parks it. Answers whether it was parked now.
    pub async fn settle(&self, entry: &OutboxEntry, published: Published) -> Result<bool, StoreError> {
        let key = keys::outbox(entry.event.id);
        match published {
            Published::Accepted => self.table.delete(key).await.map(|()| false),
            Published::Refused if entry.refusals + 1 >= MOST_REFUSALS => self.park_entry(entry).await.map(|()| true),
            Published::Refused => {
                let update = Update::of(key).add("refusals", 1).when(When::Exists(keys::PK));
                match self.table.update(update).await {
                    Ok(_) => Ok(false),
                    Err(error) if error.is_conflict() => Ok(false),
                    Err(error) => Err(error),
                }
            }
        }
    }

    async fn park_entry(&self, entry: &OutboxEntry) -> Result<(), StoreError> {
        let table = self.table.name();
        let writes = vec![
            delete(table, keys::outbox(entry.event.id), None)?,
            put(table, entry.item(keys::parked(entry.event.id)), None)?,
        ];
        self.table.transact(writes).await
    }
}
