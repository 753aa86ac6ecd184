//! The end of a step: the run ends, or waits for its continuation. Only the holder of the lease can end it.

use super::{Stop, SyncWorker};
use crate::store::{Change, Failure, Integration, Progress, StoreError};
use crate::usecases::TRIES;
use crate::usecases::access::AccessError;
use crate::usecases::draft::Draft;
use crate::usecases::request_sync::SyncMessage;
use crate::usecases::test_connection::verdict;
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::{FailureClass, backoff};
use domain::history::Actor;
use domain::lifecycle::Signal;
use domain::run::RunOutcome;
use providers::ProviderError;

/// No provider makes us wait longer.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

impl SyncWorker {
    /// Ends the step and answers the outcome's name.
    pub(super) async fn end(
        &self,
        message: &SyncMessage,
        fence: u64,
        progress: &Progress,
        end: Result<(), Stop>,
    ) -> Result<&'static str, StoreError> {
        let stop = match end {
            Err(Stop::Lost) => return Ok("lost"),
            Err(Stop::Incomplete) => return Ok("incomplete"),
            end => end,
        };
        for _ in 0..TRIES {
            let seen = self.store.integration(&message.account, &message.provider).await?;
            let Some(seen) = seen.filter(|seen| seen.id == message.integration && seen.sync_fence == fence) else {
                return Ok("lost");
            };
            let (outcome, change) = self.ending(&seen, progress, &stop);
            match self.store.commit(&change).await {
                Ok(()) => {
                    self.publish(change.events().to_vec()).await;
                    return Ok(outcome);
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("contended".into()))
    }

    /// The integration as it is now, if this step still holds it.
    pub(super) async fn reread(&self, held: &Integration) -> Result<Option<Integration>, StoreError> {
        let now = self.store.integration(&held.account, &held.provider).await?;
        Ok(now.filter(|now| now.id == held.id && now.sync_fence == held.sync_fence))
    }

    fn ending(&self, seen: &Integration, progress: &Progress, end: &Result<(), Stop>) -> (&'static str, Change) {
        let mut draft = Draft::of(&self.store, seen);
        draft.next.progress = progress.clone();
        match end {
            Ok(()) => ("succeeded", self.succeeded(draft)),
            Err(Stop::Failed(error)) => self.failed(draft, error),
            Err(_) => {
                draft.next.lease_until = None;
                draft.next.due_at = Some(self.store.now());
                ("checkpoint", draft.quiet())
            }
        }
    }

    fn succeeded(&self, mut draft: Draft<'_>) -> Change {
        draft.end_run(RunOutcome::Succeeded, None);
        draft.next.failures = 0;
        draft.next.attempts = 0;
        draft.next.retry_at = None;
        draft.next.rate_limited = 0;
        draft.next.last_failure = None;
        draft.next.last_success_at = Some(self.store.now());
        draft.schedule_next();
        // The integration is as it was: a consumer of events has nothing to hear.
        draft.quiet()
    }

    /// A verdict needs a person; everything else is tried again by itself, later and later.
    fn failed(&self, mut draft: Draft<'_>, error: &AccessError) -> (&'static str, Change) {
        let failure = failure(error);
        draft.end_run(RunOutcome::Failed, Some(failure.clone()));
        let class = failure.class;
        draft.next.last_failure = Some(failure);
        if let Some(reason) = verdict(error)
            && draft.signal(Signal::Failed(reason), Actor::Provider).is_ok()
        {
            return ("error", draft.visible());
        }
        draft.next.attempts += 1;
        match class {
            FailureClass::RateLimited => draft.next.rate_limited += 1,
            class if class.counts() => draft.next.failures += 1,
            _ => {}
        }
        draft.next.retry_at = self.asked_to_wait(error);
        draft.next.due_at = Some(self.next_try(&draft.next));
        let outcome = if class == FailureClass::RateLimited { "rate_limited" } else { "failed" };
        (outcome, draft.quiet())
    }

    /// Until when nobody may call: the provider said so, or the quiet period of a suspected grant.
    fn asked_to_wait(&self, error: &AccessError) -> Option<DateTime<Utc>> {
        match error {
            AccessError::Suspected { until } => Some(*until),
            AccessError::Provider(error) => error.retry_after.map(|wait| self.store.now() + wait.min(LONGEST_WAIT)),
            _ => None,
        }
    }

    /// Later and later; at the first step again when a sync was asked for meanwhile.
    fn next_try(&self, integration: &Integration) -> DateTime<Utc> {
        let rounds = if integration.has_request() { 1 } else { integration.attempts };
        let wait = match integration.retry_at {
            Some(_) => TimeDelta::zero(),
            None => backoff(rounds, self.store.jitter(), None),
        };
        integration.not_before_retry(self.store.now() + wait)
    }
}

/// The failure that a step stopped with, if it was one.
pub(super) fn failure_of(stop: &Stop) -> Option<Failure> {
    match stop {
        Stop::Failed(error) => Some(failure(error)),
        Stop::Short | Stop::Lost | Stop::Incomplete => None,
    }
}

fn failure(error: &AccessError) -> Failure {
    let (class, code) = match error {
        AccessError::Provider(ProviderError { class, code, .. }) => (*class, code.as_str()),
        AccessError::NotConnected | AccessError::Dead => (FailureClass::DeadCredentials, "invalid_grant"),
        AccessError::Suspected { .. } => (FailureClass::DeadCredentials, "suspected"),
        AccessError::Busy => (FailureClass::Transient, "refresh_at_work"),
        AccessError::Store(_) => (FailureClass::Transient, "table"),
        AccessError::Vault(_) => (FailureClass::Transient, "vault"),
        AccessError::Keys(_) => (FailureClass::Transient, "keys"),
    };
    Failure { class, code: code.to_owned() }
}
