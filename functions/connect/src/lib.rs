//! `POST /integrations/{provider}/connect`: starts a flow and answers the provider's consent page.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::connect::{Connect, Redirects};
use shared::usecases::create::Create;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let publisher = parts.publisher(&store)?;
    let integrations = parts.integrations(&store);
    let offer = parts.offer(&integrations.manifests)?;
    let connect = Connect {
        create: Create::new(integrations.clone(), publisher.clone(), offer),
        integrations,
        registry: parts.registry()?,
        publisher,
        vault: parts.vault()?,
        keys: parts.flow_keys()?,
        redirects: Redirects::new(setup.vars.url("REDIRECT_BASE_URL")?),
    };
    Ok(serve(setup, &[routes::CONNECT], move |request| handle(connect.clone(), request)))
}

async fn handle(connect: Connect, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    request.no_body()?;
    Reply::json(200, &connect.start(request.caller()?, &request.provider()?).await?)
}
