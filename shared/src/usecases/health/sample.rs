//! A sample of a provider's integrations: which share of those that ended a run lately failed.
//!
//! A sample, because counting successes would cost a write each; of ended runs, because one that is still under way says
//! nothing about a provider that lets everybody wait.

use super::Sweep;
use crate::store::{Integration, Nominated, StoreError};
use crate::usecases::plan::CONCURRENCY;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::ProviderSlug;
use domain::schedule::DUE_SHARDS;
use futures_util::{StreamExt, TryStreamExt, stream};

/// Integrations of a provider that are looked at of each shard. All shards together show a share of a quarter to a few
/// percent; a small fleet is looked at whole.
const OF_A_SHARD: usize = 6;

/// What a sample shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// Integrations that ended a run lately.
    pub(super) ended: u64,
    /// Those of them whose last run failed in a way that counts.
    pub(super) failed: u64,
}

impl Sweep {
    /// Looks at some integrations of a provider.
    pub(super) async fn sample(&self, slug: &ProviderSlug, since: DateTime<Utc>) -> Result<Sample, StoreError> {
        let from = self.store.now() + TimeDelta::seconds((self.store.jitter() * 86_400.0) as i64);
        let entries: Vec<Nominated> = stream::iter(0..DUE_SHARDS)
            .map(|shard| self.store.some_checkups(slug, shard, from, OF_A_SHARD))
            .buffer_unordered(CONCURRENCY)
            .try_concat()
            .await?;
        let looks =
            stream::iter(entries).map(|entry| async move { self.found(&entry).await }).buffer_unordered(CONCURRENCY);
        let found: Vec<Option<Integration>> = looks.try_collect().await?;
        Ok(found.iter().flatten().fold(Sample::default(), |sample, integration| sample.with(integration, since)))
    }
}

impl Sample {
    fn with(self, integration: &Integration, since: DateTime<Utc>) -> Self {
        let lately = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at >= since);
        let counts = integration.last_failure.as_ref().is_some_and(|failure| failure.class.counts());
        let failing = integration.attempts > 0;
        if failing && counts && lately(integration.failing_window) {
            return Self { ended: self.ended + 1, failed: self.failed + 1 };
        }
        let well = !failing && lately(integration.last_success_at);
        Self { ended: self.ended + u64::from(well), ..self }
    }
}
