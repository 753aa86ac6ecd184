//! Ending the subscriptions of a grant before it goes: with a last access of its own, because nobody else has one any
//! more.

use super::CleanupWorker;
use crate::store::Cleanup;
use providers::Rotation;
use std::time::Duration;

/// It takes this time at most: the revocation has a window to begin in.
const WITHIN: Duration = Duration::from_secs(8);

impl CleanupWorker {
    /// Tried once. What the provider does not confirm ends by itself, and its deliveries find nobody.
    pub(super) async fn end_watches(&self, cleanup: &mut Cleanup) {
        let watches = std::mem::take(&mut cleanup.watches);
        if watches.is_empty() {
            return;
        }
        for watching in watches.iter().filter_map(|watch| watch.channel.as_ref()) {
            let _ = self.store.forget_channel(&cleanup.provider, &watching.id).await;
        }
        let _ = tokio::time::timeout(WITHIN, self.unwatch(cleanup, &watches)).await;
    }

    /// A refresh of a provider that rotates would make the token that is to be revoked a former one.
    async fn unwatch(&self, cleanup: &Cleanup, watches: &[crate::store::Watch]) -> Option<()> {
        let provider = self.registry.find(&cleanup.provider)?;
        if provider.manifest().rotation != Rotation::None {
            return None;
        }
        let stored = self.newest(cleanup).await.ok()??;
        let app = self.vault.app_credentials(&provider.manifest().slug).await.ok()?;
        let refreshed = provider.refresh(&app, &stored.credential).await.ok()?;
        self.watches.ended(&cleanup.provider, provider.as_ref(), &refreshed.access, watches).await;
        Some(())
    }
}
