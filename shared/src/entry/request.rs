//! A request as an endpoint sees it: parsed, limited, with the caller already verified.

use crate::api::routes::Route;
use crate::entry::caller::Caller;
use crate::entry::problem::Problem;
use crate::store::RequestName;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::ids::{AppointmentId, ProviderSlug, ResourceId};
use http::{HeaderMap, HeaderName, HeaderValue};
use providers::Delivery;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest body that is read, in bytes.
pub const LONGEST_BODY: usize = 256 * 1024;
/// The longest delivery of a provider: a thousand leads with their answers. API Gateway takes 10 MB, and Lambda 6.
const LONGEST_DELIVERY: usize = 4 * 1024 * 1024;

/// A request.
pub struct Request {
    pub(super) caller: Option<Caller>,
    path: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    duplicated: bool,
    route: String,
    /// The route as it is declared.
    key: String,
    headers: HeaderMap,
    body: Vec<u8>,
    content_type: Option<String>,
    idempotency_key: Option<String>,
    /// The invocation's id.
    pub request_id: String,
    /// When the invocation is cut off.
    pub deadline: DateTime<Utc>,
}

impl Request {
    /// Reads an API Gateway v2 event; a problem for what cannot be understood.
    pub(super) fn read(event: &Value, request_id: &str, deadline: DateTime<Utc>) -> Result<Self, Problem> {
        let header = |name: &str| event.pointer(&format!("/headers/{name}")).and_then(Value::as_str);
        let (query, duplicated) = query(event);
        Ok(Self {
            caller: None,
            path: path_parameters(event),
            query,
            duplicated,
            route: called_route(event),
            key: event.get("routeKey").and_then(Value::as_str).unwrap_or_default().to_owned(),
            headers: headers(event),
            body: body(event)?,
            content_type: header("content-type").map(str::to_owned),
            idempotency_key: idempotency_key(header("idempotency-key"))?,
            request_id: request_id.to_owned(),
            deadline,
        })
    }

    /// The verified member. Endpoints that anybody may call have none.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(Problem::unauthenticated)
    }

    /// A parameter of the path.
    pub fn path(&self, name: &str) -> Result<&str, Problem> {
        self.path.get(name).map(String::as_str).ok_or_else(|| Problem::not_found("resource"))
    }

    /// The appointment in the path; one that cannot exist is not found.
    pub fn appointment(&self) -> Result<AppointmentId, Problem> {
        AppointmentId::parse(self.path("id")?).map_err(|_| Problem::not_found("appointment"))
    }

    /// It as a delivery of a provider: headers and body as they came.
    pub fn delivery(&self) -> Delivery<'_> {
        Delivery { headers: &self.headers, body: &self.body }
    }

    /// Whether it was called by this route.
    pub fn is(&self, route: &Route) -> bool {
        self.key.split_once(' ') == Some((route.method, route.path))
    }

    /// The provider in the path.
    pub fn provider(&self) -> Result<ProviderSlug, Problem> {
        ProviderSlug::parse(self.path("provider")?).map_err(|_| Problem::not_found("provider"))
    }

    /// A parameter of the query; an empty one counts as absent.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Refuses parameters that the endpoint does not know.
    pub fn only_query(&self, known: &[&str]) -> Result<(), Problem> {
        if self.duplicated {
            return Err(Problem::bad_request("A parameter of the query is there twice."));
        }
        match self.query.keys().find(|name| !known.contains(&name.as_str())) {
            Some(_) => Err(Problem::bad_request("The query has a parameter that is not known here.")),
            None => Ok(()),
        }
    }

    /// The whole query; `None` when a parameter is there twice.
    pub fn single_query(&self) -> Option<&BTreeMap<String, String>> {
        (!self.duplicated).then_some(&self.query)
    }

    /// Refuses a body where none is read. An empty JSON object is let through.
    pub fn no_body(&self) -> Result<(), Problem> {
        match self.body.trim_ascii() {
            b"" | b"{}" => Ok(()),
            _ => Err(Problem::bad_request("This request takes no body.")),
        }
    }

    /// The JSON body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let json = self.content_type.as_deref().is_none_or(|kind| kind.to_ascii_lowercase().contains("json"));
        if !json {
            return Err(Problem::new(415, "unsupported_media_type", "The body must be JSON.")
                .remedy("Send JSON with the content type application/json."));
        }
        // A list would be taken for a structure, field by field.
        if !self.body.trim_ascii_start().starts_with(b"{") {
            return Err(Problem::bad_request("The body must be a JSON object."));
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            // The path names fields of ours; the value itself is not repeated, it may be a secret.
            Problem::bad_request(format!("The body cannot be read (at `{}`).", safe_path(&error.path().to_string())))
        })?;
        reader.end().map_err(|_| Problem::bad_request("The body has something after its JSON."))?;
        Ok(value)
    }

    /// By what the request is recognised when it is repeated, if it has an `Idempotency-Key`.
    pub fn name(&self) -> Result<Option<RequestName>, Problem> {
        let Some(key) = &self.idempotency_key else { return Ok(None) };
        let caller = self.caller()?;
        Ok(Some(RequestName::new(&caller.account, &caller.member, &self.route, key, &self.body)))
    }

    /// `limit` of a list: 1 to `most`, `default` when absent.
    pub fn limit(&self, default: usize, most: usize) -> Result<usize, Problem> {
        match self.query("limit").map(str::parse::<usize>) {
            None => Ok(default),
            Some(Ok(limit)) if (1..=most).contains(&limit) => Ok(limit),
            Some(_) => Err(Problem::bad_request(format!("`limit` must be a number from 1 to {most}."))),
        }
    }

    /// The id of a resource in the query.
    pub fn resource(&self, name: &str) -> Result<Option<ResourceId>, Problem> {
        let resource = self.query(name).map(ResourceId::parse).transpose();
        resource.map_err(|_| Problem::bad_request(format!("`{name}` must be the id of something that can be chosen.")))
    }

    /// An RFC 3339 instant of the query.
    pub fn instant(&self, name: &str) -> Result<Option<DateTime<Utc>>, Problem> {
        let Some(text) = self.query(name) else { return Ok(None) };
        let bad = || Problem::bad_request(format!("`{name}` must be an RFC 3339 time such as 2026-11-22T09:00:00Z."));
        let instant = DateTime::parse_from_rfc3339(text).map_err(|_| bad())?.to_utc();
        let years = 1970..=2200;
        if years.contains(&chrono::Datelike::year(&instant)) { Ok(Some(instant)) } else { Err(bad()) }
    }
}

fn safe_path(path: &str) -> String {
    path.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '[' | ']')).take(80).collect()
}

fn path_parameters(event: &Value) -> BTreeMap<String, String> {
    let parameters = event.get("pathParameters").and_then(Value::as_object);
    parameters
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// The headers, whose names the gateway has made lower-case; what is no header is left out.
fn headers(event: &Value) -> HeaderMap {
    let all = event.get("headers").and_then(Value::as_object).into_iter().flatten();
    all.filter_map(|(name, value)| {
        Some((HeaderName::try_from(name.as_str()).ok()?, HeaderValue::from_str(value.as_str()?).ok()?))
    })
    .collect()
}

/// Method and path as called.
fn called_route(event: &Value) -> String {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", text("/requestContext/http/method"), text("/rawPath"))
}

/// Parses `rawQueryString` itself: the event's own map joins duplicates by commas.
fn query(event: &Value) -> (BTreeMap<String, String>, bool) {
    let raw = event.get("rawQueryString").and_then(Value::as_str).unwrap_or_default();
    let (mut query, mut duplicated) = (BTreeMap::new(), false);
    for (name, value) in url::form_urlencoded::parse(raw.as_bytes()) {
        duplicated |= query.insert(name.into_owned(), value.into_owned()).is_some();
    }
    (query, duplicated)
}

fn body(event: &Value) -> Result<Vec<u8>, Problem> {
    let text = event.get("body").and_then(Value::as_str).unwrap_or_default();
    let longest = longest_of(event);
    if text.len() > longest.div_ceil(3) * 4 {
        return Err(body_too_large());
    }
    let bytes = if event.get("isBase64Encoded").and_then(Value::as_bool) == Some(true) {
        STANDARD.decode(text).map_err(|_| Problem::bad_request("The body cannot be read."))?
    } else {
        text.as_bytes().to_vec()
    };
    if bytes.len() > longest {
        return Err(body_too_large());
    }
    Ok(bytes)
}

fn longest_of(event: &Value) -> usize {
    let route = event.get("routeKey").and_then(Value::as_str).unwrap_or_default();
    if route.starts_with("POST /webhooks/") { LONGEST_DELIVERY } else { LONGEST_BODY }
}

fn body_too_large() -> Problem {
    Problem::new(413, "body_too_large", "The body is too large.").remedy("Send at most 256 KiB.")
}

fn idempotency_key(header: Option<&str>) -> Result<Option<String>, Problem> {
    match header {
        None => Ok(None),
        Some(key) if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(Some(key.to_owned()))
        }
        Some(_) => Err(Problem::bad_request("`Idempotency-Key` must be 1 to 255 visible ASCII characters.")),
    }
}
