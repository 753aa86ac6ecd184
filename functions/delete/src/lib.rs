//! `DELETE /integrations/{provider}`: remove the integration with all that is its.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::removal::Removal;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let removal = Parts::new(setup)?.removal()?;
    Ok(serve(setup, &[routes::DELETE], move |request| handle(removal.clone(), request)))
}

async fn handle(removal: Removal, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    request.no_body()?;
    let answered = removal.delete(request.caller()?, &request.provider()?, request.name()?.as_ref()).await?;
    Ok(Reply::answered(answered))
}
