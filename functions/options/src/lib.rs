//! `GET /integrations/{provider}/options/{resource}`: what can be chosen in the settings.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::options::Options;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let options = Options::new(parts.integrations(&store), parts.registry()?, parts.tokens(&store)?);
    Ok(serve(setup, &[routes::OPTIONS], move |request| handle(options.clone(), request)))
}

async fn handle(options: Options, request: Request) -> Result<Reply, Problem> {
    request.only_query(&["parent"])?;
    let parent = request.resource("parent")?;
    let (caller, provider) = (request.caller()?, request.provider()?);
    let view = options.list(caller, &provider, request.path("resource")?, parent.as_ref(), request.deadline).await?;
    Reply::json(200, &view)
}
