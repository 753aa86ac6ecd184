//! A look at one integration: may it be deactivated, and is everything there that it needs to go on by itself?

use super::{Looked, Round, Sweep};
use crate::store::{Integration, Nominated, StoreError};
use domain::policy;

impl Sweep {
    /// Looks, and plans the next look.
    pub(super) async fn look_at(&self, entry: &Nominated, round: &Round) -> Result<Looked, StoreError> {
        let Some(integration) = self.found(entry).await? else {
            self.store.forget_checkup(entry).await?;
            return Ok(Looked::default());
        };
        let mut looked = self.deactivate_if_due(&integration, round).await?;
        if !looked.deactivated {
            looked.repaired = self.repair(&integration).await?;
            looked.sooner = looked.sooner.or_else(|| self.sooner(&integration, round));
        }
        self.store.checked_up(entry, looked.sooner).await?;
        Ok(looked)
    }

    /// When the policy may have something to say about it.
    fn sooner(&self, integration: &Integration, round: &Round) -> Option<chrono::DateTime<chrono::Utc>> {
        let health = round.health(&integration.provider);
        let counts = integration.last_failure.as_ref().is_some_and(|failure| failure.class.counts());
        let at = policy::review_at(&self.policy, &integration.counters(), health, self.store.now());
        at.filter(|_| counts && integration.status.is_scheduled())
    }
}
