//! Temporary deactivation: only by the policy, never over a newer success, and never many at once.

use super::{Looked, Round, Sweep};
use crate::entry::log::Level;
use crate::entry::metrics;
use crate::store::{Change, Integration, StoreError};
use crate::usecases::draft::Draft;
use chrono::TimeDelta;
use domain::history::Actor;
use domain::ids::ProviderSlug;
use domain::lifecycle::Signal;
use domain::policy;
use serde_json::json;

/// When to look again at one that its provider's hour left no room for.
const NEXT_HOUR: TimeDelta = TimeDelta::minutes(20);

impl Sweep {
    /// Deactivates, if the policy says so now and its provider's hour has room.
    pub(super) async fn deactivate_if_due(
        &self,
        integration: &Integration,
        round: &Round,
    ) -> Result<Looked, StoreError> {
        if !self.is_due(integration, round) {
            return Ok(Looked::default());
        }
        let capped = Looked { capped: true, sooner: Some(self.store.now() + NEXT_HOUR), ..Looked::default() };
        if round.is_capped(&integration.provider) || !self.has_room(&integration.provider, round).await? {
            return Ok(capped);
        }
        // A success or a person that was faster wins: what was read is no longer true.
        let deactivated = self.commit(&self.deactivation(integration)).await?;
        if deactivated {
            self.log.count(metrics::DEACTIVATIONS, &[integration.provider.as_str()], 1);
        }
        Ok(Looked { deactivated, ..Looked::default() })
    }

    fn is_due(&self, integration: &Integration, round: &Round) -> bool {
        if round.unclear {
            return false;
        }
        let Some(last) = integration.last_failure.as_ref().filter(|_| integration.status.is_scheduled()) else {
            return false;
        };
        let (health, now) = (round.health(&integration.provider), self.store.now());
        policy::may_deactivate(&self.policy, &integration.counters(), last.class, health, now)
    }

    /// Takes one of the hour's deactivations. How many there may be is only counted once the least number is used up.
    async fn has_room(&self, provider: &ProviderSlug, round: &Round) -> Result<bool, StoreError> {
        let least = policy::hourly_cap(&self.policy, 0);
        if self.store.reserve_deactivation(provider, least).await? {
            return Ok(true);
        }
        let most = policy::hourly_cap(&self.policy, self.store.scheduled(provider).await?);
        if most > least && self.store.reserve_deactivation(provider, most).await? {
            return Ok(true);
        }
        if round.cap(provider) {
            self.log.write(
                Level::Error,
                "deactivation",
                "capped",
                &[("provider", json!(provider)), ("cap", json!(most))],
            );
            self.log.count(metrics::DEACTIVATION_CAP_REACHED, &[provider.as_str()], 1);
        }
        Ok(false)
    }

    fn deactivation(&self, integration: &Integration) -> Option<Change> {
        let now = self.store.now();
        let mut draft = Draft::of(&self.store, integration);
        draft.signal(Signal::Deactivated, Actor::System).ok()?;
        draft.interrupt();
        let next = policy::next_probe(&self.policy, now, now, self.store.jitter());
        draft.next.due_at = next;
        if let Some(error) = &mut draft.next.error {
            error.next_try_at = next;
        }
        Some(draft.visible())
    }

    /// Commits a change and tells of it; `false` when somebody else was faster.
    pub(super) async fn commit(&self, change: &Option<Change>) -> Result<bool, StoreError> {
        let Some(change) = change else { return Ok(false) };
        match self.store.commit(change).await {
            Ok(()) => {
                self.publisher.publish_now(change.events()).await;
                Ok(true)
            }
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
