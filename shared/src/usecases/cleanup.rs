//! Destroying what a disconnect, a delete, a replaced grant or a lost flow left behind. Every step can be repeated;
//! where a worker dies, the entry in the due index brings the next one.
//!
//! Cleanup never destroys the living: it names one grant, one dataset, one deleted id, and nothing by the key of an
//! integration that may have been created anew. `tests/model` has a variant without that, and what it breaks.

mod erase;
mod flow;
mod revoke;
mod unwatch;
mod withdraw;

use crate::entry::log::Log;
use crate::entry::{Acknowledge, FunctionError};
use crate::seal::SealKeys;
use crate::store::{Cleanup, LeftBehind, Store, StoreError};
use crate::usecases::left_behind::LeftBehindMessage;
use crate::usecases::watches::Watches;
use crate::vault::{Vault, VaultError};
use chrono::{DateTime, TimeDelta, Utc};
use domain::policy::{self, Policy};
use providers::Registry;
use serde_json::json;
use std::sync::Arc;

/// A worker that has less time left leaves the rest to the next one.
const SHORT: TimeDelta = TimeDelta::seconds(20);
/// The sender's clock may be ahead of this one.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(2);

/// Works on messages of the lifecycle queue.
#[derive(Clone)]
pub struct CleanupWorker {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// The grants' secrets.
    pub vault: Arc<Vault>,
    /// Opens what the journal holds.
    pub keys: Arc<SealKeys>,
    /// Makes the markers of leads.
    pub marks: Arc<SealKeys>,
    /// How long to wait after a failure.
    pub policy: Arc<Policy>,
    /// Ends subscriptions.
    pub watches: Watches,
    /// Where it is counted what became of revocations.
    pub log: Log,
}

/// Why a cleanup does not go on now.
#[derive(Debug)]
enum Wait {
    /// Something failed; later and later.
    Failed(&'static str),
    /// There is more to erase than there is time.
    Short,
    /// The table failed: the queue delivers the message again.
    Store(StoreError),
}

impl From<StoreError> for Wait {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<VaultError> for Wait {
    fn from(_: VaultError) -> Self {
        Self::Failed("vault")
    }
}

impl CleanupWorker {
    /// Does what the message's item needs now.
    pub async fn work(
        &self,
        message: LeftBehindMessage,
        deadline: DateTime<Utc>,
    ) -> Result<Acknowledge, FunctionError> {
        let outcome = match self.store.left_behind(&message.item).await.map_err(FunctionError::of)? {
            None => "gone",
            Some(LeftBehind::Flow(flow)) => self.end_flow(&flow).await.map_err(FunctionError::of)?,
            Some(LeftBehind::Withdrawal(part)) => self.withdraw(&part, deadline).await.map_err(FunctionError::of)?,
            Some(LeftBehind::Cleanup(cleanup)) => self.clean(*cleanup, deadline).await.map_err(FunctionError::of)?,
        };
        let mut done = Acknowledge::of(outcome);
        done.fields.push(("account_id", json!(message.account)));
        Ok(done)
    }

    async fn clean(&self, cleanup: Cleanup, deadline: DateTime<Utc>) -> Result<&'static str, StoreError> {
        let now = self.store.now();
        if cleanup.due_at > now + CLOCK_SKEW {
            return Ok("not_due");
        }
        // Whoever still holds the token lease may have a newer version in hands: it is waited for, not raced.
        if let Some(until) = cleanup.lease_until.filter(|until| *until > now) {
            return self.wait(cleanup.later(until + CLOCK_SKEW), "waiting").await;
        }
        let mut cleanup = cleanup;
        match self.destroy(&mut cleanup, deadline).await {
            Ok(()) => self.store.finish_cleanup(&cleanup).await.map(|()| "cleaned"),
            Err(Wait::Store(error)) => Err(error),
            Err(Wait::Short) => self.wait(cleanup.later(self.store.now()), "checkpoint").await,
            Err(Wait::Failed(why)) => {
                let wait = policy::backoff(&self.policy, cleanup.attempts, self.store.jitter());
                self.wait(cleanup.later(self.store.now() + wait), why).await
            }
        }
    }

    /// Keeps how far it is, for the next worker; one that another worker has finished does not come back, and one that
    /// got a parked credential meanwhile is read again.
    async fn wait(&self, cleanup: Cleanup, outcome: &'static str) -> Result<&'static str, StoreError> {
        match self.store.keep_cleanup(&cleanup).await {
            Ok(()) => Ok(outcome),
            Err(error) if error.is_conflict() => Ok("moved_on"),
            Err(error) => Err(error),
        }
    }

    /// The list itself goes last. What is people's data is erased whatever becomes of the grant.
    async fn destroy(&self, cleanup: &mut Cleanup, deadline: DateTime<Utc>) -> Result<(), Wait> {
        let grant = self.destroy_grant(cleanup).await;
        self.erase(cleanup, deadline).await?;
        grant
    }

    /// The revocation needs the secret, so the secret goes after it.
    async fn destroy_grant(&self, cleanup: &mut Cleanup) -> Result<(), Wait> {
        self.end_watches(cleanup).await;
        self.revoke_if_asked(cleanup).await?;
        if let Some(pointer) = &cleanup.pointer {
            cleanup.attempts += 1;
            self.vault.schedule_deletion(&pointer.secret).await?;
        }
        Ok(())
    }

    fn check_time(&self, deadline: DateTime<Utc>) -> Result<(), Wait> {
        if deadline - self.store.now() < SHORT { Err(Wait::Short) } else { Ok(()) }
    }
}
