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
use crate::Sandbox;

/// `POST /google/token`
pub(crate) async fn token(State(sandbox): State<Sandbox>, body: String) -> Response {
    match answer(&sandbox, &Form::of(&body)) {
        Ok(reply) => ([(header::CACHE_CONTROL, "no-store")], Json(reply)).into_response(),
        Err(error) => error.into_response(),
    }
}

/// `POST /google/revoke`
pub(crate) async fn revoke(State(sandbox): State<Sandbox>, body: String) -> Result<Json<Value>, TokenError> {
    let form = Form::of(&body);
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

fn answer(sandbox: &Sandbox, form: &Form) -> Result<TokenReply, TokenError> {
    form.check_client()?;
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

/// A form body; unlike a map it notices a parameter that comes twice.
struct Form(Vec<(String, String)>);

impl Form {
    fn of(body: &str) -> Self {
        Self(url::form_urlencoded::parse(body.as_bytes()).into_owned().collect())
    }

    fn one(&self, name: &str) -> Result<Option<&str>, TokenError> {
        let mut values = self.0.iter().filter(|(key, value)| key == name && !value.is_empty());
        let first = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() { Err(TokenError::repeated(name)) } else { Ok(first) }
    }

    fn needed(&self, name: &str) -> Result<&str, TokenError> {
        self.one(name)?.ok_or_else(|| TokenError::missing(name))
    }

    fn check_client(&self) -> Result<(), TokenError> {
        match (self.one("client_id")?, self.one("client_secret")?) {
            (Some(CLIENT_ID), Some(CLIENT_SECRET)) => Ok(()),
            (Some(CLIENT_ID), _) => Err(TokenError::wrong_secret()),
            _ => Err(TokenError::unknown_client()),
        }
    }
}
