//! `POST /integrations/{provider}/test-lead`: makes the provider send a test lead.

use shared::api::{TestLeadBody, routes};
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::leads::SendTestLead;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let send = SendTestLead {
        integrations: parts.integrations(&store),
        registry: parts.registry()?,
        tokens: parts.tokens(&store)?,
    };
    Ok(serve(setup, &[routes::TEST_LEAD], move |request| handle(send.clone(), request)))
}

async fn handle(send: SendTestLead, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    let body: TestLeadBody = request.json()?;
    let sent = send.send(request.caller()?, &request.provider()?, &body, request.deadline).await?;
    Reply::json(202, &sent)
}
