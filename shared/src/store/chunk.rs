//! What a sync stores at once: up to 90 records, one event, the progress and, at a page's end, the cursor.

use super::expression::{Update, When, any, number};
use super::integration::{Integration, Progress};
use super::outbox::OutboxEntry;
use super::record::{self, StoredRecord};
use super::resource::Resource;
use super::table::StoreError;
use super::{Store, expression, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::{ExternalId, ResourceId};
use uuid::Uuid;

/// Most records in one chunk: a transaction has at most 100 actions.
pub const MOST_RECORDS: usize = 90;
/// Most bytes of records in one chunk: a transaction has at most 4 MB.
pub const MOST_BYTES: usize = 3 * 1024 * 1024;

/// One record's part of a chunk.
#[derive(Debug, Clone)]
pub enum RecordWrite {
    /// Created, updated or deleted.
    Put(StoredRecord),
    /// Unchanged, and seen by the full pull of this generation.
    Seen {
        /// The provider's id.
        id: ExternalId,
        /// The pull's mark.
        generation: Uuid,
    },
}

/// A chunk. It is stored whole, and only while its worker holds the sync lease.
#[derive(Debug)]
pub struct Chunk<'a> {
    /// The integration as its worker took it.
    pub integration: &'a Integration,
    /// The records' resource.
    pub resource: &'a ResourceId,
    /// The records.
    pub records: Vec<RecordWrite>,
    /// The progress, this chunk included.
    pub progress: &'a Progress,
    /// The cursor, with the last chunk of a page.
    pub cursor: Option<&'a Resource>,
    /// The resource is not synced any more: its item goes.
    pub forget: bool,
    /// What to tell.
    pub event: Option<OutboxEntry>,
}

impl Chunk<'_> {
    /// The position of the integration's update among the actions.
    pub const INTEGRATION: usize = 0;

    fn writes(&self, table: &str) -> Result<Vec<TransactWriteItem>, StoreError> {
        let integration = self.integration;
        let mut writes = vec![held(integration)?.set("progress", any(self.progress)?).into_write(table)?];
        for write in &self.records {
            writes.push(match write {
                RecordWrite::Put(record) => record.write(table, integration.dataset)?,
                RecordWrite::Seen { id, generation } => {
                    record::seen(table, integration.dataset, self.resource, id, *generation)?
                }
            });
        }
        if let Some(cursor) = self.cursor {
            writes.push(cursor.write(table, integration.id)?);
        }
        if self.forget {
            writes.push(expression::delete(table, keys::resource(integration.id, self.resource), None)?);
        }
        if let Some(event) = &self.event {
            writes.push(event.write(table)?);
        }
        Ok(writes)
    }
}

/// An update of the integration that only the holder of its sync lease can make.
fn held(integration: &Integration) -> Result<Update, StoreError> {
    Ok(Update::of(keys::integration(&integration.account, &integration.provider))
        .when(When::Equals("id", any(&integration.id)?))
        .when(When::Equals("sync_fence", number(integration.sync_fence)))
        .add("rev", 1))
}

impl Store {
    /// Stores a chunk; [`StoreError::Conflict`] when the lease is no longer held: stop, nothing was stored.
    pub async fn store_chunk(&self, chunk: &Chunk<'_>) -> Result<(), StoreError> {
        self.table.transact(chunk.writes(self.table.name())?).await
    }
}
