//! `POST /integrations`: creates an integration.

use shared::api::{CreateBody, routes};
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::create::Create;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let publisher = parts.publisher(&store)?;
    let integrations = parts.integrations(&store);
    let offer = parts.offer(&integrations.manifests)?;
    let create = Create::new(integrations, publisher, offer);
    Ok(serve(setup, &[routes::CREATE], move |request| handle(create.clone(), request)))
}

async fn handle(create: Create, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    let body: CreateBody = request.json()?;
    let created = create.create(request.caller()?, &body.provider, request.name()?.as_ref()).await?;
    Ok(Reply::value(created.status, created.body))
}
