//! Every minute: what is due goes to the sync queue.

use shared::config::ConfigError;
use shared::entry::{Function, FunctionError, Setup, scheduled};
use shared::usecases::Parts;
use shared::usecases::plan_syncs::PlanSyncs;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let plan = PlanSyncs::new(parts.store()?, parts.registry()?, parts.sync_queue()?);
    Ok(scheduled(setup, "schedule-sync", move |_deadline| {
        let plan = plan.clone();
        async move { plan.plan().await.map_err(FunctionError::of) }
    }))
}
