//! From the webhook queue: what changed is synced at once, and leads are brought in.

use shared::config::ConfigError;
use shared::entry::{Function, Setup, worker};
use shared::usecases::Parts;
use shared::usecases::leads::LeadWorker;
use shared::usecases::told::ToldWorker;
use shared::usecases::webhook::WebhookWork;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let requests = parts.requests(&store)?;
    let leads = LeadWorker {
        intake: parts.leads(&store)?,
        registry: parts.registry()?,
        tokens: parts.tokens(&store)?,
        requests: requests.clone(),
        log: parts.log(),
    };
    let told = ToldWorker { requests };
    Ok(worker(setup, "webhook-worker", move |work, deadline| {
        let (told, leads) = (told.clone(), leads.clone());
        async move {
            match work {
                WebhookWork::Changed(message) => told.work(message).await,
                WebhookWork::Leads(message) => leads.work(message, deadline).await,
            }
        }
    }))
}
