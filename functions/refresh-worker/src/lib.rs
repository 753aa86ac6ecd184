//! From the refresh queue: one refresh.

use shared::config::ConfigError;
use shared::entry::{Function, Setup, worker};
use shared::usecases::Parts;
use shared::usecases::lifecycle::Lifecycle;
use shared::usecases::refresh_due::RefreshWorker;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let refresh = RefreshWorker {
        registry: parts.registry()?,
        tokens: parts.tokens(&store)?,
        lifecycle: Lifecycle::new(store.clone(), parts.publisher(&store)?, parts.requests(&store)?),
        store,
    };
    Ok(worker(setup, "refresh-worker", move |message, deadline| {
        let refresh = refresh.clone();
        async move { refresh.work(message, deadline).await }
    }))
}
