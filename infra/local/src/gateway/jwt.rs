//! The JWT authorizer of an HTTP API.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>

use crate::template::Authorizer;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No token, or not a valid one: 401.
    Unauthorized,
    /// A valid token without any of the scopes: 403.
    Forbidden,
}

/// Verifies tokens of one issuer. Only RS256, only keys of the issuer's key set.
pub struct JwtAuthorizer {
    authorizer: Authorizer,
    keys: JwkSet,
}

impl JwtAuthorizer {
    /// An authorizer with the issuer's keys.
    pub fn new(authorizer: Authorizer, keys: JwkSet) -> Self {
        Self { authorizer, keys }
    }

    /// The claims of the request's token, when it may come in.
    pub fn authorize(
        &self,
        headers: &HeaderMap,
        scopes: &[String],
        now: DateTime<Utc>,
    ) -> Result<Map<String, Value>, Refused> {
        let token = token(headers).ok_or(Refused::Unauthorized)?;
        let claims = self.verified(token).ok_or(Refused::Unauthorized)?;
        if !self.for_us(&claims) || !in_time(&claims, now) {
            return Err(Refused::Unauthorized);
        }
        if scopes.is_empty() || has_scope(&claims, scopes) { Ok(claims) } else { Err(Refused::Forbidden) }
    }

    fn verified(&self, token: &str) -> Option<Map<String, Value>> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.alg != Algorithm::RS256 {
            return None;
        }
        let key = DecodingKey::from_jwk(self.keys.find(&header.kid?)?).ok()?;
        jsonwebtoken::decode::<Map<String, Value>>(token, &key, &signature_only()).ok().map(|token| token.claims)
    }

    /// `aud`, or `client_id` when there is no `aud`.
    fn for_us(&self, claims: &Map<String, Value>) -> bool {
        let ours = |value: &Value| match value {
            Value::String(audience) => self.authorizer.audience.contains(audience),
            Value::Array(many) => {
                many.iter().filter_map(Value::as_str).any(|it| self.authorizer.audience.iter().any(|ours| ours == it))
            }
            _ => false,
        };
        let issuer = claims.get("iss").and_then(Value::as_str) == Some(self.authorizer.issuer.as_str());
        issuer && claims.get("aud").or_else(|| claims.get("client_id")).is_some_and(ours)
    }
}

/// The claims are checked here, against the clock that was handed in.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.trim();
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
        Some(_) => None,
        None => Some(value),
    }
}

fn in_time(claims: &Map<String, Value>, now: DateTime<Utc>) -> bool {
    let seconds = |name: &str| claims.get(name).map(|value| value.as_f64().unwrap_or(f64::NAN));
    let now = now.timestamp() as f64;
    let begun = |name: &str| seconds(name).is_none_or(|from| from <= now);
    seconds("exp").is_some_and(|end| end > now) && begun("nbf") && begun("iat")
}

fn has_scope(claims: &Map<String, Value>, wanted: &[String]) -> bool {
    let granted = claims.get("scope").or_else(|| claims.get("scp"));
    let has = |scope: &String| match granted {
        Some(Value::String(text)) => text.split(' ').any(|it| it == scope),
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).any(|it| it == scope),
        _ => false,
    };
    wanted.iter().any(has)
}

/// Claims as a function gets them: all texts, lists as `[a b]`. Observed, not documented.
pub fn flatten(claims: &Map<String, Value>) -> Map<String, Value> {
    claims.iter().map(|(name, value)| (name.clone(), Value::String(flat(value)))).collect()
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(members) => format!("[{}]", members.iter().map(flat).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}:{}", flat(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}
