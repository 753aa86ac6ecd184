//! What people and scripts do to the imitations: for people a page with buttons, for scripts JSON below
//! `/_sandbox/<provider>/`. Each provider has a table of what can be shown, done and taken back.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
    routing::{any, get},
};
use http::{HeaderMap, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use crate::{Sandbox, facebook, google, tiktok};

const INDEX: &str = include_str!("index.html");

const PROVIDERS: [(&str, &Controls); 3] = [
    ("google", &google::control::CONTROLS),
    ("facebook", &facebook::control::CONTROLS),
    ("tiktok", &tiktok::control::CONTROLS),
];

/// What stands behind the last part of a path.
type Table<T> = &'static [(&'static str, T)];

/// Does what a body asks for.
type Does = fn(&Sandbox, Value) -> Result<Value, Refusal>;

/// What one provider's imitation can be asked for, by the last part of the path.
pub(crate) struct Controls {
    /// Its part of the page.
    pub(crate) panel: &'static str,
    /// GET.
    pub(crate) shows: Table<fn(&Sandbox) -> Value>,
    /// POST with a body; the answer `null` is 204.
    pub(crate) does: Table<Does>,
    /// DELETE; the answer `null` is 204.
    pub(crate) resets: Table<fn(&Sandbox) -> Value>,
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/", get(index))
        .route("/_sandbox/", get(index))
        .route("/_sandbox/{provider}/{name}", any(answer))
        .merge(facebook::control::router())
}

async fn index() -> Html<String> {
    Html(INDEX.replace("<!-- panels -->", &PROVIDERS.map(|(_, controls)| controls.panel).concat()))
}

async fn answer(
    State(sandbox): State<Sandbox>,
    Path((provider, name)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let Some(controls) = find(&PROVIDERS, &provider) else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let (show, act, reset) = (find(controls.shows, &name), find(controls.does, &name), find(controls.resets, &name));
    let answer = match (method, show, act, reset) {
        (Method::GET, Some(show), _, _) => show(&sandbox),
        (Method::POST, _, Some(act), _) => act(&sandbox, sent(&headers, &body)?)?,
        (Method::DELETE, _, _, Some(reset)) => reset(&sandbox),
        (_, None, None, None) => return Ok(StatusCode::NOT_FOUND.into_response()),
        _ => return Ok(StatusCode::METHOD_NOT_ALLOWED.into_response()),
    };
    Ok(match answer {
        Value::Null => StatusCode::NO_CONTENT.into_response(),
        answer => Json(answer).into_response(),
    })
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, entry)| *entry)
}

/// The body, `null` when there is none. Its type is asked for so that no form of a foreign page can press a button.
pub(crate) fn sent(headers: &HeaderMap, body: &Bytes) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Refusal("the body is not application/json".to_owned()));
    }
    Ok(serde_json::from_slice(body)?)
}

/// The body as what it has to be.
pub(crate) fn read<T: DeserializeOwned>(body: Value) -> Result<T, Refusal> {
    Ok(serde_json::from_value(body)?)
}

/// The body of `consent`: `authorization_url`, and beside it what the person decides.
pub(crate) fn consent<C: DeserializeOwned>(mut body: Value) -> Result<(Url, C), Refusal> {
    let url = body.as_object_mut().and_then(|body| body.remove("authorization_url")).unwrap_or_default();
    Ok((Url::parse(url.as_str().unwrap_or_default())?, read(body)?))
}

/// The answer to `consent`.
pub(crate) fn redirect(url: &Url) -> Value {
    json!({ "redirect": url.as_str() })
}

/// 400 with the reason: switches are used by developers.
pub(crate) struct Refusal(String);

impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({ "error": self.0 }))).into_response()
    }
}
