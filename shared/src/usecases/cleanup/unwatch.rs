//! Ending the subscriptions of a grant before it goes, with the last access that there was.

use super::CleanupWorker;
use crate::seal::Purpose;
use crate::store::{Cleanup, Watch};
use crate::usecases::watches::Tenant;
use chrono::TimeDelta;
use providers::Access;
use std::time::Duration;

/// It takes this time at most: the revocation has a window to begin in.
const WITHIN: Duration = Duration::from_secs(8);
/// Access that ends sooner is not used any more. None is fetched for this: a refresh could make the token that is to be
/// revoked a former one.
const LEAST_LEFT: TimeDelta = TimeDelta::seconds(30);

impl CleanupWorker {
    /// Tried once. What the provider does not confirm ends by itself, and its deliveries find nobody.
    pub(super) async fn end_watches(&self, cleanup: &mut Cleanup) {
        let watches = std::mem::take(&mut cleanup.watches);
        if watches.is_empty() {
            return;
        }
        let Some(provider) = self.registry.find(&cleanup.provider) else { return };
        self.watches.forgotten(tenant(cleanup), provider.as_ref(), &watches).await;
        let _ = tokio::time::timeout(WITHIN, self.unwatch(cleanup, &watches)).await;
    }

    async fn unwatch(&self, cleanup: &Cleanup, watches: &[Watch]) -> Option<()> {
        let provider = self.registry.find(&cleanup.provider)?;
        let (sealed, grant) = (cleanup.access.as_ref()?, cleanup.grant?);
        if sealed.expires_at.is_some_and(|at| at - LEAST_LEFT < self.store.now()) {
            return None;
        }
        let token =
            self.keys.open(Purpose::Access, &sealed.sealed, &super::revoke::context(cleanup, grant)).await.ok()?;
        let access = Access { token, expires_in: None };
        self.watches.ended(tenant(cleanup), provider.as_ref(), &access, watches).await;
        Some(())
    }
}

fn tenant(cleanup: &Cleanup) -> Tenant<'_> {
    Tenant { account: &cleanup.account, integration: cleanup.integration, provider: &cleanup.provider }
}
