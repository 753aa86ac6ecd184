//! Every minute: outbox entries that were left behind go to the bus.

use shared::config::ConfigError;
use shared::entry::{Function, FunctionError, Setup, scheduled};
use shared::usecases::Parts;
use shared::usecases::relay::Relay;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let relay = Relay::new(store.clone(), parts.publisher(&store)?, setup.log.with("fn", "relay"));
    Ok(scheduled(setup, "relay", move |_deadline| {
        let relay = relay.clone();
        async move { relay.sweep().await.map_err(FunctionError::of) }
    }))
}
