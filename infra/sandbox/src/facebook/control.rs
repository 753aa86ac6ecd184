//! The switches and buttons of Facebook: for people a part of the page, for tests and scripts JSON.

use axum::{
    Json, Router,
    extract::{Path, State, rejection::JsonRejection},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Act, Consent, Forgery, LeadOrder, SwitchChange};
use crate::{Sandbox, control::Refusal};

/// Facebook's part of the sandbox's page.
pub(crate) const PANEL: &str = include_str!("panel.html");

type Asked<T> = Result<Json<T>, JsonRejection>;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox/facebook/switches", get(show).post(switch).delete(reset))
        .route("/_sandbox/facebook/acts", post(act))
        .route("/_sandbox/facebook/leads", post(add_leads))
        .route("/_sandbox/facebook/leads/{form}", get(leads))
        .route("/_sandbox/facebook/redeliver", post(redeliver))
        .route("/_sandbox/facebook/forge", post(forge))
        .route("/_sandbox/facebook/consent", post(consent))
        .route("/_sandbox/facebook/handshake", post(handshake))
        .route("/_sandbox/facebook/deliveries", get(deliveries).post(hurry))
        .route("/_sandbox/facebook/overview", get(overview))
        .route("/_sandbox/facebook/requests", get(requests).delete(reset_requests))
}

async fn show(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.facebook().switches()).into_response()
}

async fn switch(State(sandbox): State<Sandbox>, change: Asked<SwitchChange>) -> Result<Response, Refusal> {
    let Json(change) = change?;
    sandbox.facebook().switch(change);
    Ok(Json(sandbox.facebook().switches()).into_response())
}

async fn reset(State(sandbox): State<Sandbox>) -> Response {
    sandbox.facebook().reset_switches();
    Json(sandbox.facebook().switches()).into_response()
}

async fn act(State(sandbox): State<Sandbox>, act: Asked<Act>) -> Result<Json<Value>, Refusal> {
    let Json(act) = act?;
    sandbox.facebook().act(act).map_err(Refusal::of)?;
    Ok(Json(json!({ "done": true })))
}

async fn add_leads(State(sandbox): State<Sandbox>, order: Asked<LeadOrder>) -> Result<Json<Value>, Refusal> {
    let Json(order) = order?;
    let leads = sandbox.facebook().add_leads(&order).map_err(Refusal::of)?;
    Ok(Json(json!({ "leads": leads })))
}

async fn leads(State(sandbox): State<Sandbox>, Path(form): Path<String>) -> Result<Json<Value>, Refusal> {
    let leads = sandbox.facebook().leads(&form).map_err(Refusal::of)?;
    Ok(Json(json!({ "leads": leads })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    leads: Vec<String>,
    #[serde(default = "once")]
    copies: usize,
}

fn once() -> usize {
    1
}

async fn redeliver(State(sandbox): State<Sandbox>, again: Asked<Again>) -> Result<Json<Value>, Refusal> {
    let Json(Again { leads, copies }) = again?;
    let messages = sandbox.facebook().redeliver(&leads, copies.min(10_000)).map_err(Refusal::of)?;
    Ok(Json(json!({ "messages": messages })))
}

async fn forge(State(sandbox): State<Sandbox>, forgery: Asked<Forgery>) -> Result<Json<Value>, Refusal> {
    let Json(forgery) = forgery?;
    sandbox.facebook().forge(&forgery).map_err(Refusal::of)?;
    Ok(Json(json!({ "done": true })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentBody {
    authorization_url: String,
    person: Option<String>,
    #[serde(default)]
    deny: bool,
    #[serde(default)]
    decline: Vec<String>,
    pages: Option<Vec<String>>,
}

async fn consent(State(sandbox): State<Sandbox>, body: Asked<ConsentBody>) -> Result<Json<Value>, Refusal> {
    let Json(ConsentBody { authorization_url, person, deny, decline, pages }) = body?;
    let url = Url::parse(&authorization_url).map_err(Refusal::of)?;
    let consent = Consent { person, deny, decline, pages };
    let redirect = sandbox.facebook().consent(&url, &consent).map_err(Refusal::of)?;
    Ok(Json(json!({ "redirect": redirect.as_str() })))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HandshakeBody {
    verify_token: Option<String>,
}

async fn handshake(State(sandbox): State<Sandbox>, body: Asked<HandshakeBody>) -> Result<Json<Value>, Refusal> {
    let Json(HandshakeBody { verify_token }) = body?;
    let outcome = sandbox.facebook().handshake(verify_token.as_deref()).await;
    Ok(Json(json!({ "passed": outcome.is_ok(), "why": outcome.err() })))
}

async fn deliveries(State(sandbox): State<Sandbox>) -> Response {
    let facebook = sandbox.facebook();
    Json(json!({
        "counts": facebook.delivery_counts(),
        "waiting": facebook.waiting(),
        "deletionReplies": facebook.deletion_replies(),
    }))
    .into_response()
}

async fn hurry(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.facebook().hurry();
    StatusCode::NO_CONTENT
}

async fn overview(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.facebook().overview())
}

async fn requests(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.facebook().counters()).into_response()
}

async fn reset_requests(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.facebook().reset_counters();
    StatusCode::NO_CONTENT
}
