//! From the webhook queue: what changed is synced at once.

use shared::config::ConfigError;
use shared::entry::{Function, Setup, worker};
use shared::usecases::Parts;
use shared::usecases::told::ToldWorker;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let told = ToldWorker { requests: parts.requests(&parts.store()?)? };
    Ok(worker(setup, "webhook-worker", move |message, _deadline| {
        let told = told.clone();
        async move { told.work(message).await }
    }))
}
