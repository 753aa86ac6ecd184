//! Refreshing ahead of expiry: planned by the credential item, whatever the integration's status. A paused integration
//! keeps its credentials alive.

use crate::entry::{Acknowledge, FunctionError};
use crate::store::{Credential, Nominated, Store, StoreError};
use crate::usecases::access::{AccessError, Tokens};
use crate::usecases::lifecycle::Lifecycle;
use crate::usecases::plan::{PlanError, Planned, Planner, admitted};
use crate::usecases::refresh::{WHOLE, quiet_until};
use crate::usecases::request_sync::SyncMessage;
use crate::usecases::test_connection::verdict;
use chrono::{DateTime, TimeDelta, Utc};
use domain::history::Actor;
use domain::lifecycle::ErrorReason;
use providers::{Manifests, Registry};
use serde_json::json;

/// Most entries that one planner run takes from a shard.
const MOST_PER_SHARD: usize = 200;
/// The planner's clock may be ahead of a worker's.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(10);

/// A message of the refresh queue. It only names: the item decides what is done.
pub type RefreshMessage = SyncMessage;

/// Plans refreshes.
#[derive(Clone)]
pub struct PlanRefreshes {
    /// What the providers take.
    pub manifests: Manifests,
    /// Of refreshes.
    pub planner: Planner,
}

impl PlanRefreshes {
    /// Sends what is due, oldest first, at most each provider's rate.
    pub async fn plan(&self) -> Result<Planned, PlanError> {
        let nominated = self.planner.nominated(MOST_PER_SHARD).await?;
        let rates =
            self.manifests.iter().map(|manifest| (manifest.slug.clone(), manifest.refreshes_per_minute)).collect();
        let (admitted, held_back) = admitted(nominated, rates);
        let planned = self.planner.send(admitted, message).await?;
        Ok(Planned { due: planned.due + held_back, held_back, ..planned })
    }
}

fn message(entry: &Nominated) -> RefreshMessage {
    SyncMessage { account: entry.account.clone(), provider: entry.provider.clone(), integration: entry.id }
}

/// Refreshes what is due.
#[derive(Clone)]
pub struct RefreshWorker {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// The refresh itself.
    pub tokens: Tokens,
    /// Moves the status by a verdict.
    pub lifecycle: Lifecycle,
}

impl RefreshWorker {
    /// One refresh, if it is due. Having planned another try is a success: SQS redelivers only after crashes and while
    /// the table itself fails.
    pub async fn work(&self, message: RefreshMessage, deadline: DateTime<Utc>) -> Result<Acknowledge, FunctionError> {
        let outcome = self.refresh(&message, deadline).await.map_err(FunctionError::of)?;
        let mut done = Acknowledge::of(outcome);
        done.fields.push(("account_id", json!(message.account)));
        done.fields.push(("integration_id", json!(message.integration)));
        done.fields.push(("provider", json!(message.provider)));
        Ok(done)
    }

    async fn refresh(&self, message: &RefreshMessage, deadline: DateTime<Utc>) -> Result<&'static str, StoreError> {
        let Some(provider) = self.registry.find(&message.provider).cloned() else { return Ok("unknown_provider") };
        let Some(credential) = self.store.credential(message.integration).await? else { return Ok("gone") };
        if let Some(why) = self.void(&credential, deadline) {
            return Ok(why);
        }
        match self.tokens.refresh(&credential, provider.as_ref()).await {
            Ok(_) => Ok("refreshed"),
            Err(AccessError::Store(error)) if error.is_conflict() => Ok("lost"),
            Err(AccessError::Store(error)) => Err(error),
            Err(AccessError::Suspected { .. }) => Ok("suspected"),
            Err(error) => match verdict(&error) {
                Some(reason) => self.verdict(message, &credential, reason).await,
                None => Ok("failed"),
            },
        }
    }

    /// Why there is nothing to do.
    fn void(&self, credential: &Credential, deadline: DateTime<Utc>) -> Option<&'static str> {
        let now = self.store.now();
        let due = credential.due_at.is_some_and(|at| at <= now + CLOCK_SKEW);
        if !due {
            return Some("not_due");
        }
        if credential.is_leased(now) {
            return Some("busy");
        }
        let held_back = quiet_until(credential, now).is_some() || credential.retry_at.is_some_and(|at| at > now);
        if held_back {
            return Some("held_back");
        }
        (deadline - now < WHOLE).then_some("short")
    }

    /// What the provider says for good moves the status, unless the grant was replaced meanwhile.
    async fn verdict(
        &self,
        message: &RefreshMessage,
        credential: &Credential,
        reason: ErrorReason,
    ) -> Result<&'static str, StoreError> {
        let integration = self.store.integration(&message.account, &message.provider).await?;
        let same = integration.filter(|it| it.id == credential.id && it.grant == Some(credential.grant));
        let Some(integration) = same else { return Ok("gone") };
        match self.lifecycle.checked(&integration, Err(reason), Actor::Provider).await {
            Ok(()) => Ok(reason.code()),
            Err(problem) => Err(StoreError::Unavailable(problem.code.into())),
        }
    }
}
