//! How the providers do, from what was started and what failed in the last windows.

use super::Sweep;
use crate::entry::log::Level;
use crate::store::{Runs, StoreError};
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
        for provider in self.registry.iter() {
            let slug = &provider.manifest().slug;
            match self.assess_one(slug).await {
                Ok(Some(health)) => drop(found.insert(slug.clone(), health)),
                Ok(None) => {}
                Err(error) => outcome = Err(error),
            }
        }
        (found, outcome)
    }

    async fn assess_one(&self, slug: &ProviderSlug) -> Result<Option<Health>, StoreError> {
        let now = self.store.now();
        let back = TimeDelta::minutes(i64::from(self.policy.window_minutes) * i64::from(self.policy.windows - 1));
        let seen = self.store.health(slug).await?;
        let runs = self.store.windows(slug, policy::window_start(&self.policy, now - back)).await?;
        let ill = policy::frozen(seen);
        let windows: Vec<Window> = runs.into_iter().map(|runs| window(runs, ill)).collect();
        let health = policy::assess(&self.policy, seen, &windows, now);
        if let Some(next) = health.filter(|next| Some(*next) != seen) {
            self.store.note_health(slug, seen, next).await?;
            self.tell(slug, next);
        }
        Ok(health)
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
        self.log.count("provider_health", &[("provider", slug.as_str()), ("state", &state)], 1);
    }
}

/// What opens an incident is a share of what was started. What ends one is runs that have ended well: one that is still
/// under way says nothing about a provider that lets everybody wait.
fn window(runs: Runs, ill: bool) -> Window {
    let started = if ill { runs.failed + runs.recovered } else { runs.started.max(runs.failed) };
    Window { started, failed: runs.failed, integrations: runs.integrations }
}
