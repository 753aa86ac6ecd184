//! Misbehaviour at the door: counts every request to the provider and lets the next fault have it.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http::{StatusCode, header};

use crate::{
    Fault, FaultKind, PathKind, Sandbox,
    google::errors::{ApiError, TokenError},
};

pub(crate) async fn apply(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let Some(kind) = PathKind::of(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    let fault = sandbox.note(|state| {
        state.counters.count(kind);
        state.switches.take(kind)
    });
    match fault {
        None => next.run(request).await,
        Some(fault) => misbehave(&fault, kind, request, next).await,
    }
}

async fn misbehave(fault: &Fault, kind: PathKind, request: Request, next: Next) -> Response {
    match fault.fault {
        FaultKind::Slow => {
            tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
            next.run(request).await
        }
        FaultKind::Malformed => cut_off(next.run(request).await).await,
        FaultKind::CommitThenTimeout => {
            // Done and thrown away: whoever asked does not learn of it.
            let _answer = next.run(request).await;
            (StatusCode::GATEWAY_TIMEOUT, Html(TIMEOUT)).into_response()
        }
        FaultKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, Html(UNAVAILABLE)).into_response(),
        FaultKind::TooManyRequests => {
            let retry_after = [(header::RETRY_AFTER, fault.retry_after_seconds.to_string())];
            (retry_after, error(kind, ApiError::too_many_requests())).into_response()
        }
        FaultKind::Throttle => error(kind, ApiError::throttled()),
        FaultKind::ServerError => error(kind, ApiError::backend()),
        FaultKind::Unauthorized => error(kind, ApiError::unauthenticated()),
        FaultKind::SyncTokenExpired => error(kind, ApiError::full_sync_required()),
    }
}

/// The token and revocation endpoints have their own envelope (RFC 6749 §5.2).
fn error(kind: PathKind, error: ApiError) -> Response {
    match kind {
        PathKind::Token | PathKind::Revoke => TokenError::from_fault(error.status).into_response(),
        _ => error.into_response(),
    }
}

/// The first half of the body, complete for HTTP and broken as JSON.
pub(crate) async fn cut_off(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(whole.slice(..whole.len() / 2)))
}

const UNAVAILABLE: &str = "<!DOCTYPE html><html lang=en><title>Error 503 (Service Unavailable)</title>\
    <p><b>503.</b> That's an error.<p>The server is temporarily unable to service your request.</html>";

const TIMEOUT: &str = "<!DOCTYPE html><html lang=en><title>Error 504 (Gateway Timeout)</title>\
    <p><b>504.</b> That's an error.<p>The server did not answer in time. Please try again later.</html>";
