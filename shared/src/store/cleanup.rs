//! What is left to destroy after a disconnect, a delete, or a grant or dataset that was replaced.

use super::credential::Credential;
use super::credential::Journal;
use super::expression::{Item, any, put, text};
use super::integration::Integration;
use super::keys;
use super::table::StoreError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, DatasetId, GrantId, IntegrationId, ProviderAccountId, ProviderSlug};
use serde::{Deserialize, Serialize};

use crate::vault::Pointer;

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
    /// A dataset whose records are to be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetId>,
    /// The whole partition of the integration is to be deleted.
    #[serde(default)]
    pub everything: bool,
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
            dataset: None,
            everything: false,
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
            journal: credential.journal.clone(),
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

    pub(super) fn write(&self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(keys::cleanup(self.integration, &self.thing()).into_item());
        item.insert("id".into(), any(&self.integration)?);
        item.insert(keys::DUE.pk.into(), text(keys::due_shard("cleanup", self.integration)));
        item.insert(keys::DUE.sk.into(), text(keys::due_sort(self.due_at, self.integration)));
        put(table, item, None)
    }
}
