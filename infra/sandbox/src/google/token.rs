//! The token, revocation and userinfo endpoints.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use serde_json::{Value, json};

use super::{
    CLIENT_ID, CLIENT_SECRET, bearer,
    errors::TokenError,
    grants::TokenReply,
    scopes::{self, PREFIX},
};
use crate::{Sandbox, parameters::Parameters};

/// `POST /google/token`
pub(crate) async fn token(State(sandbox): State<Sandbox>, body: String) -> Response {
    match answer(&sandbox, &Parameters::of(&body)) {
        Ok(reply) => ([(header::CACHE_CONTROL, "no-store")], Json(reply)).into_response(),
        Err(error) => error.into_response(),
    }
}

/// `POST /google/revoke`
pub(crate) async fn revoke(State(sandbox): State<Sandbox>, body: String) -> Result<Json<Value>, TokenError> {
    let form = Parameters::of(&body);
    let (token, now) = (form.needed("token")?, sandbox.now());
    sandbox.write(|state| state.google.grants.revoke(token, now))?;
    Ok(Json(json!({})))
}

/// `GET /google/userinfo`
pub(crate) async fn userinfo(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Result<Json<Value>, TokenError> {
    let token = bearer(&headers).ok_or_else(TokenError::userinfo_unauthenticated)?;
    let now = sandbox.now();
    sandbox.read(|state| {
        let access = state.google.grants.access(token, now).ok_or_else(TokenError::userinfo_unauthenticated)?;
        let account = state.google.account(&access.account).ok_or_else(TokenError::userinfo_unauthenticated)?;
        if !access.scopes.iter().any(|scope| scopes::is_sign_in(scope)) {
            return Err(TokenError::userinfo_scope());
        }
        let mut answer = json!({ "sub": account.sub });
        if access.scopes.contains(&format!("{PREFIX}userinfo.profile")) {
            answer["name"] = json!(account.name);
        }
        if access.scopes.contains(&format!("{PREFIX}userinfo.email")) {
            answer["email"] = json!(account.email);
            answer["email_verified"] = json!(true);
        }
        Ok(Json(answer))
    })
}

fn answer(sandbox: &Sandbox, form: &Parameters) -> Result<TokenReply, TokenError> {
    check_client(form)?;
    let now = sandbox.now();
    match form.needed("grant_type")? {
        "authorization_code" => {
            let (code, redirect_uri) = (form.needed("code")?, form.needed("redirect_uri")?);
            let verifier = form.one("code_verifier")?;
            sandbox.write(|state| state.google.grants.exchange(code, redirect_uri, verifier, now))
        }
        "refresh_token" => {
            let token = form.needed("refresh_token")?;
            sandbox.write(|state| state.google.grants.refresh(token, state.switches.rotation, now))
        }
        other => Err(TokenError::unsupported_grant_type(other)),
    }
}

fn check_client(form: &Parameters) -> Result<(), TokenError> {
    match (form.one("client_id")?, form.one("client_secret")?) {
        (Some(CLIENT_ID), Some(CLIENT_SECRET)) => Ok(()),
        (Some(CLIENT_ID), _) => Err(TokenError::wrong_secret()),
        _ => Err(TokenError::unknown_client()),
    }
}
