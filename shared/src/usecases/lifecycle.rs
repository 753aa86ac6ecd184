//! Moving an integration by a signal: one transaction with its history and its event, decided anew when somebody
//! else was faster.

use crate::entry::Problem;
use crate::store::{Integration, OutboxEntry, Store};
use crate::usecases::TRIES;
use crate::usecases::draft::{Draft, integration_event};
use crate::usecases::publish::Publisher;
use crate::usecases::request_sync::Requests;
use domain::history::Actor;
use domain::lifecycle::{ErrorReason, Signal, Status};
use domain::run::Trigger;

/// Moves integrations.
#[derive(Clone)]
pub struct Lifecycle {
    store: Store,
    publisher: Publisher,
    requests: Requests,
}

impl Lifecycle {
    /// Over these.
    pub fn new(store: Store, publisher: Publisher, requests: Requests) -> Self {
        Self { store, publisher, requests }
    }

    /// Gives the integration a signal. A status that is no longer scheduled ends the open run cleanly; one that is
    /// scheduled again asks for a run.
    pub async fn signal(&self, seen: &Integration, signal: Signal, actor: Actor) -> Result<(), Problem> {
        let mut seen = seen.clone();
        for _ in 0..TRIES {
            if self.attempt(&seen, signal, actor.clone()).await? {
                return Ok(());
            }
            seen = self.again(&seen).await?;
        }
        Err(Problem::busy())
    }

    /// Moves an integration by the outcome of a check. A check of a grant that was replaced meanwhile says nothing
    /// about the new one.
    pub async fn checked(
        &self,
        checked: &Integration,
        outcome: Result<(), ErrorReason>,
        actor: Actor,
    ) -> Result<(), Problem> {
        for _ in 0..TRIES {
            let now = self.store.integration(&checked.account, &checked.provider).await?;
            let Some(now) = now.filter(|now| now.id == checked.id && now.grant == checked.grant) else { return Ok(()) };
            let Some(signal) = told_by(outcome, &now) else { return Ok(()) };
            if self.attempt(&now, signal, actor.clone()).await? {
                return Ok(());
            }
        }
        Err(Problem::busy())
    }

    /// Commits a signal; `false` when somebody else was faster.
    async fn attempt(&self, seen: &Integration, signal: Signal, actor: Actor) -> Result<bool, Problem> {
        let mut draft = Draft::of(&self.store, seen);
        if !draft.signal(signal, actor)? {
            return Ok(true);
        }
        match draft.next.status {
            Status::Active | Status::Testing if draft.next.run.is_none() => {
                draft.request(Trigger::Connect);
            }
            Status::Active | Status::Testing => {}
            _ => draft.interrupt(),
        }
        let change = draft.visible();
        match self.store.commit(&change).await {
            Ok(()) => {
                self.requests.send_soon(change.next()).await;
                self.publisher.publish_now(change.events()).await;
                Ok(true)
            }
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes the grant away: Disconnected at once; what the grant leaves goes to cleanup in the same transaction.
    pub async fn disconnect(&self, seen: &Integration, actor: Actor) -> Result<(), Problem> {
        let mut seen = seen.clone();
        for _ in 0..TRIES {
            let mut draft = Draft::of(&self.store, &seen);
            draft.signal(Signal::Disconnect, actor.clone())?;
            draft.interrupt();
            draft.next.grant = None;
            draft.next.disconnects += 1;
            let change = draft.visible();
            match self.store.disconnect(&seen, &change).await {
                Ok(()) => {
                    self.publisher.publish_now(change.events()).await;
                    return Ok(());
                }
                Err(error) if error.is_conflict() => seen = self.again(&seen).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::busy())
    }

    /// Deletes the integration: gone at once, its slot is free.
    pub async fn delete(&self, seen: &Integration) -> Result<(), Problem> {
        let mut seen = seen.clone();
        for _ in 0..TRIES {
            let event = OutboxEntry::new(integration_event(&self.store, "integration.deleted", &seen));
            match self.store.delete(&seen, &event).await {
                Ok(()) => {
                    self.publisher.publish_now(&[event]).await;
                    return Ok(());
                }
                Err(error) if error.is_conflict() => seen = self.again(&seen).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::busy())
    }

    async fn again(&self, seen: &Integration) -> Result<Integration, Problem> {
        let now = self.store.integration(&seen.account, &seen.provider).await?;
        now.filter(|now| now.id == seen.id).ok_or_else(|| Problem::not_found("integration"))
    }
}

/// What the outcome of a check means for an integration as it is now.
fn told_by(outcome: Result<(), ErrorReason>, now: &Integration) -> Option<Signal> {
    let complete = now.is_complete();
    match (outcome, now.status) {
        (Err(reason), Status::Configuring | Status::Testing | Status::Active | Status::Error) => {
            Some(Signal::Failed(reason))
        }
        // What is incomplete is left to the worker of its test, which presets what is missing.
        (Ok(()), Status::Testing) if !complete => None,
        (Ok(()), Status::Testing | Status::Error) => Some(Signal::TestPassed { complete }),
        _ => None,
    }
}
