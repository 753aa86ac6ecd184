//! `GET /integrations/{provider}/reconciliation`: how the leads of each form came, and whether any is missing.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::leads::Reconciliation;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let figures = Reconciliation { integrations: parts.integrations(&parts.store()?) };
    Ok(serve(setup, &[routes::RECONCILIATION], move |request| handle(figures.clone(), request)))
}

async fn handle(figures: Reconciliation, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    Reply::json(200, &figures.show(request.caller()?, &request.provider()?).await?)
}
