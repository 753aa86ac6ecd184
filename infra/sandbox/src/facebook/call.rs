//! One request to the Graph API, read.

use axum::{body::to_bytes, extract::Request};
use http::{HeaderMap, Method, header};
use serde_json::Value;

use super::versions;

/// Bodies are parameters only.
const LONGEST_BODY: usize = 1_000_000;

/// A request: what is asked for, and with which parameters.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// As the path names it.
    pub(crate) version: Option<String>,
    /// What follows the version.
    pub(crate) path: Vec<String>,
    params: Vec<(String, String)>,
    bearer: Option<String>,
}

impl Call {
    pub(crate) async fn read(request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let mut path = segments(parts.uri.path());
        let version = path.first().filter(|first| versions::is_version(first)).cloned();
        path.drain(..usize::from(version.is_some()));
        let mut params = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        // A body that cannot be read has no parameters; what is missing is said then.
        let body = to_bytes(body, LONGEST_BODY).await.unwrap_or_default();
        params.extend(parameters_of_body(&parts.headers, &body));
        Self { method: parts.method, version, path, params, bearer: bearer(&parts.headers) }
    }

    /// The value of a parameter; the last one counts.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.params.iter().rev().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter that may be repeated has this value.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.params.iter().any(|(key, one)| key == name && one == value)
    }

    /// The access token: a parameter, or a header.
    pub(crate) fn token(&self) -> Option<&str> {
        self.one("access_token").or(self.bearer.as_deref())
    }

    /// The parameters but these, and without what proves the app secret: for the address of the next page.
    pub(crate) fn params_without(&self, names: &[&str]) -> Vec<(&str, &str)> {
        let kept = self.params.iter().filter(|(key, _)| !names.contains(&key.as_str()));
        kept.map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    /// The word for the method in messages.
    pub(crate) fn verb(&self) -> &'static str {
        match self.method {
            Method::POST => "post",
            Method::DELETE => "delete",
            _ => "get",
        }
    }
}

fn segments(path: &str) -> Vec<String> {
    let path = path.strip_prefix("/facebook/").unwrap_or_default();
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("OAuth ")).map(str::to_owned)
}

/// A form, or a JSON object whose members are the parameters.
fn parameters_of_body(headers: &HeaderMap, body: &[u8]) -> Vec<(String, String)> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return pairs(body);
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else { return Vec::new() };
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    members.into_iter().map(|(name, value)| (name, text(value))).collect()
}
