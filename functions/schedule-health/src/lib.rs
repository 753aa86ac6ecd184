//! Every five minutes: the providers' health, temporary deactivation and its daily attempts, repairs, cleanups.

use shared::config::ConfigError;
use shared::entry::{Function, FunctionError, Setup, scheduled};
use shared::store::Due;
use shared::usecases::Parts;
use shared::usecases::health::Sweep;
use shared::usecases::leads::Replay;
use shared::usecases::plan::Planner;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let replay = Replay { store: store.clone(), registry: parts.registry()?, queue: parts.webhook_queue()? };
    let sweep = Sweep {
        manifests: parts.manifests(),
        replay,
        policy: parts.policy()?,
        probes: Planner::new(store.clone(), Due::Probe, parts.sync_queue()?),
        cleanups: Planner::new(store.clone(), Due::Cleanup, parts.lifecycle_queue()?),
        publisher: parts.publisher(&store)?,
        log: parts.log().with("fn", "schedule-health"),
        store,
    };
    Ok(scheduled(setup, "schedule-health", move |deadline| {
        let sweep = sweep.clone();
        async move { sweep.sweep(deadline).await.map_err(FunctionError::of) }
    }))
}
