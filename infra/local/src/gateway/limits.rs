//! Quotas of HTTP APIs and Lambda that a request can run into.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>

use http::request::Parts;
use std::time::Duration;

/// The longest that a function may take behind the gateway.
pub(super) const INTEGRATION: Duration = Duration::from_secs(30);

/// The largest body of a request.
pub(super) const BODY: usize = 10 * 1024 * 1024;

/// The largest event and the largest answer of a function: Lambda's limit, which binds first.
pub(super) const PAYLOAD: usize = 6 * 1024 * 1024;

/// The request line and the headers together.
const HEAD: usize = 10_240;

/// Whether the request line and the headers are too long.
pub(super) fn head_too_large(parts: &Parts) -> bool {
    let target = parts.uri.path_and_query().map_or(1, |target| target.as_str().len());
    // `METHOD target HTTP/1.1` and `name: value`, each with its line break.
    let line = parts.method.as_str().len() + target + 12;
    let headers: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    line + headers > HEAD
}
