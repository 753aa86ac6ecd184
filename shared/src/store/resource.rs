//! Resources: one calendar or form with its cursor.

use super::expression::{Item, put};
use super::table::{Range, StoreError};
use super::{Store, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, Utc};
use domain::ids::{DatasetId, IntegrationId, ResourceId};
use domain::lead::LeadCount;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A resource that is or was synced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// The provider's id.
    pub resource: ResourceId,
    /// Where its records are. One of a former provider account's dataset is only forgotten: its records go with it.
    pub dataset: DatasetId,
    /// The token of the last complete pull. Kept only after its last page is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The version of the query that the token was made with; another one forces a full pull.
    #[serde(default)]
    pub query_version: u32,
    /// The pull that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulling: Option<Pulling>,
    /// A full pull is complete and what it did not see is to be swept: its generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweeping: Option<Uuid>,
    /// When a full pull was complete last.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub full_at: Option<DateTime<Utc>>,
    /// When its pull ended last, in full or not.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub read_at: Option<DateTime<Utc>>,
    /// What the last full pull found of a form, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<LeadsFound>,
    /// When the newest lead that was read was sent.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub newest_lead_at: Option<DateTime<Utc>>,
    /// The oldest that was asked for in the last full pull.
    #[serde(with = "ts_milliseconds")]
    pub window_start: DateTime<Utc>,
}

/// A pull between two pages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pulling {
    /// The page to go on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Set for a full pull: the mark that each record seen gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<Uuid>,
    /// What it found so far of a form.
    #[serde(default)]
    pub found: LeadsFound,
}

/// What a reading found of a form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadsFound {
    /// Leads that the provider lists.
    pub listed: u64,
    /// Those of them that could not be read.
    pub unreadable: u64,
    /// What the provider itself counts, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<LeadCount>,
}

impl Resource {
    /// A resource that was never pulled.
    pub fn new(resource: ResourceId, dataset: DatasetId, window_start: DateTime<Utc>) -> Self {
        Self {
            resource,
            dataset,
            token: None,
            query_version: 0,
            pulling: None,
            sweeping: None,
            full_at: None,
            read_at: None,
            found: None,
            newest_lead_at: None,
            window_start,
        }
    }

    pub(super) fn write(&self, table: &str, integration: IntegrationId) -> Result<TransactWriteItem, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(keys::resource(integration, &self.resource).into_item());
        put(table, item, None)
    }
}

impl Store {
    /// Every resource of the integration, also those that are no longer chosen and not swept yet.
    pub async fn resources(&self, integration: IntegrationId) -> Result<Vec<Resource>, StoreError> {
        let partition = keys::integration_partition(integration);
        self.table.query_all(None, &partition, || Range::Prefix(keys::RESOURCE.into())).await
    }
}
