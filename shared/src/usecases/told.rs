//! What a provider told: the resource's integration is due at once, however often it is told.

use crate::entry::{Acknowledge, FunctionError};
use crate::store::{Channel, Integration, Store, StoreError};
use crate::usecases::TRIES;
use crate::usecases::draft::Draft;
use crate::usecases::request_sync::Requests;
use crate::usecases::webhook::ChangedMessage;
use domain::lifecycle::Status;
use domain::run::Trigger;
use serde_json::json;

/// Works on messages of the webhook queue.
#[derive(Clone)]
pub struct ToldWorker {
    /// Starts the sync.
    pub requests: Requests,
}

impl ToldWorker {
    /// Asks for a sync of what changed.
    pub async fn work(&self, message: ChangedMessage) -> Result<Acknowledge, FunctionError> {
        let outcome = self.ask(&message).await.map_err(FunctionError::of)?;
        let mut done = Acknowledge::of(outcome);
        done.fields.push(("account_id", json!(message.account)));
        done.fields.push(("provider", json!(message.provider)));
        Ok(done)
    }

    async fn ask(&self, message: &ChangedMessage) -> Result<&'static str, StoreError> {
        let store = self.requests.store();
        let Some(channel) = store.channel(&message.provider, &message.channel).await? else { return Ok("unknown") };
        for _ in 0..TRIES {
            let seen = store.integration(&channel.account, &channel.provider).await?;
            let Some(seen) = seen.filter(|seen| concerns(seen, &channel)) else { return Ok("unconcerned") };
            // Many notifications of one change, and one that a run will still see, are one request.
            let asked = seen.run.as_ref().is_some_and(|run| !run.begun);
            if asked || (seen.run.is_some() && seen.has_request()) {
                return Ok("asked_already");
            }
            match self.request(store, &seen).await {
                Ok(()) => return Ok("asked"),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("contended".into()))
    }

    async fn request(&self, store: &Store, seen: &Integration) -> Result<(), StoreError> {
        let mut draft = Draft::of(store, seen);
        draft.request(Trigger::Webhook);
        let change = draft.quiet();
        store.commit(&change).await?;
        self.requests.send_soon(change.next()).await;
        Ok(())
    }
}

/// Only an active integration is told, and only of what it reads.
fn concerns(integration: &Integration, channel: &Channel) -> bool {
    integration.id == channel.id
        && integration.status == Status::Active
        && integration.settings.resources.contains(&channel.resource)
}
