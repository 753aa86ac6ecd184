//! Asking for a sync: durable first, then the message that starts it at once.

use crate::api::SyncStartedView;
use crate::entry::{Caller, Problem};
use crate::queue::Queue;
use crate::store::{Integration, RequestName, Store, StoreError};
use crate::usecases::appointments::AppointmentMessage;
use crate::usecases::draft::Draft;
use crate::usecases::get::{Found, Integrations};
use crate::usecases::publish::PATIENCE;
use crate::usecases::watches::EndWatchesMessage;
use crate::usecases::{Answered, TRIES};
use domain::ids::{AccountId, IntegrationId, ProviderSlug};
use domain::lifecycle::{Refused, Status};
use domain::run::Trigger;
use serde::{Deserialize, Serialize};

/// A message of the sync queue. It only names: the item decides what is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncMessage {
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// The integration; another one by now makes the message void.
    pub integration: IntegrationId,
}

/// What the sync queue carries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum SyncWork {
    /// An appointment that is to be written.
    Appointment(AppointmentMessage),
    /// Subscriptions that are to end.
    EndWatches(EndWatchesMessage),
    /// An integration that is to be synced.
    Sync(SyncMessage),
}

impl SyncMessage {
    /// The message about an integration.
    pub fn about(integration: &Integration) -> Self {
        Self {
            account: integration.account.clone(),
            provider: integration.provider.clone(),
            integration: integration.id,
        }
    }
}

/// Starts what the table already asks for.
#[derive(Clone)]
pub struct Requests {
    store: Store,
    queue: Queue,
}

impl Requests {
    /// Over these.
    pub fn new(store: Store, queue: Queue) -> Self {
        Self { store, queue }
    }

    /// Asks for a run of an active integration, however often it is asked: the outcome's name. Many requests, and one that
    /// a run will still see, are one.
    pub(super) async fn ask(&self, asked: &Integration, trigger: Trigger) -> Result<&'static str, StoreError> {
        for _ in 0..TRIES {
            let seen = self.store.integration(&asked.account, &asked.provider).await?;
            let same = |seen: &Integration| seen.id == asked.id && seen.status == Status::Active;
            let Some(seen) = seen.filter(same) else { return Ok("unconcerned") };
            let waiting = seen.run.as_ref().is_some_and(|run| !run.begun);
            if waiting || (seen.run.is_some() && seen.has_request()) {
                return Ok("asked_already");
            }
            let mut draft = Draft::of(&self.store, &seen);
            draft.request(trigger);
            let change = draft.quiet();
            match self.store.commit(&change).await {
                Ok(()) => {
                    self.send_soon(change.next()).await;
                    return Ok("asked");
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("contended".into()))
    }

    /// Sends the message of a sync that is due in the table. A failure costs at most the safety net's 30 seconds.
    pub async fn send_soon(&self, integration: &Integration) {
        if integration.run.is_some() {
            let message = SyncMessage::about(integration);
            let _ = tokio::time::timeout(PATIENCE, self.queue.send(&integration.account, &message)).await;
        }
    }

    /// The queue.
    pub(super) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The table.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

/// Sync now.
#[derive(Clone)]
pub struct SyncNow {
    /// Finds integrations.
    pub integrations: Integrations,
    /// Starts the sync.
    pub requests: Requests,
}

impl SyncNow {
    /// Asks for a run; refused while one is under way.
    pub async fn start(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        let store = &self.integrations.store;
        let attempt = async |found: Found| {
            let seen = found.integration;
            refuse(&seen)?;
            let mut draft = Draft::of(store, &seen);
            let run = draft.request(Trigger::Manual);
            let answered = Answered::of(202, &SyncStartedView { run })?;
            let change = draft.quiet().remember(answered.remembered(store, request));
            match store.commit(&change).await {
                Ok(()) => {
                    self.requests.send_soon(change.next()).await;
                    Ok(Some(answered))
                }
                Err(error) if error.is_conflict() => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        self.integrations.repeatable(caller, slug, request, attempt).await
    }
}

fn refuse(integration: &Integration) -> Result<(), Problem> {
    if integration.run.is_some() {
        return Err(Problem::new(409, "sync_in_progress", "A sync operation is already in progress")
            .remedy("Wait until it has ended."));
    }
    match integration.status {
        Status::Active if integration.grant.is_none() => Err(Problem::not_connected()),
        Status::Active => Ok(()),
        status => Err(Refused { status, signal: "sync" }.into()),
    }
}
