//! From the queue of account events: plans, and what accounts see.

use shared::config::ConfigError;
use shared::entry::{Function, Setup, worker};
use shared::usecases::Parts;
use shared::usecases::account_events::AccountEvents;
use shared::usecases::appointments::AcceptAppointments;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let appointments = AcceptAppointments::new(parts.integrations(&store), parts.registry()?, parts.sync_queue()?);
    let events = AccountEvents { publisher: parts.publisher(&store)?, appointments, store };
    Ok(worker(setup, "account-events", move |envelope, _deadline| {
        let events = events.clone();
        async move { events.take(envelope).await }
    }))
}
