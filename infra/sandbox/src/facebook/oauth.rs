//! `/oauth/access_token`: a code for a short-lived token, that for a long-lived one, and the app's own token.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    access,
    call::Call,
    errors::GraphError,
    grants::{Token, TokenKind},
    state::{App, Facebook},
};

/// `GET|POST /oauth/access_token`
pub(crate) fn answer(facebook: &mut Facebook, call: &Call, now: DateTime<Utc>) -> Result<Value, GraphError> {
    let app = client(facebook, call)?;
    let (id, app_token) = (app.id.clone(), format!("{}|{}", app.id, app.secret));
    match call.one("grant_type") {
        Some("client_credentials") => Ok(json!({ "access_token": app_token, "token_type": "bearer" })),
        Some("fb_exchange_token") => prolong(facebook, &id, call, now),
        None | Some("authorization_code") => redeem(facebook, &id, call, now),
        Some(other) => Err(GraphError::parameter(format!("Unsupported grant_type: {other}"))),
    }
}

fn client<'a>(facebook: &'a Facebook, call: &Call) -> Result<&'a App, GraphError> {
    let id = call.one("client_id").ok_or_else(|| GraphError::missing("client_id"))?;
    let app = facebook.apps.get(id).ok_or_else(GraphError::unknown_app)?;
    if call.one("client_secret") == Some(&app.secret) { Ok(app) } else { Err(GraphError::wrong_secret()) }
}

fn redeem(facebook: &mut Facebook, app: &str, call: &Call, now: DateTime<Utc>) -> Result<Value, GraphError> {
    let code = call.one("code").ok_or_else(|| GraphError::missing("code"))?;
    let redirect_uri = call.one("redirect_uri").ok_or_else(|| GraphError::missing("redirect_uri"))?;
    let (person, kind) = facebook.grants.redeem(app, code, redirect_uri, now)?;
    issue(facebook, app, &person, kind, now)
}

/// A short-lived token for one of about 60 days. A long-lived one is given back: it gains no time.
fn prolong(facebook: &mut Facebook, app: &str, call: &Call, now: DateTime<Utc>) -> Result<Value, GraphError> {
    let text = call.one("fb_exchange_token").ok_or_else(|| GraphError::missing("fb_exchange_token"))?;
    let token = facebook.grants.token(text).filter(|token| token.app == app);
    let token = token.ok_or_else(GraphError::unreadable_token)?;
    access::held(facebook, token, now)?;
    match token.kind {
        TokenKind::User { long: false } => {
            let person = token.person.clone();
            issue(facebook, app, &person, TokenKind::User { long: true }, now)
        }
        TokenKind::User { long: true } | TokenKind::SystemUser => Ok(reply(token, now)),
        TokenKind::Page(_) => Err(GraphError::parameter("A page access token cannot be exchanged.")),
    }
}

fn issue(
    facebook: &mut Facebook,
    app: &str,
    person: &str,
    kind: TokenKind,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let person = facebook.people.get(person).ok_or_else(GraphError::bad_code)?;
    Ok(reply(&facebook.grants.issue(app, person, kind, now), now))
}

fn reply(token: &Token, now: DateTime<Utc>) -> Value {
    let mut reply = json!({ "access_token": token.text, "token_type": "bearer" });
    if let Some(at) = token.expires_at {
        reply["expires_in"] = json!((at - now).num_seconds());
    }
    reply
}
