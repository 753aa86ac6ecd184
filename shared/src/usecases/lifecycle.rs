//! Moving an integration by a signal: one transaction with its history and its event, decided anew when somebody
//! else was faster.

use crate::entry::Problem;
use crate::store::{Integration, Store};
use crate::usecases::TRIES;
use crate::usecases::draft::Draft;
use crate::usecases::publish::Publisher;
use crate::usecases::request_sync::Requests;
use domain::history::Actor;
use domain::lifecycle::{Signal, Status};
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
            let mut draft = Draft::of(&self.store, &seen);
            if !draft.signal(signal, actor.clone())? {
                return Ok(());
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
