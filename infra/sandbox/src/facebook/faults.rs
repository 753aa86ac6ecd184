//! Misbehaviour that is no error of the Graph API: late, cut off, or not Facebook that answers.

use std::{future::Future, time::Duration};

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

use super::switches::{CallFault, CallFaultKind};
use crate::faults::cut_off;

/// The answer, as the fault has it.
pub(crate) async fn around(fault: Option<&CallFault>, answer: impl Future<Output = Response>) -> Response {
    let Some(fault) = fault else { return answer.await };
    match fault.fault {
        CallFaultKind::Error => answer.await,
        CallFaultKind::Slow => {
            tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
            answer.await
        }
        CallFaultKind::Malformed => cut_off(answer.await).await,
        CallFaultKind::CommitThenTimeout => {
            // Done and thrown away: whoever asked does not learn of it.
            let _answer = answer.await;
            (StatusCode::GATEWAY_TIMEOUT, Html(SORRY)).into_response()
        }
        CallFaultKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, Html(SORRY)).into_response(),
    }
}

const SORRY: &str = "<!DOCTYPE html><html lang=en><title>Error</title><h1>Sorry, something went wrong.</h1>\
    <p>We're working on it and we'll get it fixed as soon as we can.</p></html>";
