//! The door of Google: counts every request and lets the next fault have it.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::header;

use super::{
    Fault, FaultKind, PathKind,
    errors::{ApiError, TokenError},
};
use crate::{Sandbox, misbehaviour};

pub(crate) async fn enter(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let Some(kind) = PathKind::of(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    let fault = sandbox.note(|state| {
        state.counters.count(kind);
        misbehaviour::take(&mut state.switches.faults, &kind)
    });
    match fault.as_ref().and_then(|fault| refusal(fault, kind)) {
        Some(refusal) => refusal,
        None => misbehaviour::around(fault.as_ref(), next.run(request)).await,
    }
}

/// The error that the fault is, if it is one in Google's envelope.
fn refusal(fault: &Fault, kind: PathKind) -> Option<Response> {
    let error = match fault.fault {
        FaultKind::Throttle => ApiError::throttled(),
        FaultKind::TooManyRequests => ApiError::too_many_requests(),
        FaultKind::ServerError => ApiError::backend(),
        FaultKind::Unauthorized => ApiError::unauthenticated(),
        FaultKind::SyncTokenExpired => ApiError::full_sync_required(),
        FaultKind::Unavailable | FaultKind::Slow | FaultKind::Malformed | FaultKind::CommitThenTimeout => return None,
    };
    let is_told_when = error.status == 429;
    // The token and revocation endpoints have their own envelope (RFC 6749 §5.2).
    let refusal = match kind {
        PathKind::Token | PathKind::Revoke => TokenError::from_fault(error.status).into_response(),
        _ => error.into_response(),
    };
    let retry_after = [(header::RETRY_AFTER, fault.detail.retry_after_seconds.to_string())];
    Some(if is_told_when { (retry_after, refusal).into_response() } else { refusal })
}
