//! `POST /integrations/{provider}/pause`: stop syncing until it is resumed.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::actions::Actions;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let actions = Parts::new(setup)?.actions()?;
    Ok(serve(setup, &[routes::PAUSE], move |request| handle(actions.clone(), request)))
}

async fn handle(actions: Actions, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    request.no_body()?;
    let answered = actions.pause(request.caller()?, &request.provider()?, request.name()?.as_ref()).await?;
    Ok(Reply::answered(answered))
}
