//! How the providers do: who failed in the last windows, and which share of a sample did.

use super::Sweep;
use crate::entry::log::Level;
use crate::entry::metrics;
use crate::store::{FailedRuns, StoreError};
use chrono::TimeDelta;
use domain::ids::ProviderSlug;
use domain::policy::{self, Health, Window};
use serde_json::json;
use std::collections::HashMap;

impl Sweep {
    /// Assesses every provider. One whose state changes is a line in the log and a metric: operators look at incidents.
    /// What could not be read of one does not keep the others from being assessed.
    pub(super) async fn assess(&self) -> (HashMap<ProviderSlug, Health>, Result<(), StoreError>) {
        let (mut found, mut outcome) = (HashMap::new(), Ok(()));
        for manifest in self.manifests.iter() {
            let slug = &manifest.slug;
            match self.assess_one(slug).await {
                Ok(Some(health)) => drop(found.insert(slug.clone(), health)),
                Ok(None) => {}
                Err(error) => outcome = Err(error),
            }
        }
        (found, outcome)
    }

    async fn assess_one(&self, slug: &ProviderSlug) -> Result<Option<Health>, StoreError> {
        let (now, seen) = (self.store.now(), self.store.health(slug).await?);
        let longest = policy::window_start(&self.policy, now - self.policy.longest_step());
        let failed = self.store.windows(slug, longest).await?;
        let next = match self.window(slug, seen, &failed).await? {
            Some(window) => policy::assess(&self.policy, seen, &[window], now),
            None => policy::unheard(&self.policy, seen, !failed.is_empty(), now),
        };
        if let Some(next) = next.filter(|next| Some(*next) != seen) {
            self.store.note_health(slug, seen, next).await?;
            self.tell(slug, next);
        }
        Ok(next)
    }

    /// The last windows as one, with the share that a sample of the integrations shows; `None` where none of it ended a
    /// run. Nobody is asked while the provider is well and too few fail for an incident.
    async fn window(
        &self,
        slug: &ProviderSlug,
        seen: Option<Health>,
        failed: &[FailedRuns],
    ) -> Result<Option<Window>, StoreError> {
        let back = TimeDelta::minutes(i64::from(self.policy.window_minutes) * i64::from(self.policy.windows - 1));
        let since = policy::window_start(&self.policy, self.store.now() - back);
        let lately = failed.iter().filter(|window| window.start >= since);
        let integrations = lately.map(|window| window.integrations).max().unwrap_or_default();
        let many = integrations >= u64::from(self.policy.incident_least_integrations);
        if !many && !policy::frozen(seen) {
            return Ok(None);
        }
        let sample = self.sample(slug, since).await?;
        Ok((sample.ended > 0).then_some(Window { started: sample.ended, failed: sample.failed, integrations }))
    }

    fn tell(&self, slug: &ProviderSlug, health: Health) {
        let state = json!(health.state);
        self.log.write(
            Level::Warn,
            "provider_health",
            "changed",
            &[("provider", json!(slug)), ("state", state.clone())],
        );
        let state = state.as_str().unwrap_or_default().to_owned();
        self.log.count(metrics::PROVIDER_HEALTH, &[slug.as_str(), &state], 1);
    }
}
