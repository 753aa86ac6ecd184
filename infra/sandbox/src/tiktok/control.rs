//! What scripts and the page's buttons do to TikTok's imitation.

use axum::{
    Json, Router,
    extract::{State, rejection::JsonRejection},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    Consent, Forgery, LeadOrder, PlainEvent, SwitchChange,
    state::{Question, Role},
};
use crate::Sandbox;

/// The most leads of one order.
const MOST: usize = 100_000;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox/tiktok/switches", get(show).post(switch).delete(reset))
        .route("/_sandbox/tiktok/leads", post(leads))
        .route("/_sandbox/tiktok/forged", post(forged))
        .route("/_sandbox/tiktok/events", post(events))
        .route("/_sandbox/tiktok/acts", post(acts))
        .route("/_sandbox/tiktok/consent", post(consent))
        .route("/_sandbox/tiktok/state", get(state))
        .route("/_sandbox/tiktok/webhooks", get(webhooks))
        .route("/_sandbox/tiktok/requests", get(requests).delete(reset_requests))
}

async fn show(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.tiktok().switches()).into_response()
}

async fn switch(
    State(sandbox): State<Sandbox>,
    change: Result<Json<SwitchChange>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(change) = change?;
    sandbox.tiktok().switch(change);
    Ok(show(State(sandbox)).await)
}

async fn reset(State(sandbox): State<Sandbox>) -> Response {
    sandbox.tiktok().reset_switches();
    show(State(sandbox)).await
}

async fn leads(
    State(sandbox): State<Sandbox>,
    order: Result<Json<LeadOrder>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(mut order) = order?;
    order.count = order.count.min(MOST);
    let leads = sandbox.tiktok().generate(&order).map_err(Refusal::of)?;
    Ok(Json(json!({ "changed": leads })))
}

async fn forged(
    State(sandbox): State<Sandbox>,
    forgery: Result<Json<Forgery>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(forgery) = forgery?;
    Ok(Json(json!({ "addresses": sandbox.tiktok().forge(&forgery) })))
}

async fn events(
    State(sandbox): State<Sandbox>,
    event: Result<Json<PlainEvent>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(event) = event?;
    sandbox.tiktok().tell_other(event);
    Ok(Json(json!({})))
}

/// Something that somebody does at TikTok.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Act {
    AddAccount {
        person: String,
        name: String,
    },
    AddForm {
        account: String,
        title: String,
        #[serde(default)]
        questions: Vec<Question>,
    },
    RemoveForm {
        form: String,
    },
    RemoveAccount {
        account: String,
    },
    /// Without a role the account is lost to the person.
    SetRole {
        person: String,
        account: String,
        #[serde(default)]
        role: Option<Role>,
    },
    MoveLeads {
        account: String,
    },
    Cancel {
        person: String,
    },
    ExpireAccessTokens,
    ExpireRefreshTokens,
}

async fn acts(State(sandbox): State<Sandbox>, act: Result<Json<Act>, JsonRejection>) -> Result<Json<Value>, Refusal> {
    let Json(act) = act?;
    let tiktok = sandbox.tiktok();
    let done = match act {
        Act::AddAccount { person, name } => tiktok.add_account(&person, &name).map(Some),
        Act::AddForm { account, title, questions } => tiktok.add_form(&account, &title, questions).map(Some),
        Act::MoveLeads { account } => tiktok.move_leads(&account).map(Some),
        Act::RemoveForm { form } => tiktok.remove_form(&form).map(|()| None),
        Act::RemoveAccount { account } => tiktok.remove_account(&account).map(|()| None),
        Act::SetRole { person, account, role } => tiktok.set_role(&person, &account, role).map(|()| None),
        Act::Cancel { person } => tiktok.cancel(&person).map(|()| None),
        Act::ExpireAccessTokens => {
            tiktok.expire_access_tokens();
            Ok(None)
        }
        Act::ExpireRefreshTokens => {
            tiktok.expire_refresh_tokens();
            Ok(None)
        }
    };
    Ok(Json(json!({ "id": done.map_err(Refusal::of)? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentBody {
    authorization_url: String,
    person: Option<String>,
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    leave_out: Vec<u32>,
    #[serde(default)]
    cancel: bool,
}

async fn consent(
    State(sandbox): State<Sandbox>,
    body: Result<Json<ConsentBody>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(ConsentBody { authorization_url, person, accounts, leave_out, cancel }) = body?;
    let authorization_url = Url::parse(&authorization_url).map_err(Refusal::of)?;
    let consent = Consent { person, accounts, leave_out, cancel };
    let redirect = sandbox.tiktok().consent(&authorization_url, &consent).map_err(Refusal::of)?;
    Ok(Json(json!({ "redirect": redirect.as_str() })))
}

async fn state(State(sandbox): State<Sandbox>) -> Json<Value> {
    let tiktok = sandbox.tiktok();
    let (accounts, forms, subscriptions) = (tiktok.accounts(), tiktok.forms(), tiktok.subscriptions());
    Json(json!({ "accounts": accounts, "forms": forms, "subscriptions": subscriptions }))
}

async fn webhooks(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.tiktok().webhook_counts()).into_response()
}

async fn requests(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.read(|state| state.tiktok_live.requests.clone())).into_response()
}

async fn reset_requests(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.note(|state| state.tiktok_live.requests = crate::counters::Tally::default());
    StatusCode::NO_CONTENT
}

/// 400 with the reason: switches are used by developers.
struct Refusal(String);

impl Refusal {
    fn of(error: impl std::error::Error) -> Self {
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
