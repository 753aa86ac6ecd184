//! `GET /integrations/{provider}/history`: what happened to the integration.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::history::History;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let history = History::new(parts.integrations(&parts.store()?));
    Ok(serve(setup, &[routes::HISTORY], move |request| handle(history.clone(), request)))
}

async fn handle(history: History, request: Request) -> Result<Reply, Problem> {
    request.only_query(&["limit", "cursor"])?;
    let limit = request.limit(20, 100)?;
    let page = history.list(request.caller()?, &request.provider()?, limit, request.query("cursor")).await?;
    Reply::json(200, &page)
}
