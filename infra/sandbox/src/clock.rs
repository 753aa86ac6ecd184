//! The sandbox's time, as answers tell it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, Utc};
use http::{HeaderValue, header};

use crate::Sandbox;

/// Tells the time; the sandbox reads no other clock.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Puts the sandbox's own time into `Date` (RFC 9110 §6.6.1).
pub(crate) async fn dated(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Ok(date) = HeaderValue::from_str(&http_date(sandbox.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// RFC 9110 §5.6.7.
pub(crate) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
