//! CORS as an HTTP API does it: the gateway answers preflights itself and overrules what functions say.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>

use crate::template::Cors;
use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

/// Whether a request only asks what it may do.
pub(super) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight. An origin that is not allowed gets one without permissions.
pub(super) fn preflight(cors: &Cors, headers: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if allow(cors, headers, response.headers_mut()) {
        let answer = response.headers_mut();
        list(answer, header::ACCESS_CONTROL_ALLOW_METHODS, &cors.methods);
        list(answer, header::ACCESS_CONTROL_ALLOW_HEADERS, &cors.headers);
        if let Some(seconds) = cors.max_age {
            answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(seconds));
        }
    }
    response
}

/// Puts the permissions on an answer, errors of the gateway included.
pub(super) fn apply(cors: &Cors, request: &HeaderMap, response: &mut Response<Body>) {
    let answer = response.headers_mut();
    let foreign: Vec<_> = answer.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
    for name in foreign {
        answer.remove(name);
    }
    if allow(cors, request, answer) {
        list(answer, header::ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose);
    }
}

fn allow(cors: &Cors, request: &HeaderMap, answer: &mut HeaderMap) -> bool {
    let Some(origin) = request.get(header::ORIGIN) else { return false };
    let any = cors.origins.iter().any(|allowed| allowed == "*");
    let named = origin.to_str().is_ok_and(|origin| cors.origins.iter().any(|allowed| allowed == origin));
    if !any && !named {
        return false;
    }
    let allowed = if any { HeaderValue::from_static("*") } else { origin.clone() };
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    if cors.credentials {
        answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    true
}

fn list(answer: &mut HeaderMap, name: http::HeaderName, values: &[String]) {
    if values.is_empty() {
        return;
    }
    if let Ok(value) = HeaderValue::from_str(&values.join(",")) {
        answer.insert(name, value);
    }
}
