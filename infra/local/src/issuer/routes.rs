//! The issuer's addresses.

use super::flow::{Grant, Request};
use super::login;
use super::members::{DEMO_ACCOUNT, Member};
use super::tokens::{Issuer, SCOPE, TOKEN_LIFETIME};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

type Shared = State<Arc<Issuer>>;

/// The routes below the issuer's URL.
pub fn router(issuer: Arc<Issuer>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(keys))
        .route("/authorize", get(ask).post(sign_in))
        .route("/token", post(token))
        .with_state(issuer)
}

/// Public documents, which pages of any origin may read.
const ANY_ORIGIN: [(HeaderName, HeaderValue); 1] =
    [(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];

async fn discovery(State(issuer): Shared) -> impl IntoResponse {
    let url = &issuer.url;
    let document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", SCOPE],
    });
    (ANY_ORIGIN, Json(document))
}

async fn keys(State(issuer): Shared) -> impl IntoResponse {
    (ANY_ORIGIN, Json(issuer.key.public().clone()))
}

async fn ask(State(issuer): Shared, Query(request): Query<Request>) -> Response {
    match request.problem(&issuer.client) {
        Some(problem) => refused(problem),
        None => Html(login::page(&format!("{}/authorize", issuer.url), &request)).into_response(),
    }
}

#[derive(Deserialize)]
struct SignIn {
    member: String,
    #[serde(flatten)]
    request: Request,
}

async fn sign_in(State(issuer): Shared, Form(form): Form<SignIn>) -> Response {
    if let Some(problem) = form.request.problem(&issuer.client) {
        return refused(problem);
    }
    let Some(member) = Member::find(&form.member) else { return refused("there is no such member") };
    let code = issuer.codes.issue(form.request.clone(), member, issuer.clock.now());
    match form.request.redirect(&code) {
        Some(url) => Redirect::to(url.as_str()).into_response(),
        None => refused("the redirect URI is not a URL"),
    }
}

fn refused(problem: &str) -> Response {
    (StatusCode::BAD_REQUEST, Html(login::problem(problem))).into_response()
}

#[derive(Deserialize)]
struct TokenRequest {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    code_verifier: String,
}

async fn token(State(issuer): Shared, Form(form): Form<TokenRequest>) -> Response {
    if form.grant_type != "authorization_code" {
        return token_error("unsupported_grant_type");
    }
    if form.client_id != issuer.client {
        return token_error("invalid_client");
    }
    let now = issuer.clock.now();
    match issuer.codes.redeem(&form.code, &form.code_verifier, &form.redirect_uri, now) {
        Some(grant) => match tokens(&issuer, &grant) {
            Ok(tokens) => (ANY_ORIGIN, no_store(), Json(tokens)).into_response(),
            Err(_) => token_error("server_error"),
        },
        None => token_error("invalid_grant"),
    }
}

fn tokens(issuer: &Issuer, grant: &Grant) -> Result<Value, jsonwebtoken::errors::Error> {
    let mut tokens = json!({
        "access_token": issuer.access_token(grant.member, DEMO_ACCOUNT)?,
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFETIME.num_seconds(),
        "scope": SCOPE,
    });
    if grant.request.scope.split(' ').any(|scope| scope == "openid") {
        let nonce = grant.request.nonce.as_deref();
        tokens["id_token"] = json!(issuer.identity_token(grant.member, DEMO_ACCOUNT, nonce)?);
    }
    Ok(tokens)
}

fn no_store() -> [(HeaderName, HeaderValue); 1] {
    [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]
}

fn token_error(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, ANY_ORIGIN, no_store(), Json(json!({ "error": code }))).into_response()
}
