//! From the sync queue: one run or a step of it, or one appointment.

use shared::config::ConfigError;
use shared::entry::{Function, Setup, worker};
use shared::usecases::Parts;
use shared::usecases::appointments::{AppointmentWorker, WakeAppointments};
use shared::usecases::request_sync::SyncWork;
use shared::usecases::sync::SyncWorker;
use shared::usecases::watches::EndWatches;
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
        watches: parts.watches(&store)?,
        waiting: WakeAppointments::new(store.clone(), parts.sync_queue()?),
        leads: parts.leads(&store)?,
        store,
    };
    let appointments = AppointmentWorker {
        registry: sync.registry.clone(),
        tokens: sync.tokens.clone(),
        publisher: sync.publisher.clone(),
        policy: Arc::clone(&sync.policy),
        store: sync.store.clone(),
        requests: parts.requests(&sync.store)?,
        log: parts.log(),
    };
    let end = EndWatches {
        store: sync.store.clone(),
        registry: sync.registry.clone(),
        tokens: sync.tokens.clone(),
        watches: sync.watches.clone(),
    };
    Ok(worker(setup, "sync-worker", move |work, deadline| {
        let (sync, appointments, end) = (sync.clone(), appointments.clone(), end.clone());
        async move {
            match work {
                SyncWork::Appointment(message) => appointments.work(message, deadline).await,
                SyncWork::EndWatches(message) => end.work(message, deadline).await,
                SyncWork::Sync(message) => sync.work(message, deadline).await,
            }
        }
    }))
}
