//! From the lifecycle queue: destroys what a disconnect, a delete, a replaced grant or a lost flow left behind.

use shared::config::ConfigError;
use shared::entry::{Function, Setup, worker};
use shared::usecases::Parts;
use shared::usecases::cleanup::CleanupWorker;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let cleanup = CleanupWorker {
        watches: parts.ending_watches(&store)?,
        store,
        registry: parts.registry()?,
        vault: parts.vault()?,
        keys: parts.token_keys()?,
        marks: parts.lead_keys()?,
        policy: parts.policy()?,
        log: parts.log().with("fn", "lifecycle-worker"),
    };
    Ok(worker(setup, "lifecycle-worker", move |message, deadline| {
        let cleanup = cleanup.clone();
        async move { cleanup.work(message, deadline).await }
    }))
}
