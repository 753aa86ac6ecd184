//! `POST /integrations/{provider}/test`: checks credentials and the chosen resources at once.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::lifecycle::Lifecycle;
use shared::usecases::test_connection::TestConnection;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let test = TestConnection {
        integrations: parts.integrations(&store),
        registry: parts.registry()?,
        tokens: parts.tokens(&store)?,
        lifecycle: Lifecycle::new(store.clone(), parts.publisher(&store)?, parts.requests(&store)?),
    };
    Ok(serve(setup, &[routes::TEST], move |request| handle(test.clone(), request)))
}

async fn handle(test: TestConnection, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    request.no_body()?;
    Reply::json(200, &test.test(request.caller()?, &request.provider()?, request.deadline).await?)
}
