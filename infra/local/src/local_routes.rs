//! The `/_local/` routes, which scripts may rely on (the contract is the design's table of the local stack).

use crate::drain::Drain;
use crate::issuer::{self, DEMO_ACCOUNT, Issuer, Member};
use crate::metrics::Metrics;
use crate::plan;
use crate::runner::Ticks;
use crate::template::Stack;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::ids::AccountId;
use domain::plan::Plan;
use embedded_aws::EmbeddedAws;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::clients::Clients;
use std::sync::Arc;
use std::time::Duration;

/// The longest that firing a schedule waits for the work it started.
const WORK_LIMIT: Duration = Duration::from_secs(150);

/// What the routes stand on.
pub(crate) struct Desk {
    pub(crate) stack: Arc<Stack>,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) ticks: Ticks,
    pub(crate) drain: Drain,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) clients: Clients,
    pub(crate) embedded: Option<EmbeddedAws>,
}

type Shared = State<Arc<Desk>>;

/// The routes below `/_local`.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let issuer = issuer::router(Arc::clone(&desk.issuer));
    Router::new()
        .route("/token", get(token))
        .route("/plan", post(set_plan))
        .route("/schedules/{name}", post(fire))
        .route("/events", get(events))
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .with_state(desk)
        .nest("/issuer", issuer)
        .layer(middleware::from_fn(this_machine_only))
}

/// A page elsewhere could rebind its own name to this machine and ask for an administrator's token.
async fn this_machine_only(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if ["127.0.0.1", "localhost", "[::1]"].contains(&name) {
        next.run(request).await
    } else {
        problem(StatusCode::FORBIDDEN, "these routes answer on this machine's own names only")
    }
}

#[derive(Deserialize)]
struct TokenQuery {
    #[serde(default)]
    member: String,
    account: Option<String>,
}

async fn token(State(desk): Shared, Query(query): Query<TokenQuery>) -> Response {
    let Some(member) = Member::find(&query.member) else {
        return problem(StatusCode::BAD_REQUEST, "member is admin or viewer");
    };
    let account = query.account.unwrap_or_else(|| DEMO_ACCOUNT.to_owned());
    if AccountId::parse(account.as_str()).is_err() {
        return problem(StatusCode::BAD_REQUEST, "account is not an account id");
    }
    match desk.issuer.access_token(member, &account) {
        Ok(token) => Json(json!({ "token": token })).into_response(),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanRequest {
    account: String,
    plan: Plan,
}

async fn set_plan(State(desk): Shared, body: Bytes) -> Response {
    let request: PlanRequest = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let Ok(account) = AccountId::parse(request.account) else {
        return problem(StatusCode::BAD_REQUEST, "account is not an account id");
    };
    let Some(table) = desk.stack.tables.first() else {
        return problem(StatusCode::NOT_FOUND, "the template has no table");
    };
    match plan::tell(desk.clients.dynamodb(), &desk.ticks.instances, &table.name, &account, request.plan).await {
        Ok(()) => Json(json!({"account": account.as_str(), "plan": request.plan})).into_response(),
        Err(why) => problem(StatusCode::BAD_GATEWAY, &why),
    }
}

async fn fire(State(desk): Shared, Path(name): Path<String>) -> Response {
    let Some(schedule) = desk.stack.schedule(&name) else {
        let names: Vec<&str> = desk.stack.schedules.iter().map(|schedule| schedule.function.as_str()).collect();
        return problem(StatusCode::NOT_FOUND, &format!("there is no such schedule; there are: {}", names.join(", ")));
    };
    let answer = match desk.ticks.fire(schedule).await {
        Ok(answer) => answer,
        Err(error) => return problem(StatusCode::BAD_GATEWAY, &error.to_string()),
    };
    match desk.drain.wait(WORK_LIMIT).await {
        Ok(()) => Json(json!({"schedule": schedule.name, "answer": answer})).into_response(),
        Err(busy) => problem(StatusCode::GATEWAY_TIMEOUT, &busy.to_string()),
    }
}

async fn events(State(desk): Shared) -> Response {
    match &desk.embedded {
        Some(embedded) => {
            let events: Vec<Value> = embedded
                .events()
                .events()
                .iter()
                .map(|event| {
                    let mut envelope = event.envelope();
                    envelope["bus"] = json!(event.bus);
                    envelope
                })
                .collect();
            Json(json!({ "events": events })).into_response()
        }
        None => problem(StatusCode::NOT_IMPLEMENTED, "events are seen with the embedded AWS only"),
    }
}

async fn metrics(State(desk): Shared) -> Json<Value> {
    Json(desk.metrics.report())
}

async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let body = json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail});
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
