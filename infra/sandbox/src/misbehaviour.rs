//! How an imitation goes wrong on request: which way, where, and how often.

use std::{future::Future, time::Duration};

use axum::{
    body::{Body, to_bytes},
    response::{Html, IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};

/// The ways to go wrong that are no error of an API: late, cut off, or not the provider that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// 503 with an HTML body, as a load balancer answers.
    Unavailable,
    /// The right answer, late.
    Slow,
    /// The request is done, and its answer is cut off in the middle.
    Malformed,
    /// The request is done, and the answer is 504 with an HTML body.
    CommitThenTimeout,
}

/// The ways of one provider.
pub trait Way: Copy {
    /// The outage that it is; `None`: an error in the provider's own envelope.
    fn outage(self) -> Option<Outage>;
}

/// What the requests to one provider ask for.
pub trait Place: PartialEq {
    /// Whether it is a page for people, which only faults of its own hit.
    fn is_consent(&self) -> bool {
        false
    }
}

/// One misbehaviour: which way, where, and how often; and the details of an error of this provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault<W, P, D> {
    /// The way.
    pub fault: W,
    /// Only requests of this kind; `None`: all requests to the provider except the consent page.
    pub on: Option<P>,
    /// How many matching requests go well before the first one fails.
    #[serde(default)]
    pub after: u32,
    /// How many requests fail; `None`: all until reset.
    pub count: Option<u32>,
    /// For a slow answer, in milliseconds.
    #[serde(default = "two_seconds")]
    pub delay_ms: u64,
    /// What an error in the provider's own envelope says.
    #[serde(flatten)]
    pub detail: D,
}

fn two_seconds() -> u64 {
    2_000
}

impl<W: Way, P: Place, D: Default> Fault<W, P, D> {
    /// Goes wrong on every request to the provider until reset.
    pub fn always(fault: W) -> Self {
        Self { fault, on: None, after: 0, count: None, delay_ms: two_seconds(), detail: D::default() }
    }

    /// Only requests of this kind.
    #[must_use]
    pub fn on(self, place: impl Into<P>) -> Self {
        Self { on: Some(place.into()), ..self }
    }

    /// Only so many requests.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }

    /// Lets so many matching requests go well first.
    #[must_use]
    pub fn after(self, requests: u32) -> Self {
        Self { after: requests, ..self }
    }

    fn matches(&self, place: &P) -> bool {
        self.on.as_ref().map_or(!place.is_consent(), |on| on == place)
    }
}

/// The fault that a request meets, if any; it is used up by one. The first one that matches is taken.
pub(crate) fn take<W, P, D>(faults: &mut Vec<Fault<W, P, D>>, place: &P) -> Option<Fault<W, P, D>>
where
    W: Way,
    P: Place + Clone,
    D: Clone + Default,
{
    let at = faults.iter_mut().position(|fault| {
        let due = fault.matches(place) && fault.after == 0 && fault.count != Some(0);
        if fault.matches(place) {
            fault.after = fault.after.saturating_sub(1);
        }
        due
    })?;
    let fault = &mut faults[at];
    fault.count = fault.count.map(|left| left.saturating_sub(1));
    let taken = fault.clone();
    faults.retain(|fault| fault.count != Some(0));
    Some(taken)
}

/// The answer, as an outage has it. An error in the provider's own envelope is up to `answer`.
pub(crate) async fn around<W: Way, P, D>(
    fault: Option<&Fault<W, P, D>>,
    answer: impl Future<Output = Response>,
) -> Response {
    let outage = fault.and_then(|fault| Some((fault.fault.outage()?, fault.delay_ms)));
    match outage {
        None => answer.await,
        Some((Outage::Unavailable, _)) => balancer(StatusCode::SERVICE_UNAVAILABLE),
        Some((Outage::Slow, delay_ms)) => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            answer.await
        }
        Some((Outage::Malformed, _)) => with_body(answer.await, |whole| whole.slice(..whole.len() / 2).into()).await,
        Some((Outage::CommitThenTimeout, _)) => {
            // Done and thrown away: whoever asked does not learn of it.
            let _answer = answer.await;
            balancer(StatusCode::GATEWAY_TIMEOUT)
        }
    }
}

/// The same answer with another body, complete for HTTP.
pub(crate) async fn with_body(response: Response, change: impl FnOnce(axum::body::Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, change(whole))
}

/// What a load balancer answers in the provider's place.
fn balancer(status: StatusCode) -> Response {
    let page = format!(
        "<!DOCTYPE html><html lang=en><title>{status}</title><h1>{status}</h1>\
         <p>The server is temporarily unable to answer. Please try again later.</html>"
    );
    (status, Html(page)).into_response()
}
