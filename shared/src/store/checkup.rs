//! Checkups: when an integration is looked at next, whatever it does by itself.
//!
//! Each integration has one, about once a day. What nobody would come back to otherwise is found then: a missing due
//! entry, a refresh that nobody planned. A failing run brings the next one forward to the moment at which the failure
//! policy may deactivate. Its cost follows the number of integrations: one read and one write of each a day.

use super::due::{self, Due, Nominated};
use super::expression::{Item, Update, When, any, text};
use super::integration::Integration;
use super::table::{Query, Range, StoreError, parse};
use super::{Store, expression, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, IntegrationId, ProviderSlug};
use domain::schedule;
use serde::{Deserialize, Serialize};

/// Minutes between two regular checkups.
const EVERY: u32 = 24 * 60;
/// For a sample, a shard is read in pages of so many entries,
const PAGE: i32 = 200;
/// and at most so many pages before and after the random time.
const MOST_PAGES: usize = 10;

/// The next look at an integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkup {
    /// The integration.
    pub id: IntegrationId,
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// When it is due.
    #[serde(with = "ts_milliseconds")]
    pub due_at: DateTime<Utc>,
}

impl Checkup {
    fn at(integration: &Integration, due_at: DateTime<Utc>) -> Self {
        let (account, provider) = (integration.account.clone(), integration.provider.clone());
        Self { id: integration.id, account, provider, due_at }
    }

    /// At the integration's own time of the day, at least half a day from now.
    pub fn regular(integration: &Integration, now: DateTime<Utc>) -> Self {
        Self::at(integration, regular_at(integration.id, now))
    }

    /// At this instant, or at the regular time if that is earlier.
    pub fn no_later_than(integration: &Integration, at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self::at(integration, at.min(regular_at(integration.id, now)))
    }

    pub(super) fn write(&self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(keys::checkup(self.id).into_item());
        due::enter(&mut item, Due::Checkup, self.id, Some(self.due_at));
        expression::put(table, item, None)
    }
}

fn regular_at(id: IntegrationId, now: DateTime<Utc>) -> DateTime<Utc> {
    const NO_JITTER: f64 = 0.5;
    schedule::next_sync(id, EVERY, now, NO_JITTER)
}

impl Store {
    /// Some checkups of one provider in one shard, those at and after a time of the coming day first. Each integration has
    /// one, at a time of the day that has nothing to do with how it does: from a random time on they are a fair sample.
    pub async fn some_checkups(
        &self,
        provider: &ProviderSlug,
        shard: u64,
        from: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Nominated>, StoreError> {
        let after = Range::Between(keys::sortable(from), "~".into());
        let before = Range::Between("0".into(), keys::sortable(from));
        let mut found = Vec::new();
        for range in [after, before] {
            self.add_checkups(provider, shard, &range, limit, &mut found).await?;
        }
        Ok(found)
    }

    async fn add_checkups(
        &self,
        provider: &ProviderSlug,
        shard: u64,
        range: &Range,
        limit: usize,
        found: &mut Vec<Nominated>,
    ) -> Result<(), StoreError> {
        let partition = keys::due_partition(Due::Checkup.as_str(), shard);
        let mut after = None;
        for _ in 0..MOST_PAGES {
            if found.len() >= limit {
                break;
            }
            let query = Query { limit: Some(PAGE), after, ..Query::on(&keys::DUE, partition.clone(), range.clone()) };
            let page = self.table.query(query).await?;
            let read: Vec<Nominated> = page.items.into_iter().map(parse).collect::<Result<_, _>>()?;
            let own = read.into_iter().filter(|entry| entry.provider == *provider);
            found.extend(own.take(limit - found.len()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// The checkup that was nominated is done: the next one is at its regular time, or at `sooner` if that is earlier.
    /// One that a failing run has moved meanwhile stays where that put it.
    pub async fn checked_up(&self, entry: &Nominated, sooner: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        let regular = regular_at(entry.id, self.now());
        let at = sooner.map_or(regular, |sooner| sooner.clamp(self.now() + TimeDelta::minutes(5), regular));
        let update = Update::of(entry.name().key())
            .when(When::Equals("id", any(&entry.id)?))
            .when(When::Equals(keys::DUE.sk, text(&entry.due_sk)));
        let update = due::place(update, Due::Checkup, entry.id, Some(at));
        match self.table.transact(vec![update.into_write(self.table.name())?]).await {
            Err(error) if error.is_conflict() => Ok(()),
            outcome => outcome,
        }
    }

    /// The checkup of an integration that is gone is gone too.
    pub async fn forget_checkup(&self, entry: &Nominated) -> Result<(), StoreError> {
        let same = When::Equals("id", any(&entry.id)?);
        let delete = expression::delete(self.table.name(), entry.name().key(), Some(same))?;
        match self.table.transact(vec![delete]).await {
            Err(error) if error.is_conflict() => Ok(()),
            outcome => outcome,
        }
    }
}
