//! `POST /webhooks/{provider}`: what a provider tells, and `GET`: whether the address is ours. Public; verified by the
//! provider's own means.

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
        vault: parts.vault()?,
        queue: parts.webhook_queue()?,
        log: parts.log(),
    };
    Ok(serve(setup, &[routes::WEBHOOK, routes::HANDSHAKE], move |request| handle(take.clone(), request)))
}

async fn handle(take: TakeDelivery, request: Request) -> Result<Reply, Problem> {
    if request.is(&routes::HANDSHAKE) {
        let query: Vec<_> = request.single_query().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
        return Ok(Reply::text(take.handshake(&request.provider()?, &query).await?));
    }
    let outcome = take.take(&request.provider()?, &request.delivery()).await?;
    Ok(Reply::empty(200).told_as(outcome))
}
