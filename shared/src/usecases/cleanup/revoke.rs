//! Ending a grant at the provider: within the window that the disconnect began, or within one of its own; never while
//! another account of ours uses the same account of the provider, because a revocation may end all its grants
//! (RFC 7009 §2.1).

use super::{CleanupWorker, Wait};
use crate::entry::metrics;
use crate::seal::{Context, Purpose};
use crate::store::{Cleanup, Revoking};
use crate::vault::{Pointer, StoredGrant, VaultError};
use domain::failure::FailureClass;
use domain::ids::{GrantId, ProviderAccountId};
use providers::{AppCredentials, Provider, ProviderError};
use std::time::Duration;

/// So often a revocation is tried; then the grant is left to the provider.
const MOST_TRIES: u32 = 6;
/// A revocation has its answer within this time, or none.
const LIMIT: Duration = Duration::from_secs(10);

impl CleanupWorker {
    /// Revokes, if that is on the list. Done or given up, it is off the list afterwards.
    pub(super) async fn revoke_if_asked(&self, cleanup: &mut Cleanup) -> Result<(), Wait> {
        let Some(account) = cleanup.revoke.clone() else { return Ok(()) };
        cleanup.attempts += 1;
        let outcome = match self.revoke(cleanup, &account).await {
            Ok(outcome) => outcome,
            Err(Wait::Failed(_)) if cleanup.attempts >= MOST_TRIES => "given_up",
            Err(wait) => return Err(wait),
        };
        self.log.count(metrics::REVOCATION, &[cleanup.provider.as_str(), outcome], 1);
        cleanup.revoke = None;
        cleanup.attempts = 0;
        Ok(())
    }

    async fn revoke(&self, cleanup: &mut Cleanup, account: &ProviderAccountId) -> Result<&'static str, Wait> {
        let Some(provider) = self.registry.find(&cleanup.provider).cloned() else { return Ok("unknown_provider") };
        let Some(stored) = self.newest(cleanup).await? else { return Ok("no_secret") };
        // Everything that takes time comes before the window is looked at.
        let app = self.vault.app_credentials(&provider.manifest().slug).await?;
        // Whoever uses it needs no window against us; one that is begun for nothing would only keep others waiting.
        if self.store.is_used(&cleanup.provider, account).await? {
            return Ok("used_by_another");
        }
        if self.open_window(cleanup, account).await? && self.store.is_used(&cleanup.provider, account).await? {
            return Ok("used_by_another");
        }
        // The reads and the window itself may have taken long: a revocation that begins late could land late.
        if cleanup.revoke_until.is_none_or(|until| until <= self.store.now()) {
            return Err(Wait::Failed("window_over"));
        }
        match ask(provider.as_ref(), &app, &stored).await {
            Ok(()) => Ok("revoked"),
            Err(error) if error.class == FailureClass::DeadCredentials => Ok("dead_already"),
            Err(_) => Err(Wait::Failed("revocation_failed")),
        }
    }

    /// A window that is over is no protection: a new one is begun, and the users are read after that. Answers whether it
    /// was begun now.
    async fn open_window(&self, cleanup: &mut Cleanup, account: &ProviderAccountId) -> Result<bool, Wait> {
        if cleanup.revoke_until.is_some_and(|until| until > self.store.now()) {
            return Ok(false);
        }
        let until = self.store.now() + Revoking::BEGINS_WITHIN;
        self.store.begin_revoking(&cleanup.provider, account).await?;
        cleanup.revoke_until = Some(until);
        Ok(true)
    }

    /// The grant as it was received last: from the journal, from a version that was never committed, or the pointer's.
    async fn newest(&self, cleanup: &Cleanup) -> Result<Option<StoredGrant>, Wait> {
        let Some(pointer) = &cleanup.pointer else { return Ok(None) };
        if let Some(stored) = self.journalled(cleanup, pointer).await {
            return Ok(Some(stored));
        }
        match self.vault.newest(pointer).await {
            Ok((_, stored)) => Ok(Some(stored)),
            Err(VaultError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What cannot be opened is as good as lost.
    async fn journalled(&self, cleanup: &Cleanup, pointer: &Pointer) -> Option<StoredGrant> {
        let journal = cleanup.journal.as_ref().filter(|journal| journal.fence > pointer.fence)?;
        let context = context(cleanup, pointer.grant);
        let opened = self.keys.open(Purpose::Journal, &journal.sealed, &context).await.ok()?;
        StoredGrant::from_json(&opened).ok()
    }
}

/// What a grant's sealed things belong to.
pub(super) fn context(cleanup: &Cleanup, grant: GrantId) -> Context {
    Context::new(&[
        ("account", cleanup.account.as_str()),
        ("integration", &cleanup.integration.to_string()),
        ("grant", &grant.to_string()),
    ])
}

/// Sent within the window, and given up before it is over.
async fn ask(provider: &dyn Provider, app: &AppCredentials, stored: &StoredGrant) -> Result<(), ProviderError> {
    let late = |_| ProviderError::new(FailureClass::Transient, "revocation_timeout");
    tokio::time::timeout(LIMIT, provider.revoke(app, &stored.credential)).await.map_err(late)?
}
