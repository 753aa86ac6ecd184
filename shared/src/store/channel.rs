//! Subscriptions to a provider's notifications: a list on the integration, and one item a channel, by which a delivery
//! finds its tenant.

use super::expression::{Item, number, put};
use super::table::StoreError;
use super::{Store, keys};
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, IntegrationId, ProviderSlug, ResourceId};
use serde::{Deserialize, Serialize};

/// A provider may go on telling a little longer than it said.
const SLACK: TimeDelta = TimeDelta::days(1);

/// What an integration knows of one resource's subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// What is watched.
    pub resource: ResourceId,
    /// The channel; `None` for a resource of which the provider does not tell: it is polled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Watching>,
    /// When it was last asked for.
    #[serde(with = "ts_milliseconds")]
    pub asked_at: DateTime<Utc>,
    /// Runs in a row that found what the channel should have told.
    #[serde(default)]
    pub unheard: u32,
    /// When it was found to tell nothing any more; kept by the channel that took its place until that one tells.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<DateTime<Utc>>,
}

impl Watch {
    /// What was asked for, and not given.
    pub fn without_channel(resource: ResourceId, asked_at: DateTime<Utc>) -> Self {
        Self { resource, channel: None, asked_at, unheard: 0, lost_at: None }
    }

    /// The channel tells nothing any more.
    pub fn is_lost(&self) -> bool {
        self.unheard > 0 && self.lost_at.is_some_and(|at| at >= self.asked_at)
    }
}

/// A channel that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watching {
    /// Its id.
    pub id: String,
    /// The provider's own name of what is watched.
    pub remote: String,
    /// Until when it lasts.
    #[serde(with = "ts_milliseconds")]
    pub until: DateTime<Utc>,
}

/// A channel as a delivery finds it. The token is there as its hash only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its id.
    pub channel: String,
    /// The integration; another one by now makes it void.
    pub id: IntegrationId,
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// What is watched.
    pub resource: ResourceId,
    /// SHA-256 of its token, in hexadecimal.
    pub token_hash: String,
    /// Until when a delivery counts; `None` while the provider has not said.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// When it was made.
    #[serde(with = "ts_milliseconds")]
    pub made_at: DateTime<Utc>,
}

impl Store {
    /// Writes a channel, before the provider hears of it and again when it has said until when it lasts.
    pub async fn put_channel(&self, channel: &Channel, latest: DateTime<Utc>) -> Result<(), StoreError> {
        let mut item: Item = serde_dynamo::to_item(channel).map_err(StoreError::ours)?;
        item.extend(keys::channel(&channel.provider, &channel.channel).into_item());
        item.insert(keys::EXPIRES.into(), number((channel.until.unwrap_or(latest) + SLACK).timestamp()));
        self.table.transact(vec![put(self.table.name(), item, None)?]).await
    }

    /// The channel that a delivery names.
    pub async fn channel(&self, provider: &ProviderSlug, channel: &str) -> Result<Option<Channel>, StoreError> {
        self.table.get(keys::channel(provider, channel)).await
    }

    /// Forgets a channel: its deliveries find nobody any more.
    pub async fn forget_channel(&self, provider: &ProviderSlug, channel: &str) -> Result<(), StoreError> {
        self.table.delete(keys::channel(provider, channel)).await
    }
}
