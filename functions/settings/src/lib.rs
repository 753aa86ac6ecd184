//! `PATCH /integrations/{provider}/settings`: changes what is synced and how often.

use shared::api::{SettingsBody, routes};
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::usecases::Parts;
use shared::usecases::options::Options;
use shared::usecases::settings::ChangeSettings;
use std::sync::Arc;

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let integrations = parts.integrations(&store);
    let settings = ChangeSettings {
        options: Options::new(integrations.clone(), parts.registry()?, parts.tokens(&store)?),
        requests: parts.requests(&store)?,
        publisher: parts.publisher(&store)?,
        integrations,
    };
    Ok(serve(setup, &[routes::SETTINGS], move |request| handle(settings.clone(), request)))
}

async fn handle(settings: ChangeSettings, request: Request) -> Result<Reply, Problem> {
    request.only_query(&[])?;
    let body: SettingsBody = request.json()?;
    let name = request.name()?;
    let (caller, provider) = (request.caller()?, request.provider()?);
    let changed = settings.change(caller, &provider, &body, name.as_ref(), request.deadline).await?;
    Ok(Reply::value(changed.status, changed.body))
}
