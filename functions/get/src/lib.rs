//! `GET /integrations/{provider}`: one integration in full.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::get::Integrations;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let integrations = parts.integrations(&parts.store()?);
    Ok(serve(setup, &[routes::GET], move |request| get(integrations.clone(), request)))
}

async fn get(integrations: Integrations, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    Reply::json(200, &integrations.get(request.caller()?, &request.provider()?).await?)
}
