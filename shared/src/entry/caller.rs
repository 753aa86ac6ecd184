//! Who calls: account, member and role from the event of the HTTP API's JWT authorizer.
//!
//! The authorizer has verified the bearer token. Its flattened claims serve for account and member; an array arrives
//! as `[a b]`, which cannot be split back safely once a role has a space, so roles are read from the verified token.

use crate::config::Vars;
use crate::entry::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{AccountId, MemberId};
use serde_json::Value;

/// The names of claims and the role that manages.
#[derive(Debug, Clone)]
pub struct ClaimNames {
    account: String,
    roles: String,
    admin: String,
}

impl ClaimNames {
    /// Reads `ACCOUNT_CLAIM` (default `account_id`), `ROLES_CLAIM` (`roles`) and `ADMIN_ROLE` (`channels_admin`).
    pub fn from_vars(vars: &Vars) -> Self {
        let name = |variable, default: &str| vars.get(variable).unwrap_or(default).to_owned();
        Self {
            account: name("ACCOUNT_CLAIM", "account_id"),
            roles: name("ROLES_CLAIM", "roles"),
            admin: name("ADMIN_ROLE", "channels_admin"),
        }
    }
}

/// A member of an account, as verified by the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant.
    pub account: AccountId,
    /// The member.
    pub member: MemberId,
    /// The member is a Channels Administrator.
    pub can_manage: bool,
}

/// Reads the caller out of an API Gateway v2 event; a problem when there is no verified identity in it.
pub(super) fn caller(event: &Value, names: &ClaimNames) -> Result<Caller, Problem> {
    let claims = event
        .pointer("/requestContext/authorizer/jwt/claims")
        .and_then(Value::as_object)
        .ok_or_else(Problem::unauthenticated)?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str).ok_or_else(Problem::unauthenticated);
    let account = AccountId::parse(claim(&names.account)?).map_err(|_| Problem::unauthenticated())?;
    let member = MemberId::parse(claim("sub")?).map_err(|_| Problem::unauthenticated())?;
    let token = bearer(event).and_then(payload).ok_or_else(Problem::unauthenticated)?;
    // The claims and the token must speak of the same person, or the event was not made by the authorizer.
    let same = token.get("sub").and_then(Value::as_str) == Some(member.as_str())
        && token.get(&names.account).and_then(Value::as_str) == Some(account.as_str());
    if !same {
        return Err(Problem::unauthenticated());
    }
    let can_manage = roles(token.get(&names.roles)).any(|role| role == names.admin);
    Ok(Caller { account, member, can_manage })
}

fn bearer(event: &Value) -> Option<&str> {
    let header = event.pointer("/headers/authorization")?.as_str()?;
    let (scheme, token) = header.split_once(' ').unwrap_or(("bearer", header));
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn payload(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let payload = parts.nth(1)?;
    parts.next()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

fn roles(claim: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = claim.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().chain(claim).filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(claims: Value, token: Value) -> Value {
        let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(token.to_string()));
        json!({
            "headers": { "authorization": format!("Bearer {token}") },
            "requestContext": { "authorizer": { "jwt": { "claims": claims } } },
        })
    }

    fn names() -> ClaimNames {
        ClaimNames::from_vars(&Vars::default())
    }

    #[test]
    fn roles_come_from_the_token_and_not_from_the_flattened_claim() {
        let claims = json!({"sub": "m1", "account_id": "a1", "roles": "[channels_admin]"});
        let viewer = event(claims.clone(), json!({"sub": "m1", "account_id": "a1", "roles": ["x channels_admin y"]}));
        assert!(!caller(&viewer, &names()).expect("a caller").can_manage);
        let admin = event(claims, json!({"sub": "m1", "account_id": "a1", "roles": ["x", "channels_admin"]}));
        assert!(caller(&admin, &names()).expect("a caller").can_manage);
    }

    #[test]
    fn a_single_role_may_be_a_plain_text() {
        let claims = json!({"sub": "m1", "account_id": "a1"});
        let admin = event(claims, json!({"sub": "m1", "account_id": "a1", "roles": "channels_admin"}));
        assert!(caller(&admin, &names()).expect("a caller").can_manage);
    }

    #[test]
    fn claims_and_token_must_speak_of_the_same_person() {
        for token in [json!({"sub": "m2", "account_id": "a1"}), json!({"sub": "m1", "account_id": "a2"}), json!({})] {
            let event = event(json!({"sub": "m1", "account_id": "a1"}), token);
            assert_eq!(caller(&event, &names()).expect_err("refused").status, 401);
        }
    }

    #[test]
    fn an_account_that_could_break_a_key_is_refused() {
        let claims = json!({"sub": "m1", "account_id": "a#1"});
        let event = event(claims, json!({"sub": "m1", "account_id": "a#1"}));
        assert_eq!(caller(&event, &names()).expect_err("refused").status, 401);
    }

    #[test]
    fn an_event_without_an_authorizer_has_no_caller() {
        assert_eq!(caller(&json!({"headers": {}}), &names()).expect_err("refused").status, 401);
    }
}
