//! Synced records, readable by change time and, for calendars, by time.

use super::Store;
use super::expression::{Item, Update, When, any, number, put, text};
use super::keys::{self, Agenda, Key};
use super::table::{Page, Query, Range, StoreError, parse};
use crate::digest::sha256_hex;
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{DatasetId, ExternalId, ResourceId};
use domain::occurrences::{AgendaSlot, agenda_slot};
use domain::record::Record;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How long a deletion stays visible.
pub const TOMBSTONE_DAYS: i64 = 90;

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredRecord {
    /// The resource it belongs to.
    pub resource: ResourceId,
    /// The provider's id.
    pub id: ExternalId,
    /// Digest of the content, by which an unchanged record is recognised.
    pub hash: String,
    /// Grows with each change.
    pub version: u64,
    /// The mark of the last full pull that saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<Uuid>,
    /// It is gone.
    #[serde(default)]
    pub deleted: bool,
    /// When the change was stored.
    #[serde(with = "ts_milliseconds")]
    pub changed_at: DateTime<Utc>,
    /// The content as JSON; absent when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// What is known of a record before it is written.
#[derive(Debug, Clone, Deserialize)]
pub struct Existing {
    #[serde(rename = "SK")]
    sort: String,
    /// Digest of the content.
    pub hash: String,
    /// Its version.
    pub version: u64,
    /// The mark of the last full pull that saw it.
    #[serde(default)]
    pub generation: Option<Uuid>,
    /// It is gone.
    #[serde(default)]
    pub deleted: bool,
    /// When the change was stored.
    #[serde(with = "ts_milliseconds")]
    pub changed_at: DateTime<Utc>,
}

impl StoredRecord {
    /// The record's content; `None` when it is gone.
    pub fn record(&self) -> Result<Option<Record>, StoreError> {
        self.body.as_deref().map(serde_json::from_str).transpose().map_err(StoreError::ours)
    }

    /// Digest of a content.
    pub fn digest(body: &str) -> String {
        sha256_hex(body.as_bytes())[..32].to_owned()
    }

    /// The write of this version, over the one before it: whoever decided on an older one is refused.
    pub(super) fn write(&self, table: &str, dataset: DatasetId) -> Result<TransactWriteItem, StoreError> {
        let key = keys::record(dataset, &self.resource, &self.id);
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.insert(keys::CHANGED.pk.into(), text(keys::changed_partition(dataset)));
        item.insert(keys::CHANGED.sk.into(), text(keys::changed_sort(self.changed_at, &key)));
        if let Some(sort) = self.agenda_sort(&key)? {
            item.insert(keys::AGENDA.pk.into(), text(keys::agenda_partition(dataset)));
            item.insert(keys::AGENDA.sk.into(), text(sort));
        }
        if self.deleted {
            let until = self.changed_at + TimeDelta::days(TOMBSTONE_DAYS + 1);
            item.insert(keys::EXPIRES.into(), number(until.timestamp()));
        }
        item.extend(key.into_item());
        let former = match self.version {
            0 | 1 => When::Absent(keys::PK),
            version => When::Equals("version", number(version - 1)),
        };
        put(table, item, Some(former))
    }

    fn agenda_sort(&self, key: &Key) -> Result<Option<String>, StoreError> {
        let Some(Record::CalendarEvent(event)) = self.record()? else { return Ok(None) };
        Ok(agenda_slot(&event).map(|slot| match slot {
            AgendaSlot::Single { start } => Agenda::Single.sort(Some(start), key),
            AgendaSlot::Long { end } => Agenda::Long.sort(Some(end), key),
            AgendaSlot::Series { until } => Agenda::Series.sort(until, key),
            AgendaSlot::Exception { latest } => Agenda::Exception.sort(Some(latest), key),
        }))
    }
}

/// Marks an unchanged record as seen, without touching when it changed.
pub(super) fn seen(
    table: &str,
    dataset: DatasetId,
    resource: &ResourceId,
    id: &ExternalId,
    generation: Uuid,
) -> Result<TransactWriteItem, StoreError> {
    Update::of(keys::record(dataset, resource, id)).set("generation", any(&generation)?).into_write(table)
}

fn records(page: Page<Item>) -> Result<Page<StoredRecord>, StoreError> {
    let items = page.items.into_iter().map(parse).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

impl Store {
    /// What is known of up to 100 records of one resource.
    pub async fn existing(
        &self,
        dataset: DatasetId,
        resource: &ResourceId,
        ids: &[&ExternalId],
    ) -> Result<HashMap<ExternalId, Existing>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted: HashMap<String, &ExternalId> =
            ids.iter().map(|id| (keys::record(dataset, resource, id).sk, *id)).collect();
        // One key must not be asked for twice.
        let once: HashSet<&ExternalId> = ids.iter().copied().collect();
        let keys = once.into_iter().map(|id| keys::record(dataset, resource, id)).collect();
        // `hash` is one of DynamoDB's reserved words.
        let items = self
            .table
            .batch_get(keys, "SK, #hash, version, generation, deleted, changed_at", &[("#hash", "hash")])
            .await?;
        let mut found = HashMap::with_capacity(items.len());
        for item in items {
            let existing: Existing = parse(item)?;
            if let Some(id) = wanted.get(&existing.sort) {
                found.insert((*id).clone(), existing);
            }
        }
        Ok(found)
    }

    /// A page of one resource's records.
    pub async fn records_of(
        &self,
        dataset: DatasetId,
        resource: &ResourceId,
        limit: usize,
        after: Option<String>,
    ) -> Result<Page<StoredRecord>, StoreError> {
        let range = Range::Prefix(keys::resource_prefix(resource));
        let query = Query { limit: Some(limit as i32), after, ..Query::of(keys::records_partition(dataset), range) };
        records(self.table.query(query).await?)
    }

    /// A page of changes since an instant, oldest first.
    pub async fn changed_since(
        &self,
        dataset: DatasetId,
        since: DateTime<Utc>,
        limit: usize,
        after: Option<String>,
    ) -> Result<Page<StoredRecord>, StoreError> {
        let range = Range::Between(keys::sortable(since), "~".into());
        let query = Query {
            limit: Some(limit as i32),
            after,
            ..Query::on(&keys::CHANGED, keys::changed_partition(dataset), range)
        };
        records(self.table.query(query).await?)
    }

    /// Single events that may overlap the window: short ones by start, long ones by end.
    pub async fn agenda_singles(
        &self,
        dataset: DatasetId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let mut found = self.agenda(dataset, Agenda::Single, from - TimeDelta::hours(24), Some(to)).await?;
        found.extend(self.agenda(dataset, Agenda::Long, from, None).await?);
        Ok(found)
    }

    /// Series that are not over at an instant.
    pub async fn agenda_series(
        &self,
        dataset: DatasetId,
        from: DateTime<Utc>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        self.agenda(dataset, Agenda::Series, from, None).await
    }

    /// Exceptions whose original start or new end is at or after an instant.
    pub async fn agenda_exceptions(
        &self,
        dataset: DatasetId,
        from: DateTime<Utc>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        self.agenda(dataset, Agenda::Exception, from, None).await
    }

    async fn agenda(
        &self,
        dataset: DatasetId,
        part: Agenda,
        from: DateTime<Utc>,
        to: Option<DateTime<Utc>>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let (low, high) = part.range(from, to);
        let partition = keys::agenda_partition(dataset);
        self.table.query_all(Some(&keys::AGENDA), &partition, || Range::Between(low.clone(), high.clone())).await
    }
}
