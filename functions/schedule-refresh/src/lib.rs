//! Every minute: what is due to be refreshed goes to the refresh queue.

use shared::config::ConfigError;
use shared::entry::{Function, FunctionError, Setup, scheduled};
use shared::store::Due;
use shared::usecases::Parts;
use shared::usecases::plan::Planner;
use shared::usecases::refresh_due::PlanRefreshes;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let planner = Planner::new(parts.store()?, Due::Refresh, parts.refresh_queue()?);
    let plan = PlanRefreshes { manifests: parts.manifests(), planner };
    Ok(scheduled(setup, "schedule-refresh", move |_deadline| {
        let plan = plan.clone();
        async move { plan.plan().await.map_err(FunctionError::of) }
    }))
}
