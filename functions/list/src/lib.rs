//! `GET /integrations`: the catalogue with what is connected.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::catalogue::Catalogue;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let back_url = setup.vars.get("BACK_URL").map(str::to_owned);
    let manifests = parts.manifests();
    let offer = parts.offer(&manifests)?;
    let catalogue = Catalogue::new(parts.store()?, manifests, offer, back_url);
    Ok(serve(setup, &[routes::LIST], move |request| list(catalogue.clone(), request)))
}

async fn list(catalogue: Catalogue, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    Reply::json(200, &catalogue.list(request.caller()?).await?)
}
