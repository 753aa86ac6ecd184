//! Leads of which a provider told and that could not be read: kept until they can.

use super::expression::{Item, When, any, check, number, put};
use super::integration::Integration;
use super::table::{Page, Query, Range, StoreError, parse};
use super::{Store, keys};
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{DatasetId, IntegrationId, ResourceId};
use providers::{LeadContent, LeadNotice};
use serde::{Deserialize, Serialize};

/// So long the id of one is kept: no provider shows a lead for longer.
const KEPT_FOR: TimeDelta = TimeDelta::days(90);
/// So long what a provider told word for word is kept (security-and-reliability.md §8.2).
const RAW_KEPT_FOR: TimeDelta = TimeDelta::days(7);
/// What failed again is tried so much later, twice as late each time,
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(10);
/// and so late at most.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(1);

/// A lead that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadLead {
    /// Its name within the integration: the provider's id, or a digest of what it told.
    pub name: String,
    /// The form, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<ResourceId>,
    /// What the provider told.
    pub notice: LeadNotice,
    /// Why it could not be read: a code.
    pub code: String,
    /// When it was told first.
    #[serde(with = "ts_milliseconds")]
    pub told_at: DateTime<Utc>,
    /// How often it was tried again.
    #[serde(default)]
    pub tries: u32,
    /// It is not tried before.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub try_at: Option<DateTime<Utc>>,
}

impl UnreadLead {
    /// Whether it is to be tried.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.try_at.is_none_or(|at| at <= now)
    }

    /// The same after another try that failed: later and later, at last once a day.
    #[must_use]
    pub fn later(&self, now: DateTime<Utc>) -> Self {
        let wait = FIRST_WAIT * 2_i32.pow(self.tries.min(7));
        Self { tries: self.tries + 1, try_at: Some(now + wait.min(LONGEST_WAIT)), ..self.clone() }
    }

    fn kept_until(&self) -> DateTime<Utc> {
        let raw = matches!(self.notice.content, LeadContent::Unreadable(_));
        self.told_at + if raw { RAW_KEPT_FOR } else { KEPT_FOR }
    }
}

impl Store {
    /// Keeps a lead that could not be read.
    pub async fn keep_unread(&self, integration: &Integration, unread: &UnreadLead) -> Result<(), StoreError> {
        let mut item: Item = serde_dynamo::to_item(unread).map_err(StoreError::ours)?;
        item.extend(keys::unread(integration.id, integration.dataset, &unread.name).into_item());
        item.insert(keys::EXPIRES.into(), number(unread.kept_until().timestamp()));
        // Of an integration that is gone, or whose data were erased, nothing is kept.
        let key = keys::integration(&integration.account, &integration.provider);
        let (id, dataset) = (any(&integration.id)?, any(&integration.dataset)?);
        let same = When::All(vec![When::Equals("id", id), When::Equals("dataset", dataset)]);
        let lives = check(self.table.name(), key, same)?;
        match self.table.transact(vec![lives, put(self.table.name(), item, None)?]).await {
            Err(error) if error.is_conflict() => Ok(()),
            outcome => outcome,
        }
    }

    /// A page of what could not be read into a dataset.
    pub async fn unread(
        &self,
        integration: IntegrationId,
        dataset: DatasetId,
        limit: usize,
        after: Option<String>,
    ) -> Result<Page<UnreadLead>, StoreError> {
        let page = self.unread_as_stored(integration, dataset, limit, after).await?;
        let now = self.now();
        let kept = page.items.into_iter().filter(|unread| unread.kept_until() > now);
        Ok(Page { items: kept.collect(), next: page.next })
    }

    /// The same with those whose time is over and that are still there: an erasure leaves nothing to the broom.
    pub async fn unread_as_stored(
        &self,
        integration: IntegrationId,
        dataset: DatasetId,
        limit: usize,
        after: Option<String>,
    ) -> Result<Page<UnreadLead>, StoreError> {
        let range = Range::Prefix(keys::unread_prefix(dataset));
        let query =
            Query { limit: Some(limit as i32), after, ..Query::of(keys::integration_partition(integration), range) };
        let page = self.table.query(query).await?;
        Ok(Page { items: page.items.into_iter().map(parse).collect::<Result<_, _>>()?, next: page.next })
    }

    /// It was read.
    pub async fn forget_unread(
        &self,
        integration: IntegrationId,
        dataset: DatasetId,
        name: &str,
    ) -> Result<(), StoreError> {
        self.table.delete(keys::unread(integration, dataset, name)).await
    }
}
