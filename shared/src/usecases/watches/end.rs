//! Ending the subscriptions of an integration that was paused: nothing is told to somebody who does not listen.

use super::{Tenant, Watches};
use crate::entry::{Acknowledge, FunctionError};
use crate::queue::Queue;
use crate::store::{Integration, Store, StoreError};
use crate::usecases::access::Tokens;
use crate::usecases::draft::Draft;
use crate::usecases::publish::PATIENCE;
use crate::usecases::request_sync::SyncMessage;
use chrono::{DateTime, Utc};
use domain::lifecycle::Status;
use providers::Registry;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A message of the sync queue: the integration's subscriptions are to end, if it is still paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndWatchesMessage {
    /// The integration.
    pub end_watches: SyncMessage,
}

/// Sends the message for a paused integration that still watches. If it is lost, schedule-health sends it again.
pub(in crate::usecases) async fn end_soon(queue: &Queue, integration: &Integration) {
    if is_left_over(integration) {
        let message = EndWatchesMessage { end_watches: SyncMessage::about(integration) };
        let _ = tokio::time::timeout(PATIENCE, queue.send(&integration.account, &message)).await;
    }
}

/// Whether it watches although it is paused.
pub(in crate::usecases) fn is_left_over(integration: &Integration) -> bool {
    integration.status == Status::Paused && !integration.watches.is_empty()
}

/// Ends subscriptions.
#[derive(Clone)]
pub struct EndWatches {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// Access tokens.
    pub tokens: Tokens,
    /// Ends them.
    pub watches: Watches,
}

impl EndWatches {
    /// Ends what a paused integration watches. The list goes first: what the provider is not told, also because there is
    /// no access now, ends by itself, and resuming makes new ones.
    pub async fn work(
        &self,
        message: EndWatchesMessage,
        deadline: DateTime<Utc>,
    ) -> Result<Acknowledge, FunctionError> {
        let outcome = self.end(&message.end_watches, deadline).await.map_err(FunctionError::of)?;
        let mut done = Acknowledge::of(outcome);
        done.fields.push(("account_id", json!(message.end_watches.account)));
        Ok(done)
    }

    async fn end(&self, message: &SyncMessage, deadline: DateTime<Utc>) -> Result<&'static str, StoreError> {
        let seen = self.store.integration(&message.account, &message.provider).await?;
        let Some(seen) = seen.filter(|seen| seen.id == message.integration && is_left_over(seen)) else {
            return Ok("watches_stay");
        };
        let Some(provider) = self.registry.find(&seen.provider) else { return Ok("unknown_provider") };
        let held = self.tokens.until(deadline).access(&seen, provider.as_ref()).await.ok();
        let mut draft = Draft::of(&self.store, &seen);
        draft.next.watches.clear();
        match self.store.commit(&draft.quiet()).await {
            Ok(()) => {}
            Err(error) if error.is_conflict() => return Ok("watches_stay"),
            Err(error) => return Err(error),
        }
        match held {
            Some(held) => self.watches.ended(Tenant::of(&seen), provider.as_ref(), &held.access, &seen.watches).await,
            None => self.watches.forgotten(Tenant::of(&seen), provider.as_ref(), &seen.watches).await,
        }
        Ok("watches_ended")
    }
}
