//! One run of a sync, or a step of it: take the lease, test if that is due, read what changed, store it in chunks
//! under the fence, and end.

mod echo;
mod end;
mod heard;
mod leads;
mod pages;
mod resources;
mod store_page;
mod sweep;
mod take;
mod test;

use crate::entry::log::Level;
use crate::entry::metrics;
use crate::entry::{Acknowledge, FunctionError};
use crate::store::{Failure, Integration, OutboxEntry, Progress, Store, StoreError, Watch};
use crate::usecases::access::{AccessError, Held, Tokens};
use crate::usecases::appointments::WakeAppointments;
use crate::usecases::leads::LeadIntake;
use crate::usecases::publish::Publisher;
use crate::usecases::request_sync::SyncMessage;
use crate::usecases::watches::{Tenant, Watches};
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::ids::ExternalId;
use domain::lifecycle::Status;
use domain::policy::Policy;
use domain::run::Trigger;
use heard::Heard;
use providers::{Access, Provider, ProviderError, Registry};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// The sync lease ends so long after the invocation's deadline: an expired lease means a dead holder.
pub(super) const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(15);
/// A step that has less time left makes a checkpoint instead of beginning another page.
const SHORT: TimeDelta = TimeDelta::seconds(20);

/// What a refresh may need in all, waiting for another one included.
const REFRESH: TimeDelta = TimeDelta::seconds(28);

/// Works on sync messages.
#[derive(Clone)]
pub struct SyncWorker {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// Access tokens.
    pub tokens: Tokens,
    /// Publishes what changed.
    pub publisher: Publisher,
    /// What a failure leads to.
    pub policy: Arc<Policy>,
    /// Subscriptions to the providers' notifications.
    pub watches: Watches,
    /// What waits for the integration.
    pub waiting: WakeAppointments,
    /// Stores leads.
    pub leads: LeadIntake,
}

/// Why a step stopped before the run's end.
#[derive(Debug)]
enum Stop {
    /// Time runs short; everything so far is stored.
    Short,
    /// The provider prepares what comes next, or asks to wait for it; everything so far is stored.
    Later(TimeDelta),
    /// Something that is stored has changed since it was read: it is read again.
    Stale,
    /// Somebody else has the integration now: nothing more may be written.
    Lost,
    /// The connection works, and a required setting is missing.
    Incomplete,
    /// Some forms are gone, and the others were read.
    Partly(AccessError),
    /// It failed.
    Failed(AccessError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Lost,
            error => Self::Failed(error.into()),
        }
    }
}

impl From<AccessError> for Stop {
    fn from(error: AccessError) -> Self {
        Self::Failed(error)
    }
}

/// A run that this invocation works on.
struct Step<'a> {
    worker: &'a SyncWorker,
    provider: Arc<dyn Provider>,
    /// As it was taken; its fence is this step's.
    held: Integration,
    progress: Progress,
    access: Option<Held>,
    watches: Option<Vec<Watch>>,
    heard: Heard,
    /// Leads of which the provider told and that could not be read then.
    kept: HashSet<ExternalId>,
    later: Option<TimeDelta>,
    deadline: DateTime<Utc>,
}

impl SyncWorker {
    /// Does what the message's integration needs now. Having recorded a failure is a success: SQS redelivers only
    /// after crashes and while the table itself fails.
    pub async fn work(&self, message: SyncMessage, deadline: DateTime<Utc>) -> Result<Acknowledge, FunctionError> {
        let taken = self.take(&message, deadline).await.map_err(failed)?;
        let (held, provider) = match taken {
            take::Taken::Held(held, provider) => (*held, provider),
            take::Taken::Dropped(why) => return Ok(named(why, &message)),
        };
        let fence = held.sync_fence;
        let progress = held.progress.clone();
        let mut step = Step {
            worker: self,
            provider,
            held,
            progress,
            access: None,
            watches: None,
            heard: Heard::default(),
            kept: HashSet::new(),
            later: None,
            deadline,
        };
        let end = step.go().await;
        let failure = end.as_ref().err().and_then(end::failure_of);
        let outcome = self.end(&message, fence, &step, end).await.map_err(failed)?;
        self.leads.log.count(metrics::RUNS, &[message.provider.as_str(), outcome], 1);
        if outcome == "lost" {
            step.end_unlisted().await;
        }
        Ok(figures(named(outcome, &message), &step, failure.as_ref()))
    }

    async fn publish(&self, entries: Vec<OutboxEntry>) {
        self.publisher.publish_now(&entries).await;
    }
}

impl Step<'_> {
    async fn go(&mut self) -> Result<(), Stop> {
        self.test_if_due().await?;
        self.wake().await;
        let mut resources = self.worker.store.resources(self.held.id).await?;
        self.sweep_unchosen(&mut resources).await?;
        self.watch().await?;
        self.look_what_is_kept().await?;
        match self.pull_chosen(resources).await {
            // What a reading brings needs not be asked for one by one.
            pulled @ (Ok(()) | Err(Stop::Later(_) | Stop::Partly(_))) => self.read_again().await.and(pulled),
            stopped => stopped,
        }
    }

    /// Wakes what waits for the integration, when it may have begun to work. None of it fails the run.
    async fn wake(&self) {
        let trigger = self.held.run.as_ref().map(|run| run.trigger);
        if self.held.status == Status::Active && matches!(trigger, Some(Trigger::Connect | Trigger::Resume)) {
            let _ = self.worker.waiting.wake(&self.held).await;
        }
    }

    /// Makes sure that the provider tells of what changes from now on. It comes before reading: what changes in between is
    /// told, and read by another run.
    async fn watch(&mut self) -> Result<(), Stop> {
        if self.held.status == Status::Active && self.provider.webhook().is_some() {
            let held = self.access().await?;
            let watches = &self.worker.watches;
            self.watches = Some(watches.renewed(&self.held, self.provider.as_ref(), &held.access).await);
        }
        Ok(())
    }

    /// Ends the subscriptions that this step made: it lost the integration, so no list has them.
    async fn end_unlisted(&self) {
        let Some(held) = &self.access else { return };
        let unlisted = |watch: &&Watch| !self.held.watches.contains(watch);
        let made: Vec<Watch> = self.watches.iter().flatten().filter(unlisted).cloned().collect();
        self.worker.watches.ended(Tenant::of(&self.held), self.provider.as_ref(), &held.access, &made).await;
    }

    /// Stops here if there is no time for another page.
    fn check_time(&self) -> Result<(), Stop> {
        if self.deadline - self.worker.store.now() < SHORT { Err(Stop::Short) } else { Ok(()) }
    }

    /// Stops here if there is no time for a refresh: one that is cut off may lose what it received.
    fn check_refresh(&self) -> Result<(), Stop> {
        if self.deadline - self.worker.store.now() < REFRESH { Err(Stop::Short) } else { Ok(()) }
    }

    /// Access tokens, for as long as this invocation lasts.
    fn tokens(&self) -> Tokens {
        self.worker.tokens.until(self.deadline)
    }

    /// Asks the provider something; a refused token is renewed once.
    async fn call<T, A: Future<Output = Result<T, ProviderError>>>(
        &mut self,
        question: impl Fn(Access) -> A,
    ) -> Result<T, Stop> {
        let held = self.access().await?;
        match question(held.access.clone()).await {
            Err(error) if error.class == FailureClass::DeadCredentials => {
                let held = self.renewed(&held).await?;
                question(held.access).await.map_err(|error| Stop::Failed(error.into()))
            }
            answer => answer.map_err(|error| Stop::Failed(error.into())),
        }
    }

    /// Access for this step, kept between its calls.
    async fn access(&mut self) -> Result<Held, Stop> {
        if let Some(held) = &self.access {
            return Ok(held.clone());
        }
        self.check_refresh()?;
        let held = self.tokens().access(&self.held, self.provider.as_ref()).await?;
        Ok(self.access.insert(held).clone())
    }

    /// Access after the provider refused the one in use.
    async fn renewed(&mut self, refused: &Held) -> Result<Held, Stop> {
        self.check_refresh()?;
        let held = self.tokens().renewed(&self.held, self.provider.as_ref(), refused).await?;
        Ok(self.access.insert(held).clone())
    }
}

fn failed(error: StoreError) -> FunctionError {
    FunctionError(error.to_string())
}

fn named(outcome: &'static str, message: &SyncMessage) -> Acknowledge {
    let mut done = Acknowledge::of(outcome);
    done.fields.push(("account_id", json!(message.account)));
    done.fields.push(("integration_id", json!(message.integration)));
    done.fields.push(("provider", json!(message.provider)));
    done
}

fn figures(mut done: Acknowledge, step: &Step<'_>, failure: Option<&Failure>) -> Acknowledge {
    if let Some(failure) = failure {
        done.fields.push(("error_class", json!(failure.class)));
        done.fields.push(("provider_code", json!(failure.code)));
        let ours = matches!(failure.class, FailureClass::OurBug | FailureClass::OurConfiguration);
        done.level = if ours { Level::Error } else { Level::Warn };
    }
    let run = step.held.run.as_ref().map_or(Value::Null, |run| json!(run.id));
    done.fields.push(("run_id", run));
    done.fields.push(("fence", json!(step.held.sync_fence)));
    done.fields.push(("counts", json!(step.progress.counts)));
    done
}
