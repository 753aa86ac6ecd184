//! Carrying out what Aura wants of an appointment: one worker at a time, whatever is wanted by then, until nothing is.

use super::AppointmentMessage;
use super::dialogue::{Dialogue, Told};
use super::outcome::{self, Outcome, Stop};
use super::wake;
use crate::entry::log::{Level, Log};
use crate::entry::{Acknowledge, FunctionError};
use crate::store::{AppointmentChange, AppointmentWrite, Integration, Sent, Store, StoreError, WriteState};
use crate::usecases::TRIES;
use crate::usecases::access::Tokens;
use crate::usecases::publish::Publisher;
use crate::usecases::request_sync::Requests;
use chrono::{DateTime, TimeDelta, Utc};
use domain::appointment::Base;
use domain::failure::FailureClass;
use domain::lifecycle::Status;
use domain::policy::Policy;
use domain::run::Trigger;
use providers::{Provider, PushError, Registry};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// An appointment's lease: it outlives its worker, so an expired lease means a dead one.
const LEASE: TimeDelta = TimeDelta::seconds(75);
/// The dialogue with the provider ends within this time.
const WITHIN: Duration = Duration::from_secs(50);
/// With less time left nothing more is begun.
const SHORT: TimeDelta = TimeDelta::seconds(60);
/// An entry that is sent a little early is done all the same.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(10);
/// While the integration cannot be written to, it is looked at so often; twice as late each time, at most
const FIRST_LOOK: TimeDelta = TimeDelta::minutes(1);
/// this late.
const LAST_LOOK: TimeDelta = TimeDelta::minutes(15);
/// An occurrence is not written before its series.
const SERIES_PENDING: &str = "series_pending";
/// So many unresolved revisions are remembered.
const MOST_SENT: usize = 10;
/// And so many bytes of them: the item has to stay below 400 KB.
const MOST_SENT_BYTES: usize = 100 * 1024;

/// Works on appointments.
#[derive(Clone)]
pub struct AppointmentWorker {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// Access tokens.
    pub tokens: Tokens,
    /// Publishes what changed.
    pub publisher: Publisher,
    /// Starts the sync that tells what else went with a series.
    pub requests: Requests,
    /// How late it is tried again.
    pub policy: Arc<Policy>,
    /// Where it is said what kept an appointment from being written.
    pub log: Log,
}

/// What a look at an item says.
enum Standing {
    /// It is to be carried out now.
    Go(Box<Integration>, Arc<dyn Provider>),
    /// It waits for the integration, and why.
    Waits(&'static str),
    /// The provider asked for patience until this instant.
    HeldBack(DateTime<Utc>),
    /// It can never be carried out.
    Never(Box<Integration>, &'static str),
    /// The message means nothing any more, and why.
    Void(&'static str),
}

impl AppointmentWorker {
    /// Does what the message's appointment needs now, and what was wanted of it meanwhile.
    pub async fn work(
        &self,
        message: AppointmentMessage,
        deadline: DateTime<Utc>,
    ) -> Result<Acknowledge, FunctionError> {
        let mut outcome = "gone";
        for _ in 0..TRIES {
            let Some(seen) = self.store.named_appointment(&message.write).await.map_err(failed)? else { break };
            if deadline - self.store.now() < SHORT {
                // The entry is due; a planner sends it again.
                break;
            }
            match self.step(&seen, deadline).await.map_err(failed)? {
                Step::Done(done) => {
                    outcome = done;
                    break;
                }
                Step::Again(done) => outcome = done,
            }
        }
        let mut done = Acknowledge::of(outcome);
        done.fields.push(("account_id", json!(message.account)));
        if matches!(outcome, "failed" | "deleted") {
            done.level = Level::Warn;
        }
        Ok(done)
    }

    async fn step(&self, seen: &AppointmentWrite, deadline: DateTime<Utc>) -> Result<Step, StoreError> {
        match self.standing(seen).await? {
            Standing::Void(why) => Ok(Step::Done(why)),
            Standing::Waits(why) => {
                let look = FIRST_LOOK * 2_i32.pow(seen.attempts.min(4));
                self.wait(seen, why, self.store.now() + look.min(LAST_LOOK)).await
            }
            Standing::HeldBack(until) => self.wait(seen, "held_back", until).await,
            Standing::Never(integration, code) => {
                let outcome = self.outcome(&integration);
                self.commit(outcome.stopped(seen, seen, &Stop::Never(code, None)), "failed").await
            }
            Standing::Go(integration, provider) => self.carry_out(seen, &integration, provider, deadline).await,
        }
    }

    async fn standing(&self, seen: &AppointmentWrite) -> Result<Standing, StoreError> {
        let now = self.store.now();
        if seen.state != WriteState::Pending {
            return Ok(Standing::Void("done"));
        }
        if seen.is_leased(now) {
            return Ok(Standing::Void("busy"));
        }
        if seen.attempts > 0 && seen.due_at.is_none_or(|at| at > now + CLOCK_SKEW) {
            return Ok(Standing::Void("not_due"));
        }
        let integration = self.store.integration(&seen.account, &seen.provider).await?;
        let Some(integration) = integration.filter(|integration| integration.id == seen.id) else {
            return Ok(Standing::Void("gone"));
        };
        let Some(provider) = self.registry.find(&seen.provider).cloned() else {
            return Ok(Standing::Void("unknown_provider"));
        };
        Ok(match integration.status {
            _ if integration.dataset != seen.dataset => Standing::Never(Box::new(integration), outcome::OTHER_ACCOUNT),
            Status::Active if integration.grant.is_some() => match integration.retry_at.filter(|at| *at > now) {
                Some(until) => Standing::HeldBack(until),
                None => Standing::Go(Box::new(integration), provider),
            },
            Status::Paused => Standing::Waits(wake::PAUSED),
            Status::Disconnected | Status::Draft => Standing::Never(Box::new(integration), outcome::NOT_CONNECTED),
            _ => Standing::Waits(wake::ERROR),
        })
    }

    /// Looks again later: what is kept in Error or while paused is carried out when the integration works again.
    async fn wait(&self, seen: &AppointmentWrite, why: &'static str, until: DateTime<Utc>) -> Result<Step, StoreError> {
        let mut next = AppointmentWrite { failure: Some(why.into()), ..seen.clone() };
        next.attempts += 1;
        next.due_at = Some(until);
        self.commit(AppointmentChange::new(Some(seen), next), why).await
    }

    async fn carry_out(
        &self,
        seen: &AppointmentWrite,
        integration: &Integration,
        provider: Arc<dyn Provider>,
        deadline: DateTime<Utc>,
    ) -> Result<Step, StoreError> {
        let leased = self.leased(seen);
        let carried = leased.next.clone();
        match self.store.commit_appointment(&leased).await {
            Ok(()) => {}
            Err(error) if error.is_conflict() => return Ok(Step::Again("contended")),
            Err(error) => return Err(error),
        }
        let told = tokio::time::timeout(WITHIN, self.hold(&carried, integration, provider.as_ref(), deadline)).await;
        let told = told.unwrap_or_else(|_| Err(Stop::Again { code: "too_slow".into(), after: None }));
        if let Err(stop) = &told {
            self.log.write(Level::Warn, "appointment", "stopped", &[("provider_code", json!(stop.code()))]);
        }
        self.settle(&carried, told).await
    }

    /// With the lease, and with what is about to be sent: after a crash nobody knows whether it arrived.
    fn leased<'a>(&self, seen: &'a AppointmentWrite) -> AppointmentChange<'a> {
        let until = self.store.now() + LEASE;
        let mut next = AppointmentWrite { lease_until: Some(until), due_at: Some(until), ..seen.clone() };
        next.fence += 1;
        if next.sent.last().is_none_or(|sent| sent.revision != seen.revision) {
            next.sent.push(Sent { revision: seen.revision, content: seen.wanted.clone() });
            let fits = |sent: &[Sent]| sent.iter().map(Sent::bytes).sum::<usize>() <= MOST_SENT_BYTES;
            while next.sent.len() > MOST_SENT || (next.sent.len() > 1 && !fits(&next.sent)) {
                next.sent.remove(0);
            }
        }
        AppointmentChange::new(Some(seen), next)
    }

    async fn hold(
        &self,
        item: &AppointmentWrite,
        integration: &Integration,
        provider: &dyn Provider,
        deadline: DateTime<Utc>,
    ) -> Result<Told, Stop> {
        let now = self.store.now();
        let push = provider.push().ok_or(Stop::Never(outcome::REJECTED, None))?;
        let tokens = self.tokens.until(deadline);
        let without_access = |error| Stop::without_access(&error, now);
        let held = tokens.access(integration, provider).await.map_err(without_access)?;
        let of_series = self.base_of_series(item).await?;
        let of_series = of_series.as_ref();
        match (Dialogue { push, access: &held.access, item, of_series }).hold().await {
            Err(error) if error.class() == Some(FailureClass::DeadCredentials) => {
                let held = tokens.renewed(integration, provider, &held).await.map_err(without_access)?;
                let again = Dialogue { push, access: &held.access, item, of_series };
                again.hold().await.map_err(|error| Stop::of(error, now))
            }
            told => told.map_err(|error: PushError| Stop::of(error, now)),
        }
    }

    /// What both sides agree on of an occurrence as its series makes it. An occurrence waits for a series that is still on
    /// its way: nobody knows yet what it would be changed from.
    async fn base_of_series(&self, item: &AppointmentWrite) -> Result<Option<Base>, Stop> {
        let Some(of) = &item.occurrence_of else { return Ok(None) };
        let again = |code: &str| Stop::Again { code: code.into(), after: None };
        let series = self.store.appointment(item.id, &of.series).await.map_err(|_| again("our_outage"))?;
        match series {
            Some(series) if series.agreed.is_none() && series.state == WriteState::Pending => {
                Err(again(SERIES_PENDING))
            }
            series => Ok(series.and_then(|series| series.agreed).map(|it| it.base().occurrence(&of.original_start))),
        }
    }

    /// Stores the outcome. Whoever wanted something newer meanwhile is served next.
    async fn settle(&self, carried: &AppointmentWrite, told: Result<Told, Stop>) -> Result<Step, StoreError> {
        for _ in 0..TRIES {
            let now = self.store.appointment(carried.id, &carried.appointment).await?;
            // Without the lease that was taken, another worker goes on from what was sent.
            let Some(now) = now.filter(|now| now.fence == carried.fence) else {
                return Ok(Step::Done("lost"));
            };
            // What it reads may be something else by now.
            let integration = self.store.integration(&now.account, &now.provider).await?;
            let Some(integration) = integration.filter(|integration| integration.id == now.id) else {
                return Ok(Step::Done("gone"));
            };
            let outcome = self.outcome(&integration);
            let (name, change) = match &told {
                Ok(told) => (name(told), outcome.told(&now, carried, told).await?),
                Err(stop) => (
                    if matches!(stop, Stop::Never(..)) { "failed" } else { "again" },
                    outcome.stopped(&now, carried, stop),
                ),
            };
            let unfinished = matches!(told, Ok(Told::Merged { .. } | Told::Located(_)));
            let newer = change.next.state == WriteState::Pending && change.next.revision != carried.revision;
            match self.store.commit_appointment(&change).await {
                Ok(()) => {
                    self.publisher.publish_now(&change.events).await;
                    if takes_others_along(&now, &told) {
                        // The schedule comes in any case.
                        let _ = self.requests.ask(&integration, Trigger::Webhook).await;
                    }
                    return Ok(if newer || unfinished { Step::Again(name) } else { Step::Done(name) });
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("contended".into()))
    }

    async fn commit(&self, change: AppointmentChange<'_>, name: &'static str) -> Result<Step, StoreError> {
        match self.store.commit_appointment(&change).await {
            Ok(()) => {
                self.publisher.publish_now(&change.events).await;
                Ok(Step::Done(name))
            }
            Err(error) if error.is_conflict() => Ok(Step::Again("contended")),
            Err(error) => Err(error),
        }
    }

    fn outcome<'a>(&'a self, integration: &'a Integration) -> Outcome<'a> {
        Outcome { store: &self.store, policy: &self.policy, integration }
    }
}

/// Whether the item is to be looked at again in this invocation.
enum Step {
    Done(&'static str),
    Again(&'static str),
}

/// Whether the event was a series: the records of its exceptions go with the next pull, which nobody else may ask for.
fn takes_others_along(before: &AppointmentWrite, told: &Result<Told, Stop>) -> bool {
    let series = before.agreed.as_ref().is_some_and(|agreed| agreed.event.is_series());
    series && matches!(told, Ok(Told::Removed(_)))
}

fn name(told: &Told) -> &'static str {
    match told {
        Told::Event { .. } => "written",
        Told::Merged { .. } => "merged",
        Told::Located(_) => "located",
        Told::Removed(_) => "removed",
        Told::Deleted(_) => "deleted",
        Told::Refused(_) => "failed",
    }
}

fn failed(error: StoreError) -> FunctionError {
    FunctionError(error.to_string())
}
