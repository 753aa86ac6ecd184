//! What a provider told: the resource's integration is due at once, however often it is told.

use crate::entry::{Acknowledge, FunctionError};
use crate::store::{Channel, Integration, StoreError};
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
        let seen = store.integration(&channel.account, &channel.provider).await?;
        match seen.filter(|seen| concerns(seen, &channel)) {
            Some(seen) => self.requests.ask(&seen, Trigger::Webhook).await,
            None => Ok("unconcerned"),
        }
    }
}

/// Only an active integration is told, and only of what it reads.
fn concerns(integration: &Integration, channel: &Channel) -> bool {
    integration.id == channel.id
        && integration.status == Status::Active
        && integration.settings.resources.contains(&channel.resource)
}
