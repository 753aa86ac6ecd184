//! Planning syncs: at most each provider's rate, and less while a provider is ill or just recovering.

use crate::store::{Nominated, Store, StoreError};
use crate::usecases::appointments::AppointmentMessage;
use crate::usecases::plan::{PlanError, Planned, Planner, admitted};
use crate::usecases::request_sync::SyncMessage;
use domain::ids::ProviderSlug;
use domain::policy::{self, Policy};
use providers::Manifests;
use std::collections::HashMap;
use std::sync::Arc;

/// Most entries that one planner run takes from a shard.
const MOST_PER_SHARD: usize = 200;

/// Plans syncs, and the appointments that are still to be written.
#[derive(Clone)]
pub struct PlanSyncs {
    /// The table.
    pub store: Store,
    /// What the providers take.
    pub manifests: Manifests,
    /// Of syncs.
    pub planner: Planner,
    /// Of appointments, for the same queue.
    pub writes: Planner,
    /// What an ill provider is spared.
    pub policy: Arc<Policy>,
}

impl PlanSyncs {
    /// Sends what is due, oldest first.
    pub async fn plan(&self) -> Result<Planned, PlanError> {
        let writes = self.plan_writes().await;
        let syncs = self.plan_all_syncs().await?;
        Ok(syncs.and(writes?))
    }

    /// Those of which the message got lost, or that are tried again: few, and each spread by its own backoff.
    async fn plan_writes(&self) -> Result<Planned, PlanError> {
        let nominated = self.writes.nominated(MOST_PER_SHARD).await?;
        self.writes.send(nominated, AppointmentMessage::of).await
    }

    async fn plan_all_syncs(&self) -> Result<Planned, PlanError> {
        let nominated = self.planner.nominated(MOST_PER_SHARD).await?;
        let rates = if nominated.is_empty() { HashMap::new() } else { self.rates().await? };
        let (admitted, held_back) = admitted(nominated, rates);
        let planned = self.planner.send(admitted, message).await?;
        Ok(Planned { due: planned.due + held_back, held_back, ..planned })
    }

    async fn rates(&self) -> Result<HashMap<ProviderSlug, u32>, StoreError> {
        let mut rates = HashMap::new();
        for manifest in self.manifests.iter() {
            let health = self.store.health(&manifest.slug).await?;
            let rate = policy::admitted(&self.policy, manifest.syncs_per_minute, health, self.store.now());
            rates.insert(manifest.slug.clone(), rate);
        }
        Ok(rates)
    }
}

/// The message that starts a sync or a probe.
pub(super) fn message(entry: &Nominated) -> SyncMessage {
    SyncMessage { account: entry.account.clone(), provider: entry.provider.clone(), integration: entry.id }
}
