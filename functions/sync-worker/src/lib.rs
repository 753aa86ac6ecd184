//! From the sync queue: one run or a step of it.

use shared::config::ConfigError;
use shared::entry::{Function, Setup, worker};
use shared::usecases::Parts;
use shared::usecases::sync::SyncWorker;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let sync = SyncWorker {
        registry: parts.registry()?,
        tokens: parts.tokens(&store)?,
        publisher: parts.publisher(&store)?,
        policy: parts.policy()?,
        store,
    };
    Ok(worker(setup, "sync-worker", move |message, deadline| {
        let sync = sync.clone();
        async move { sync.work(message, deadline).await }
    }))
}
