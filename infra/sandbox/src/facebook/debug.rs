//! `/debug_token`: what a token is, and whether it is alive.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    access,
    call::Call,
    errors::GraphError,
    grants::{Grant, Token, TokenKind},
    state::{App, Facebook},
};

/// `GET /debug_token?input_token=…`, with the app's own token.
pub(crate) fn answer(facebook: &Facebook, app: &App, call: &Call, now: DateTime<Utc>) -> Result<Value, GraphError> {
    let input = call.one("input_token").ok_or_else(|| GraphError::missing("input_token"))?;
    if let Some(of) = access::app_of(facebook, input).filter(|of| of.id == app.id) {
        return Ok(json!({ "data": {
            "app_id": of.id, "type": "APP", "application": of.name, "is_valid": true, "scopes": [],
        } }));
    }
    let Some(token) = facebook.grants.token(input) else {
        let error = GraphError::unreadable_token().in_debug_token();
        return Ok(json!({ "data": { "error": error, "is_valid": false, "scopes": [] } }));
    };
    if token.app != app.id {
        return Err(GraphError::parameter("The App_id in the input_token did not match the Viewing App"));
    }
    let mut data = described(app, token);
    let held = access::held(facebook, token, now);
    data["is_valid"] = json!(held.is_ok());
    if let Err(error) = held {
        data["error"] = error.in_debug_token();
    }
    let grant = facebook.grants.of(&token.app, &token.person).filter(|grant| token.is_of(grant));
    data["scopes"] = json!(grant.map(granted).unwrap_or_default());
    if let Some(grant) = grant {
        data["data_access_expires_at"] = json!(grant.data_access_expires_at.timestamp());
        data["granular_scopes"] = granular(grant);
    }
    Ok(json!({ "data": data }))
}

fn described(app: &App, token: &Token) -> Value {
    let kind = match token.kind {
        TokenKind::User { .. } => "USER",
        TokenKind::SystemUser => "SYSTEM_USER",
        TokenKind::Page(_) => "PAGE",
    };
    let mut data = json!({
        "app_id": app.id,
        "type": kind,
        "application": app.name,
        "expires_at": token.expires_at_seconds(),
        "issued_at": token.issued_at.timestamp(),
        "user_id": token.person,
    });
    if let TokenKind::Page(page) = &token.kind {
        data["profile_id"] = json!(page);
    }
    data
}

fn granted(grant: &Grant) -> Vec<&String> {
    grant.permissions.iter().filter(|(_, granted)| **granted).map(|(permission, _)| permission).collect()
}

/// Permissions that are about pages name those that were chosen.
fn granular(grant: &Grant) -> Value {
    let about_pages = |permission: &&String| permission.starts_with("pages_") || *permission == "leads_retrieval";
    let entry = |permission: &String| json!({ "scope": permission, "target_ids": grant.pages });
    granted(grant).into_iter().filter(about_pages).map(entry).collect()
}
