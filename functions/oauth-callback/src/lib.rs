//! `GET /oauth/callback/{provider}`: the provider's answer to a consent. Public; bound by the state.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::callback::Callback;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let callback = Callback {
        store: parts.store()?,
        answers: parts.consent_answers()?,
        keys: parts.flow_keys()?,
        return_page: setup.vars.url("RETURN_PAGE_URL")?,
    };
    Ok(serve(setup, &[routes::CALLBACK], move |request| handle(callback.clone(), request)))
}

async fn handle(callback: Callback, request: Request) -> Result<Reply, Problem> {
    let back = callback.take(request.provider().ok(), request.single_query()).await?;
    Ok(Reply::see_other(&back.location).told_as(back.outcome))
}
