//! `POST /webhooks/{provider}`: what a provider tells. Public; verified by the provider's own means.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::webhook::TakeDelivery;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let take = TakeDelivery {
        store: parts.store()?,
        registry: parts.registry()?,
        queue: parts.webhook_queue()?,
        log: parts.log(),
    };
    Ok(serve(setup, &[routes::WEBHOOK], move |request| handle(take.clone(), request)))
}

async fn handle(take: TakeDelivery, request: Request) -> Result<Reply, Problem> {
    let outcome = take.take(&request.provider()?, &request.delivery()).await?;
    Ok(Reply::empty(200).told_as(outcome))
}
