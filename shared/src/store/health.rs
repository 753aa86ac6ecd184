//! What is known of a provider over all accounts: its health, the short windows it is judged by, and how many
//! integrations were deactivated in the present hour.
//!
//! A failing run notes that it failed; a success notes nothing, so it costs nothing. Which share of the integrations
//! fails is only asked when many do, of a sample of them (`Store::some_checkups`).

use super::due::Due;
use super::expression::{Item, Update, When, any, instant, number, put, text};
use super::table::{Query, Range, StoreError, parse};
use super::{Store, keys};
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::ProviderSlug;
use domain::policy::Health;
use domain::schedule::DUE_SHARDS;
use serde::Deserialize;

/// Windows are kept for a day, for people.
const KEPT: TimeDelta = TimeDelta::days(1);

#[derive(Deserialize)]
struct HealthItem {
    health: Health,
}

/// The failed runs of one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct FailedRuns {
    /// When the window began.
    #[serde(with = "ts_milliseconds")]
    pub start: DateTime<Utc>,
    /// Runs that failed in it.
    #[serde(default)]
    pub failed: u64,
    /// Different integrations of which they were.
    #[serde(default)]
    pub integrations: u64,
}

impl Store {
    /// How the provider does; `None` when nothing was ever wrong.
    pub async fn health(&self, provider: &ProviderSlug) -> Result<Option<Health>, StoreError> {
        let item: Option<HealthItem> = self.table.get(keys::health(provider)).await?;
        Ok(item.map(|item| item.health))
    }

    /// Notes how the provider does, unless somebody else noted something since `seen` was read.
    pub async fn note_health(
        &self,
        provider: &ProviderSlug,
        seen: Option<Health>,
        health: Health,
    ) -> Result<(), StoreError> {
        let mut item: Item = keys::health(provider).into_item();
        item.insert("health".into(), any(&health)?);
        let same = match &seen {
            Some(seen) => When::Equals("health", any(seen)?),
            None => When::Absent(keys::PK),
        };
        match self.table.transact(vec![put(self.table.name(), item, Some(same))?]).await {
            Err(error) if error.is_conflict() => Ok(()),
            outcome => outcome,
        }
    }

    /// Counts a run that failed in a window; `first` of its integration in that window.
    pub async fn note_failed(
        &self,
        provider: &ProviderSlug,
        window: DateTime<Utc>,
        first: bool,
    ) -> Result<(), StoreError> {
        let update = self.window_update(provider, window).add("failed", 1).add("integrations", i64::from(first));
        self.table.update(update).await.map(drop)
    }

    fn window_update(&self, provider: &ProviderSlug, window: DateTime<Utc>) -> Update {
        let item = Update::of(keys::window(provider, window)).set("start", instant(window));
        item.set(keys::EXPIRES, number((window + KEPT).timestamp()))
    }

    /// The windows from `first` on, oldest first. One in which nothing failed is left out.
    pub async fn windows(&self, provider: &ProviderSlug, first: DateTime<Utc>) -> Result<Vec<FailedRuns>, StoreError> {
        let range = Range::Between(keys::window_sort(first), keys::window_sort(self.now() + TimeDelta::days(1)));
        let query = Query::of(keys::provider_partition(provider), range);
        self.table.query(query).await?.items.into_iter().map(parse).collect()
    }

    /// Takes one of the deactivations that the policy allows in this hour; `false` when they are used up.
    pub async fn reserve_deactivation(&self, provider: &ProviderSlug, cap: u64) -> Result<bool, StoreError> {
        if cap == 0 {
            return Ok(false);
        }
        let hour = DateTime::from_timestamp(self.now().timestamp().div_euclid(3_600) * 3_600, 0).unwrap_or_default();
        let item = || Update::of(keys::deactivations(provider));
        let same_hour = || {
            let update = item().add("count", 1).when(When::Equals("hour", instant(hour)));
            update.when(When::Below("count", number(cap)))
        };
        let other_hour = item()
            .set("hour", instant(hour))
            .set("count", number(1))
            .when(When::Any(vec![When::Absent("hour"), When::Differs("hour", instant(hour))]));
        // Whoever comes second at the beginning of an hour meets one that the first has just begun.
        for update in [same_hour(), other_hour, same_hour()] {
            match self.table.transact(vec![update.into_write(self.table.name())?]).await {
                Ok(()) => return Ok(true),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// How many integrations of a provider have a sync ahead. It reads the whole index: for the rare hour in
    /// which that many are to be deactivated that their share matters.
    pub async fn scheduled(&self, provider: &ProviderSlug) -> Result<u64, StoreError> {
        let mut count = 0;
        for shard in 0..DUE_SHARDS {
            let partition = keys::due_partition(Due::Sync.as_str(), shard);
            count += self.table.count(&keys::DUE, partition, "provider", text(provider.as_str())).await?;
        }
        Ok(count)
    }
}
