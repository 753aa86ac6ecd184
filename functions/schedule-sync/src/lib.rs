//! Every minute: what is due goes to the sync queue.

use shared::config::ConfigError;
use shared::entry::{Function, FunctionError, Setup, scheduled};
use shared::store::Due;
use shared::usecases::Parts;
use shared::usecases::plan::Planner;
use shared::usecases::plan_syncs::PlanSyncs;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let plan = PlanSyncs {
        manifests: parts.manifests(),
        planner: Planner::new(store.clone(), Due::Sync, parts.sync_queue()?),
        writes: Planner::new(store.clone(), Due::Write, parts.sync_queue()?),
        policy: parts.policy()?,
        store,
    };
    Ok(scheduled(setup, "schedule-sync", move |_deadline| {
        let plan = plan.clone();
        async move { plan.plan().await.map_err(FunctionError::of) }
    }))
}
