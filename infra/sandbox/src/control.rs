//! The switches: for people a page, for tests and scripts JSON.

use axum::{
    Json, Router,
    extract::{State, rejection::JsonRejection},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::{Consent, Sandbox, SwitchChange, facebook, google::ADA, tiktok};

const INDEX: &str = include_str!("index.html");

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/", get(index))
        .route("/_sandbox/", get(index))
        .route("/_sandbox/google/switches", get(show).post(switch).delete(reset))
        .route("/_sandbox/google/change", post(change))
        .route("/_sandbox/google/consent", post(consent))
        .route("/_sandbox/google/channels", get(channels))
        .route("/_sandbox/google/notifications", get(notifications))
        .route("/_sandbox/google/requests", get(requests).delete(reset_requests))
}

async fn index() -> Html<String> {
    let page = INDEX.replace("<!-- facebook -->", facebook::control::PANEL);
    Html(page.replace("<!-- tiktok -->", tiktok::CONTROLS))
}

async fn show(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.switches()).into_response()
}

async fn switch(
    State(sandbox): State<Sandbox>,
    change: Result<Json<SwitchChange>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(change) = change?;
    sandbox.switch(change).map_err(Refusal::of)?;
    Ok(Json(sandbox.switches()).into_response())
}

async fn reset(State(sandbox): State<Sandbox>) -> Response {
    sandbox.reset_switches();
    Json(sandbox.switches()).into_response()
}

async fn channels(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.google().channels()).into_response()
}

async fn notifications(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.google().notification_counts()).into_response()
}

async fn requests(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.counters()).into_response()
}

async fn reset_requests(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.reset_counters();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default = "ada")]
    account: String,
    #[serde(default = "primary")]
    calendar: String,
    count: usize,
}

fn ada() -> String {
    ADA.to_owned()
}

fn primary() -> String {
    "primary".to_owned()
}

async fn change(
    State(sandbox): State<Sandbox>,
    change: Result<Json<Change>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(Change { account, calendar, count }) = change?;
    let changed = sandbox.google().change_some(&account, &calendar, count.min(10_000)).map_err(Refusal::of)?;
    Ok(Json(json!({ "changed": changed })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentBody {
    authorization_url: String,
    account: Option<String>,
    #[serde(default)]
    deny: bool,
    #[serde(default)]
    untick: Vec<String>,
}

async fn consent(
    State(sandbox): State<Sandbox>,
    body: Result<Json<ConsentBody>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(ConsentBody { authorization_url, account, deny, untick }) = body?;
    let authorization_url = Url::parse(&authorization_url).map_err(Refusal::of)?;
    let redirect = sandbox.consent(&authorization_url, &Consent { account, deny, untick }).map_err(Refusal::of)?;
    Ok(Json(json!({ "redirect": redirect.as_str() })))
}

/// 400 with the reason: switches are used by developers.
pub(crate) struct Refusal(String);

impl Refusal {
    pub(crate) fn of(error: impl std::error::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        Self(rejection.body_text())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({ "error": self.0 }))).into_response()
    }
}
