//! `GET /integrations/{provider}/runs` and `/runs/{run}`: the run history.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::runs::Runs;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let runs = Runs::new(parts.integrations(&parts.store()?));
    Ok(serve(setup, &[routes::RUNS, routes::RUN], move |request| handle(runs.clone(), request)))
}

async fn handle(runs: Runs, request: Request) -> Result<Reply, Problem> {
    let (caller, provider) = (request.caller()?, request.provider()?);
    if let Ok(run) = request.path("run") {
        request.only_query(&[])?;
        return Reply::json(200, &runs.get(caller, &provider, run).await?);
    }
    request.only_query(&["limit", "cursor"])?;
    let limit = request.limit(20, 100)?;
    Reply::json(200, &runs.list(caller, &provider, limit, request.query("cursor")).await?)
}
