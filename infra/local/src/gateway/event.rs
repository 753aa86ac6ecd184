//! HTTP into an event of payload version 2.0.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use super::jwt::flatten;
use super::routes::Match;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{HeaderMap, header};
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// What is known of a request beside HTTP itself.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The id in every log line and problem document.
    pub request_id: String,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// Who sent it.
    pub source: IpAddr,
    /// The AWS account of the API.
    pub account: String,
}

/// Whoever the authorizer let in.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// The claims of the token.
    pub claims: Map<String, Value>,
    /// The scopes of the route; none when it asks for none.
    pub scopes: Vec<String>,
}

/// The event for a function.
pub fn event(parts: &Parts, body: &Bytes, found: &Match<'_>, caller: Option<&Caller>, exchange: &Exchange) -> Value {
    let query = parts.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.key(),
        "rawPath": parts.uri.path(),
        "rawQueryString": query,
        "headers": headers(&parts.headers),
        "requestContext": context(parts, found, caller, exchange),
        "isBase64Encoded": false,
    });
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = Value::Object(parameters(query));
    }
    if !found.parameters.is_empty() {
        event["pathParameters"] = json!(found.parameters);
    }
    if !body.is_empty() {
        let (text, encoded) = encode(&parts.headers, body);
        event["body"] = Value::String(text);
        event["isBase64Encoded"] = Value::Bool(encoded);
    }
    event
}

fn context(parts: &Parts, found: &Match<'_>, caller: Option<&Caller>, exchange: &Exchange) -> Value {
    let host = text(&parts.headers, header::HOST.as_str()).unwrap_or_default();
    let domain = host.split(':').next().unwrap_or_default();
    let mut context = json!({
        "accountId": exchange.account,
        "apiId": "local",
        "domainName": domain,
        "domainPrefix": domain.split('.').next(),
        "http": {
            "method": parts.method.as_str(),
            "path": parts.uri.path(),
            "protocol": format!("{:?}", parts.version),
            "sourceIp": exchange.source.to_string(),
            "userAgent": text(&parts.headers, header::USER_AGENT.as_str()).unwrap_or_default(),
        },
        "requestId": exchange.request_id,
        "routeKey": found.key(),
        "stage": "$default",
        "time": exchange.at.format("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": exchange.at.timestamp_millis(),
    });
    if let Some(caller) = caller {
        let scopes = if caller.scopes.is_empty() { Value::Null } else { json!(caller.scopes) };
        context["authorizer"] = json!({"jwt": {"claims": flatten(&caller.claims), "scopes": scopes}});
    }
    context
}

/// Names in lower case, repeated headers joined by commas; cookies travel on their own.
fn headers(all: &HeaderMap) -> Map<String, Value> {
    let names = all.keys().filter(|name| *name != header::COOKIE);
    names.map(|name| (name.as_str().to_owned(), Value::String(text(all, name.as_str()).unwrap_or_default()))).collect()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> =
        headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(';'))
        .map(|cookie| cookie.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect()
}

/// Decoded, a repeated parameter joined by commas.
fn parameters(query: &str) -> Map<String, Value> {
    let mut joined = Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match joined.get_mut(name.as_ref()) {
            Some(Value::String(before)) => {
                before.push(',');
                before.push_str(&value);
            }
            _ => {
                joined.insert(name.into_owned(), Value::String(value.into_owned()));
            }
        }
    }
    joined
}

/// What counts as text travels as text. Forms do not, which surprises people on AWS too.
fn encode(headers: &HeaderMap, body: &Bytes) -> (String, bool) {
    let kind = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_else(|| "text/plain".to_owned());
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let textual = kind.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&kind.as_str());
    match std::str::from_utf8(body) {
        Ok(text) if textual => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    }
}
