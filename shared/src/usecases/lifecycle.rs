//! Moving an integration by a signal: one transaction with its history and its events, decided anew when somebody
//! else was faster.

use crate::entry::Problem;
use crate::store::{Change, Idempotency, Integration, Store};
use crate::usecases::TRIES;
use crate::usecases::draft::Draft;
use crate::usecases::publish::Publisher;
use crate::usecases::request_sync::Requests;
use crate::usecases::watches::end_soon;
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
            let Some(change) = self.change(&now, signal, actor.clone())? else { return Ok(()) };
            if self.commit(&change, None).await? {
                return Ok(());
            }
        }
        Err(Problem::busy())
    }

    /// What a signal makes of an integration; `None` when it stays as it is. A status that is no longer scheduled ends
    /// the open run cleanly; one that is scheduled again asks for a run.
    pub(super) fn change(&self, seen: &Integration, signal: Signal, actor: Actor) -> Result<Option<Change>, Problem> {
        let mut draft = Draft::of(&self.store, seen);
        if !draft.signal(signal, actor)? {
            return Ok(None);
        }
        match draft.next.status {
            Status::Active | Status::Testing => {
                match signal {
                    Signal::Resume => draft.settle(),
                    Signal::TestPassed { .. } => draft.worked(),
                    _ => {}
                }
                if draft.next.run.is_none() {
                    draft.request(if signal == Signal::Resume { Trigger::Resume } else { Trigger::Connect });
                }
            }
            _ => draft.interrupt(),
        }
        Ok(Some(draft.visible()))
    }

    /// Commits a change with the answer to be remembered; `false` when somebody else was faster.
    pub(super) async fn commit(&self, change: &Change, answer: Option<Idempotency>) -> Result<bool, Problem> {
        let change = change.clone().remember(answer);
        match self.store.commit(&change).await {
            Ok(()) => {
                self.requests.send_soon(change.next()).await;
                end_soon(self.requests.queue(), change.next()).await;
                self.publisher.publish_now(change.events()).await;
                Ok(true)
            }
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error.into()),
        }
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
