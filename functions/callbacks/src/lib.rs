//! `POST /webhooks/{provider}/deauthorize` and `/deletion`: what a person took back at a provider, and
//! `GET /webhooks/{provider}/deletion/{code}`: how far that is. Public; requests are signed by the application's secret.

use shared::api::routes::{self, Route};
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::store::WithdrawalState;
use shared::usecases::Parts;
use shared::usecases::left_behind::Destruction;
use shared::usecases::withdraw::{TakeWithdrawal, Withdrawn};
use std::sync::Arc;

const ROUTES: &[Route] = &[routes::DEAUTHORIZE, routes::DELETION, routes::DELETION_STATE];

/// Builds the function.
pub fn function(setup: &Setup) -> Result<Arc<dyn Function>, ConfigError> {
    let parts = Parts::new(setup)?;
    let store = parts.store()?;
    let take = TakeWithdrawal {
        destruction: Destruction::new(store.clone(), parts.lifecycle_queue()?),
        store,
        registry: parts.registry()?,
        vault: parts.vault()?,
        base: setup.vars.url("REDIRECT_BASE_URL")?,
    };
    Ok(serve(setup, ROUTES, move |request| handle(take.clone(), request)))
}

async fn handle(take: TakeWithdrawal, request: Request) -> Result<Reply, Problem> {
    if request.is(&routes::DELETION_STATE) {
        return Ok(Reply::text(sentence(take.state(request.path("code")?).await?).to_owned()));
    }
    let (vendor, body) = (request.path("provider")?, request.delivery().body);
    if request.is(&routes::DELETION) {
        return Reply::json(200, &take.take(vendor, body, Withdrawn::Data).await?);
    }
    take.take(vendor, body, Withdrawn::Access).await?;
    Ok(Reply::empty(200))
}

/// For the person who asked, in a browser.
fn sentence(state: WithdrawalState) -> &'static str {
    match state {
        WithdrawalState::UnderWay => "Aura is deleting your data. This usually takes a few minutes.\n",
        WithdrawalState::Done => "Aura has deleted your data.\n",
    }
}
