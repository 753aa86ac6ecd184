//! What nobody would come back to by itself. None of it should ever be needed: each is counted.

use super::Sweep;
use crate::entry::metrics;
use crate::store::{Credential, Integration, StoreError};
use crate::usecases::draft::Draft;
use crate::usecases::watches::{end_soon, is_left_over};
use chrono::{DateTime, TimeDelta, Utc};
use domain::policy;

/// A run is stuck when its lease has been over for so long and nothing brings it back.
const STUCK_AFTER: TimeDelta = TimeDelta::minutes(2);

impl Sweep {
    /// Mends what is missing; answers whether something was.
    pub(super) async fn repair(&self, integration: &Integration) -> Result<bool, StoreError> {
        let mended = self.repair_schedule(integration).await?;
        let credential = self.credential(integration).await?;
        let refreshed = self.repair_refresh(credential.as_ref()).await?;
        self.tell_of_end(integration, credential.as_ref()).await?;
        let limited = self.repair_interval(integration).await?;
        let unwatched = self.repair_watches(integration).await?;
        Ok(mended || refreshed || limited || unwatched)
    }

    /// An integration that works by itself has a next time, and an open run somebody who comes back to it.
    async fn repair_schedule(&self, integration: &Integration) -> Result<bool, StoreError> {
        let Some((what, due)) = self.missing(integration) else { return Ok(false) };
        let mut draft = Draft::of(&self.store, integration);
        draft.next.due_at = Some(integration.not_before_retry(due));
        if let Some(error) = draft.next.error.as_mut().filter(|_| integration.is_deactivated()) {
            error.next_try_at = Some(due);
        }
        self.mended(what, self.commit(&Some(draft.quiet())).await?)
    }

    fn missing(&self, integration: &Integration) -> Option<(&'static str, DateTime<Utc>)> {
        let now = self.store.now();
        integration.grant?;
        if integration.status.is_scheduled() && integration.due_at.is_none() {
            return Some(("no_next_run", now));
        }
        if integration.is_deactivated() && integration.due_at.is_none() {
            let since = integration.error.as_ref()?.since;
            return Some(("no_next_probe", policy::next_probe(&self.policy, since, now, self.store.jitter())?));
        }
        let begun = integration.run.as_ref().is_some_and(|run| run.begun);
        let over = integration.lease_until.is_none_or(|until| until + STUCK_AFTER < now);
        let late = integration.due_at.is_some_and(|at| at > now + STUCK_AFTER);
        (begun && over && late).then_some(("stuck_run", now))
    }

    async fn credential(&self, integration: &Integration) -> Result<Option<Credential>, StoreError> {
        match integration.grant {
            Some(_) => self.store.credential(integration.id).await,
            None => Ok(None),
        }
    }

    /// Credentials that expire are refreshed ahead, unless the grant is dead.
    async fn repair_refresh(&self, credential: Option<&Credential>) -> Result<bool, StoreError> {
        let Some(credential) = credential.filter(|credential| is_forgotten(credential)) else { return Ok(false) };
        match self.store.refresh_at(credential, self.store.now()).await {
            Ok(()) => self.mended("no_next_refresh", true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Paused, and still told of changes: the message that should have ended that was lost.
    async fn repair_watches(&self, integration: &Integration) -> Result<bool, StoreError> {
        let left_over = is_left_over(integration);
        if left_over {
            end_soon(self.probes.queue(), integration).await;
        }
        self.mended("watched_although_paused", left_over)
    }

    /// The plan may have changed while the integration was created.
    async fn repair_interval(&self, integration: &Integration) -> Result<bool, StoreError> {
        let account = self.store.account(&integration.account).await?;
        let shortest = account.plan().allowance().shortest_interval;
        if integration.settings.shortest_interval == shortest {
            return Ok(false);
        }
        // What was mended before has written it anew.
        let now = self.store.integration(&integration.account, &integration.provider).await?;
        let stale = |now: &Integration| now.id == integration.id && now.settings.shortest_interval != shortest;
        let Some(now) = now.filter(stale) else { return Ok(false) };
        let mut draft = Draft::of(&self.store, &now);
        draft.limit_interval(shortest);
        self.mended("interval", self.commit(&Some(draft.visible())).await?)
    }

    fn mended(&self, what: &str, done: bool) -> Result<bool, StoreError> {
        if done {
            self.log.count(metrics::REPAIRS, &[what], 1);
        }
        Ok(done)
    }
}

fn is_forgotten(credential: &Credential) -> bool {
    let expires = credential.access.as_ref().is_some_and(|access| access.expires_at.is_some());
    expires && credential.due_at.is_none() && credential.suspected_at.is_none()
}
