//! What scripts and the page's buttons do to Facebook's imitation.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    routing::{get, post},
};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CallbackError, Consent};
use crate::{
    Sandbox,
    control::{self, Controls, Refusal, read, sent},
};

pub(crate) const CONTROLS: Controls = Controls {
    panel: include_str!("controls.html"),
    shows: &[
        ("switches", |sandbox| json!(sandbox.facebook().switches())),
        ("webhooks", |sandbox| json!(sandbox.facebook().delivery_counts())),
        ("deliveries", deliveries),
        ("overview", |sandbox| sandbox.facebook().overview()),
        ("requests", |sandbox| json!(sandbox.facebook().counters())),
    ],
    does: &[
        ("switches", |sandbox, body| {
            sandbox.facebook().switch(read(body)?);
            Ok(json!(sandbox.facebook().switches()))
        }),
        ("acts", |sandbox, body| {
            sandbox.facebook().act(read(body)?)?;
            Ok(json!({ "done": true }))
        }),
        ("leads", |sandbox, body| Ok(json!({ "leads": sandbox.facebook().add_leads(&read(body)?)? }))),
        ("redeliver", redeliver),
        ("forge", |sandbox, body| {
            sandbox.facebook().forge(&read(body)?)?;
            Ok(json!({ "done": true }))
        }),
        ("consent", |sandbox, body| {
            let (url, decided): (_, Consent) = control::consent(body)?;
            Ok(control::redirect(&sandbox.facebook().consent(&url, &decided)?))
        }),
        ("deliveries", |sandbox, _| {
            sandbox.facebook().hurry();
            Ok(Value::Null)
        }),
    ],
    resets: &[
        ("switches", |sandbox| {
            sandbox.facebook().reset_switches();
            json!(sandbox.facebook().switches())
        }),
        ("requests", |sandbox| {
            sandbox.facebook().reset_counters();
            Value::Null
        }),
    ],
};

/// What names a form in its path, or waits for somebody's answer.
pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox/facebook/leads/{form}", get(leads))
        .route("/_sandbox/facebook/handshake", post(handshake))
        .route("/_sandbox/facebook/callback", post(callback))
}

async fn leads(State(sandbox): State<Sandbox>, Path(form): Path<String>) -> Result<Json<Value>, Refusal> {
    Ok(Json(json!({ "leads": sandbox.facebook().leads(&form)? })))
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

fn redeliver(sandbox: &Sandbox, body: Value) -> Result<Value, Refusal> {
    let Again { leads, copies } = read(body)?;
    Ok(json!({ "messages": sandbox.facebook().redeliver(&leads, copies.min(10_000))? }))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HandshakeBody {
    verify_token: Option<String>,
}

async fn handshake(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let HandshakeBody { verify_token } = read(sent(&headers, &body)?)?;
    let outcome = sandbox.facebook().handshake(verify_token.as_deref()).await;
    Ok(Json(json!({ "passed": outcome.is_ok(), "why": outcome.err() })))
}

async fn callback(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    match sandbox.facebook().call_back(&read(sent(&headers, &body)?)?).await {
        Ok(answer) => Ok(Json(json!({ "answer": answer, "why": null }))),
        Err(CallbackError::Unanswered(why)) => Ok(Json(json!({ "answer": null, "why": why.to_string() }))),
        Err(nowhere @ CallbackError::Nowhere(_)) => Err(nowhere.into()),
    }
}

fn deliveries(sandbox: &Sandbox) -> Value {
    let facebook = sandbox.facebook();
    json!({
        "counts": facebook.delivery_counts(),
        "waiting": facebook.waiting(),
        "deletionReplies": facebook.deletion_replies(),
    })
}
