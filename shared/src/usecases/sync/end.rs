//! The end of a step: the run ends, or waits for its continuation. Only the holder of the lease can end it.

use super::heard::Heard;
use super::{Step, Stop, SyncWorker};
use crate::api::events;
use crate::store::{Change, Failure, Integration, StoreError};
use crate::usecases::TRIES;
use crate::usecases::access::AccessError;
use crate::usecases::draft::Draft;
use crate::usecases::request_sync::SyncMessage;
use crate::usecases::test_connection::verdict;
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::history::{Actor, HistoryEvent};
use domain::lifecycle::{ErrorReason, Signal, Status};
use domain::policy::{self, FailedRun, Health};
use domain::run::{RunOutcome, Trigger};
use providers::ProviderError;

/// No provider makes us wait longer.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

impl SyncWorker {
    /// Ends the step and answers the outcome's name.
    pub(super) async fn end(
        &self,
        message: &SyncMessage,
        fence: u64,
        step: &Step<'_>,
        end: Result<(), Stop>,
    ) -> Result<&'static str, StoreError> {
        let stop = match end {
            Err(Stop::Lost) => return Ok("lost"),
            Err(Stop::Incomplete) => return Ok("incomplete"),
            end => end,
        };
        // Only who failed asks how the provider does.
        let health = match &stop {
            Err(Stop::Failed(_)) => self.store.health(&message.provider).await?,
            _ => None,
        };
        for _ in 0..TRIES {
            let seen = self.store.integration(&message.account, &message.provider).await?;
            let Some(seen) = seen.filter(|seen| seen.id == message.integration && seen.sync_fence == fence) else {
                return Ok("lost");
            };
            let (outcome, change) = self.ending(&seen, step, &stop, health);
            match self.store.commit(&change).await {
                Ok(()) => {
                    self.publish(change.events().to_vec()).await;
                    self.note_failed(&seen, change.next()).await;
                    if seen.status != Status::Active && change.next().status == Status::Active {
                        let _ = self.waiting.wake(change.next()).await;
                    }
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

    fn ending(
        &self,
        seen: &Integration,
        step: &Step<'_>,
        end: &Result<(), Stop>,
        health: Option<Health>,
    ) -> (&'static str, Change) {
        let mut draft = Draft::of(&self.store, seen);
        draft.next.progress = step.progress.clone();
        draft.next.watches = step.watches.clone().unwrap_or(draft.next.watches);
        match end {
            Ok(()) => ("succeeded", self.succeeded(draft, &step.heard)),
            Err(Stop::Failed(error)) => self.failed(draft, error, health),
            Err(Stop::Partly(error)) => ("partly", self.partly(draft, error)),
            Err(Stop::Later(after)) => {
                draft.next.lease_until = None;
                draft.next.due_at = Some(self.store.now() + (*after).min(LONGEST_WAIT));
                ("later", draft.quiet())
            }
            Err(_) => {
                draft.next.lease_until = None;
                draft.next.due_at = Some(self.store.now());
                ("checkpoint", draft.quiet())
            }
        }
    }

    fn succeeded(&self, mut draft: Draft<'_>, heard: &Heard) -> Change {
        draft.end_run(RunOutcome::Succeeded, None);
        draft.worked();
        draft.next.last_success_at = Some(self.store.now());
        let reactivated =
            draft.next.is_deactivated() && draft.signal(Signal::ProbeSucceeded, Actor::System).unwrap_or(false);
        draft.schedule_next();
        let lost = heard.apply(&mut draft.next.watches, self.store.now());
        if lost {
            draft.line(Actor::Provider, HistoryEvent::NotificationsLost);
            draft.notice(events::WEBHOOK_LOST);
        }
        // Otherwise the integration is as it was: a consumer of events has nothing to hear.
        if reactivated || lost { draft.visible() } else { draft.quiet() }
    }

    /// What could be read was read, and goes on being read and told; a person sees what is gone.
    fn partly(&self, mut draft: Draft<'_>, error: &AccessError) -> Change {
        let (failure, before) = (Some(failure(error)), draft.next.last_failure.clone());
        draft.end_run(RunOutcome::Failed, failure.clone());
        draft.worked();
        draft.next.last_failure = failure;
        draft.schedule_next();
        if draft.next.last_failure == before { draft.quiet() } else { draft.visible() }
    }

    /// A verdict needs a person; everything else is tried again by itself, later and later.
    fn failed(&self, mut draft: Draft<'_>, error: &AccessError, health: Option<Health>) -> (&'static str, Change) {
        let failure = failure(error);
        let manual = draft.next.run.as_ref().is_some_and(|run| run.trigger == Trigger::Manual);
        draft.end_run(RunOutcome::Failed, Some(failure.clone()));
        let class = failure.class;
        draft.next.last_failure = Some(failure);
        if let Some(reason) = self.verdict(error)
            && draft.signal(Signal::Failed(reason), Actor::Provider).is_ok()
        {
            return ("error", draft.visible());
        }
        draft.next.retry_at = self.asked_to_wait(error);
        if draft.next.is_deactivated() {
            return ("probe_failed", self.probe_failed(draft));
        }
        let run = FailedRun { class, manual, asked_to_wait: draft.next.retry_at, requested: draft.next.has_request() };
        let (now, jitter) = (self.store.now(), self.store.jitter());
        let judged = policy::after_failure(&self.policy, draft.next.counters(), run, health, now, jitter);
        draft.next.count(judged.counters);
        draft.next.frozen = policy::frozen(health);
        draft.next.due_at = Some(judged.next_try);
        draft.review(judged.review_at);
        let outcome = if class == FailureClass::RateLimited { "rate_limited" } else { "failed" };
        if class.counts() && !manual {
            let window = policy::window_start(&self.policy, now);
            draft.next.failing_window = Some(window);
        }
        if judged.warning {
            draft.warn();
            return (outcome, draft.visible());
        }
        (outcome, draft.quiet())
    }

    /// An integration that has a grant and no credentials of it has lost them.
    fn verdict(&self, error: &AccessError) -> Option<ErrorReason> {
        match error {
            AccessError::NotConnected => Some(ErrorReason::CredentialsExpired),
            error => verdict(error),
        }
    }

    /// A deactivated integration waits for its next daily attempt, until it has had all of them.
    fn probe_failed(&self, mut draft: Draft<'_>) -> Change {
        let (now, jitter) = (self.store.now(), self.store.jitter());
        let since = draft.next.error.as_ref().map_or(now, |error| error.since);
        let next = policy::next_probe(&self.policy, since, now, jitter);
        draft.next.due_at = next.map(|at| draft.next.not_before_retry(at));
        if let Some(error) = &mut draft.next.error {
            error.next_try_at = draft.next.due_at;
        }
        if next.is_none() {
            draft.notice(events::ERROR);
        }
        draft.visible()
    }

    /// Counts a failure for the provider's health. That one may get lost is no harm: an incident has many.
    async fn note_failed(&self, seen: &Integration, next: &Integration) {
        let counts = next.last_failure.as_ref().is_some_and(|failure| failure.class.counts());
        if let Some(window) = next.failing_window.filter(|_| counts && next.attempts > seen.attempts) {
            let first = seen.failing_window != Some(window);
            let _ = self.store.note_failed(&next.provider, window, first).await;
        }
    }

    /// Until when nobody may call: the provider said so, or the quiet period of a suspected grant.
    fn asked_to_wait(&self, error: &AccessError) -> Option<DateTime<Utc>> {
        match error {
            AccessError::Suspected { until } => Some(*until),
            AccessError::Provider(error) => error.retry_after.map(|wait| self.store.now() + wait.min(LONGEST_WAIT)),
            _ => None,
        }
    }
}

/// The failure that a step stopped with, if it was one.
pub(super) fn failure_of(stop: &Stop) -> Option<Failure> {
    match stop {
        Stop::Failed(error) | Stop::Partly(error) => Some(failure(error)),
        Stop::Short | Stop::Later(_) | Stop::Stale | Stop::Lost | Stop::Incomplete => None,
    }
}

fn failure(error: &AccessError) -> Failure {
    let (class, code) = match error {
        AccessError::Provider(ProviderError { class, code, .. }) => (*class, code.as_str()),
        AccessError::NotConnected | AccessError::Dead => (FailureClass::DeadCredentials, "invalid_grant"),
        AccessError::Suspected { .. } => (FailureClass::DeadCredentials, "suspected"),
        AccessError::Busy => (FailureClass::OurOutage, "refresh_at_work"),
        AccessError::Store(_) => (FailureClass::OurOutage, "table"),
        AccessError::Vault(_) => (FailureClass::OurOutage, "vault"),
        AccessError::Keys(_) => (FailureClass::OurOutage, "keys"),
    };
    let explanation = match error {
        AccessError::Provider(error) => error.explanation.clone(),
        _ => None,
    };
    Failure { class, code: code.to_owned(), explanation }
}
