//! `POST /webhooks/facebook/deauthorize` and `/deletion`: what a person took back at Facebook, and
//! `GET /webhooks/facebook/deletion/{code}`: how far that is. Public; requests are signed by the application's secret.

use shared::api::routes;
use shared::config::ConfigError;
use shared::entry::{Function, Problem, Reply, Request, Setup, serve};
use shared::store::WithdrawalState;
use shared::usecases::Parts;
use shared::usecases::left_behind::Destruction;
use shared::usecases::withdraw::{TakeWithdrawal, Withdrawn};
use std::sync::Arc;

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
    const ROUTES: &[shared::api::routes::Route] = &[routes::DEAUTHORIZE, routes::DELETION, routes::DELETION_STATE];
    Ok(serve(setup, ROUTES, move |request| handle(take.clone(), request)))
}

async fn handle(take: TakeWithdrawal, request: Request) -> Result<Reply, Problem> {
    if request.is(&routes::DELETION_STATE) {
        return Ok(Reply::text(sentence(take.state(request.path("code")?).await?).to_owned()));
    }
    let what = if request.is(&routes::DELETION) { Withdrawn::Data } else { Withdrawn::Access };
    let taken = take.take(request.delivery().body, what).await?;
    match what {
        Withdrawn::Data => Reply::json(200, &taken),
        Withdrawn::Access => Ok(Reply::empty(200)),
    }
}

/// For the person who asked, in a browser.
fn sentence(state: WithdrawalState) -> &'static str {
    match state {
        WithdrawalState::UnderWay => "Aura is deleting your data. This usually takes a few minutes.\n",
        WithdrawalState::Done => "Aura has deleted your data.\n",
    }
}
