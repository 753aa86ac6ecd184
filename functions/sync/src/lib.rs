//! `POST /integrations/{provider}/sync`: Sync now.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::request_sync::SyncNow;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let sync = SyncNow { requests: parts.requests(&store)?, integrations: parts.integrations(&store) };
    Ok(serve(setup, &[routes::SYNC], move |request| handle(sync.clone(), request)))
}

async fn handle(sync: SyncNow, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    request.no_body()?;
    let started = sync.start(request.caller()?, &request.provider()?, request.name()?.as_ref()).await?;
    Ok(Reply::answered(started))
}
