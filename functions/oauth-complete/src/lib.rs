//! `POST /oauth/complete`: finishes a flow, by the member who started it.

use shared::api::{CompleteBody, routes};
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::complete::Complete;
use shared::usecases::connect::Redirects;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let complete = Complete {
        publisher: parts.publisher(&store)?,
        requests: parts.requests(&store)?,
        vault: parts.vault()?,
        flow_keys: parts.flow_keys()?,
        token_keys: parts.token_keys()?,
        redirects: Redirects::new(setup.vars.url("REDIRECT_BASE_URL")?),
        registry: parts.registry()?,
        store,
    };
    Ok(serve(setup, &[routes::COMPLETE], move |request| handle(complete.clone(), request)))
}

async fn handle(complete: Complete, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    let body: CompleteBody = request.json()?;
    let (status, view) = complete.complete(request.caller()?, &body.flow, &body.ticket).await?;
    Reply::json(status, &view)
}
