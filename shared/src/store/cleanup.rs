//! What is left to destroy after a disconnect, a delete, or a grant or dataset that was replaced.

use super::channel::Watch;
use super::credential::{Credential, Journal, SealedAccess};
use super::due::{self, Due, ItemName};
use super::expression::{Item, When, any, put};
use super::flow::Flow;
use super::integration::Integration;
use super::keys::Key;
use super::table::{Query, Range, StoreError, parse};
use super::withdrawal::Withdrawal;
use super::{Store, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, DatasetId, ExternalId, GrantId, IntegrationId, ProviderAccountId, ProviderSlug};
use serde::{Deserialize, Serialize};

use crate::vault::Pointer;

/// Disconnect and delete send the message of what they write at once; the index nominates it later, for the case that
/// this failed, and for the grants that a reconnect replaced.
const MESSAGE_FIRST: TimeDelta = TimeDelta::minutes(1);

/// One thing to destroy, singly, and only while it carries the stamp on this list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cleanup {
    /// The integration it belonged to.
    pub integration: IntegrationId,
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// A grant whose secret is to be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// Where that secret is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<Pointer>,
    /// Until when somebody may hold the token lease: cleanup waits for it, then rolls forward.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<DateTime<Utc>>,
    /// A received credential that Secrets Manager had not taken yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Journal>,
    /// The provider account whose grant is to be revoked, if nobody else uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke: Option<ProviderAccountId>,
    /// Until when that revocation may begin in its window; a later one begins a window of its own.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub revoke_until: Option<DateTime<Utc>>,
    /// How often the revocation was tried.
    #[serde(default)]
    pub attempts: u32,
    /// Subscriptions that are to end, as long as the grant lives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watches: Vec<Watch>,
    /// The last access, sealed: to end them with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<SealedAccess>,
    /// A dataset whose records are to be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetId>,
    /// The whole partition of the integration is to be deleted.
    #[serde(default)]
    pub everything: bool,
    /// What is deleted is never to come back: its markers say so before it goes.
    #[serde(default)]
    pub erases: bool,
    /// When it is due.
    #[serde(with = "ts_milliseconds")]
    pub due_at: DateTime<Utc>,
}

impl Cleanup {
    /// Nothing yet of this integration, due now.
    pub fn of(seen: &Integration, now: DateTime<Utc>) -> Self {
        Self {
            integration: seen.id,
            account: seen.account.clone(),
            provider: seen.provider.clone(),
            grant: None,
            pointer: None,
            lease_until: None,
            journal: None,
            revoke: None,
            revoke_until: None,
            attempts: 0,
            watches: vec![],
            access: None,
            dataset: None,
            everything: false,
            erases: false,
            due_at: now,
        }
    }

    /// The same with a grant: pointer, lease and journal are handed over.
    #[must_use]
    pub fn with_grant(self, credential: &Credential) -> Self {
        Self {
            grant: Some(credential.grant),
            pointer: Some(credential.pointer.clone()),
            lease_until: credential.lease_until,
            due_at: credential.lease_until.map_or(self.due_at, |until| until.max(self.due_at)),
            journal: credential.journal.clone(),
            access: credential.access.clone(),
            ..self
        }
    }

    fn thing(&self) -> String {
        match (self.grant, self.dataset) {
            (Some(grant), _) => grant.to_string(),
            (None, Some(dataset)) => dataset.to_string(),
            (None, None) => "none".into(),
        }
    }

    /// The item's name, for the message that starts the work.
    pub fn name(&self) -> ItemName {
        self.key().into()
    }

    /// Another attempt, no sooner than this.
    #[must_use]
    pub fn later(self, due_at: DateTime<Utc>) -> Self {
        Self { due_at, ..self }
    }

    fn key(&self) -> Key {
        keys::cleanup(self.integration, &self.thing())
    }

    pub(super) fn write(&self, table: &str) -> Result<TransactWriteItem, StoreError> {
        put(table, self.item(self.due_at + MESSAGE_FIRST)?, None)
    }

    fn item(&self, nominated_at: DateTime<Utc>) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(self.key().into_item());
        item.insert("id".into(), any(&self.integration)?);
        due::enter(&mut item, Due::Cleanup, self.integration, Some(nominated_at));
        Ok(item)
    }
}

/// So many records are erased one by one between two looks at the clock.
const ERASED_AT_ONCE: i32 = 100;

/// A record that is about to be erased.
#[derive(Debug, Deserialize)]
pub struct ErasedRecord {
    #[serde(rename = "PK")]
    pk: String,
    #[serde(rename = "SK")]
    sk: String,
    /// The provider's id.
    pub id: ExternalId,
}

/// What a message of the lifecycle queue is about.
#[derive(Debug)]
pub enum LeftBehind {
    /// Something to destroy.
    Cleanup(Box<Cleanup>),
    /// A flow that has to end.
    Flow(Box<Flow>),
    /// Something that a person took back at the provider.
    Withdrawal(Box<Withdrawal>),
}

impl Store {
    /// What is left behind under this name; `None` when that is done.
    pub async fn left_behind(&self, name: &ItemName) -> Result<Option<LeftBehind>, StoreError> {
        let key = name.key();
        if keys::is_flow(&key) {
            return Ok(self.table.get(key).await?.map(|flow| LeftBehind::Flow(Box::new(flow))));
        }
        if keys::is_withdrawal(&key) {
            return Ok(self.table.get(key).await?.map(|part| LeftBehind::Withdrawal(Box::new(part))));
        }
        Ok(self.table.get(key).await?.map(|cleanup| LeftBehind::Cleanup(Box::new(cleanup))))
    }

    /// Writes how far a cleanup is, while it is there: one that another worker has finished does not come back, and a
    /// credential that was parked meanwhile is not overwritten.
    pub async fn keep_cleanup(&self, cleanup: &Cleanup) -> Result<(), StoreError> {
        let same_journal = match &cleanup.journal {
            Some(journal) => When::Equals("journal", any(journal)?),
            None => When::Absent("journal"),
        };
        let there = When::All(vec![When::Exists(keys::PK), same_journal]);
        self.table.transact(vec![put(self.table.name(), cleanup.item(cleanup.due_at)?, Some(there))?]).await
    }

    /// The cleanup is done.
    pub async fn finish_cleanup(&self, cleanup: &Cleanup) -> Result<(), StoreError> {
        self.table.delete(cleanup.key()).await
    }

    /// Ids of up to one page of a dataset's records.
    pub async fn some_records(&self, dataset: DatasetId) -> Result<Vec<ErasedRecord>, StoreError> {
        let query = Query { limit: Some(ERASED_AT_ONCE), ..Query::of(keys::records_partition(dataset), Range::All) };
        self.table.query(query).await?.items.into_iter().map(parse).collect()
    }

    /// Erases these records of a dataset to which nobody writes any more.
    pub async fn erase_these(&self, records: &[ErasedRecord]) -> Result<(), StoreError> {
        let keys = records.iter().map(|record| Key { pk: record.pk.clone(), sk: record.sk.clone() });
        self.table.erase(keys.collect()).await
    }

    /// Erases a page of a dataset's records; answers whether none is left.
    pub async fn erase_records(&self, dataset: DatasetId) -> Result<bool, StoreError> {
        self.table.erase_some(&keys::records_partition(dataset)).await
    }

    /// Erases a page of what hangs on a deleted integration's id; answers whether nothing is left.
    pub async fn erase_integration(&self, id: IntegrationId) -> Result<bool, StoreError> {
        self.table.erase_some(&keys::integration_partition(id)).await
    }
}
