//! Answers in the shape of API Gateway's payload 2.0, made once per instance.

use crate::assets::{Asset, Kind};
use serde_json::{Map, Value, json};
use shared::digest::sha256_hex;
use shared::entry::Problem;
use std::borrow::Cow;

/// The Content-Security-Policy of the page: everything from here, and the sign-in service to talk to.
pub(crate) struct Policy(String);

impl Policy {
    /// A policy that lets the page call these origins besides its own.
    pub(crate) fn new(sign_in_origins: &[String]) -> Self {
        let origins = sign_in_origins.join(" ");
        Self(format!(
            "default-src 'self'; connect-src 'self' {origins}; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'"
        ))
    }
}

/// One file with its headers, ready to be sent.
pub(crate) struct Answer {
    headers: Map<String, Value>,
    body: Cow<'static, str>,
    tag: String,
}

impl Answer {
    /// Prepares a file. Its entity tag is a digest of its content, so it changes exactly when the content does.
    pub(crate) fn new(asset: Asset, policy: &Policy) -> Self {
        let tag = format!("\"{}\"", &sha256_hex(asset.body.as_bytes())[..32]);
        let mut headers = security();
        headers.insert("content-security-policy".into(), json!(policy.0));
        headers.insert("content-type".into(), json!(asset.kind.content_type()));
        headers.insert("cache-control".into(), json!(cache_control(asset.kind)));
        headers.insert("cross-origin-opener-policy".into(), json!(opener_policy(asset.path)));
        headers.insert("etag".into(), json!(tag));
        Self { headers, body: asset.body, tag }
    }

    /// The answer to a browser that has `known` already.
    pub(crate) fn to(&self, known: Option<&str>) -> Value {
        if known.is_some_and(|tags| self.is_among(tags)) {
            return event(304, &self.headers, "");
        }
        event(200, &self.headers, &self.body)
    }

    /// `If-None-Match` compares weakly (RFC 9110 §13.1.2); proxies that compress weaken the tag.
    fn is_among(&self, tags: &str) -> bool {
        tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.tag)
    }
}

/// A problem document.
pub(crate) fn problem(problem: &Problem, request_id: &str) -> Value {
    let mut headers = security();
    headers.insert("content-type".into(), json!("application/problem+json"));
    headers.insert("cache-control".into(), json!("no-store"));
    event(problem.status, &headers, &problem.document(request_id).to_string())
}

fn event(status: u16, headers: &Map<String, Value>, body: &str) -> Value {
    json!({ "statusCode": status, "headers": headers, "body": body, "isBase64Encoded": false })
}

fn security() -> Map<String, Value> {
    let mut headers = Map::new();
    headers.insert("x-content-type-options".into(), json!("nosniff"));
    headers.insert("referrer-policy".into(), json!("no-referrer"));
    headers
}

/// The modules import each other, so after a deployment all of them must be new at once: each is asked for again,
/// which costs a 304. Icons stand alone.
fn cache_control(kind: Kind) -> &'static str {
    match kind {
        Kind::Svg => "public, max-age=86400",
        Kind::Html | Kind::Css | Kind::Script | Kind::Json => "no-cache",
    }
}

/// The page keeps the popups it opens. The page in which such a popup ends must not cut itself off from its opener,
/// or it could not be closed: a popup is kept only as long as every page in it has no policy of its own.
fn opener_policy(path: &str) -> &'static str {
    if path == "/assets/return.html" { "unsafe-none" } else { "same-origin-allow-popups" }
}
