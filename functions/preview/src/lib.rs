//! `POST /integrations/{provider}/mapping/preview`: what a mapping makes of a lead.

use shared::api::{PreviewBody, routes};
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::leads::Preview;
use shared::usecases::options::Options;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let integrations = parts.integrations(&store);
    let options = Options::new(integrations.clone(), parts.registry()?, parts.tokens(&store)?);
    let preview = Preview { options, integrations };
    Ok(serve(setup, &[routes::PREVIEW], move |request| handle(preview.clone(), request)))
}

async fn handle(preview: Preview, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    let body: PreviewBody = request.json()?;
    let view = preview.show(request.caller()?, &request.provider()?, body, request.deadline).await?;
    Reply::json(200, &view)
}
