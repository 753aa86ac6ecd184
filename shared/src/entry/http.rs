//! The HTTP adapter: API Gateway v2 event in, answer or problem document out, one log line.

use crate::api::routes::{Access, Route};
use crate::clock::SharedClock;
use crate::entry::caller::{Caller, ClaimNames, caller};
use crate::entry::function::{Function, FunctionError, Invocation, Setup};
use crate::entry::log::{Level, Log};
use crate::entry::problem::Problem;
use crate::entry::request::Request;
use crate::usecases::Answered;
use async_trait::async_trait;
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::future::Future;
use std::sync::Arc;

/// The code of a provider's own failure, which the template's filters know too.
const PROVIDER_UNAVAILABLE: &str = "provider_unavailable";

/// How long before Lambda's deadline a request is given up.
const LAST_WORD: TimeDelta = TimeDelta::seconds(1);

/// What an endpoint answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    status: u16,
    headers: Map<String, Value>,
    body: Option<Value>,
    outcome: &'static str,
}

impl Reply {
    /// A JSON answer.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_value(body).map_err(|error| Problem::internal(format!("answer: {error}")))?;
        Ok(Self::value(status, body))
    }

    /// A JSON answer that is made already.
    pub fn value(status: u16, body: Value) -> Self {
        let mut headers = Map::new();
        headers.insert("content-type".into(), json!("application/json"));
        headers.insert("cache-control".into(), json!("no-store"));
        Self { status, headers, body: Some(body), outcome: "ok" }
    }

    /// Plain text, word for word.
    pub fn text(body: String) -> Self {
        let mut headers = Map::new();
        headers.insert("content-type".into(), json!("text/plain"));
        headers.insert("cache-control".into(), json!("no-store"));
        Self { status: 200, headers, body: Some(Value::String(body)), outcome: "ok" }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Map::new(), body: None, outcome: "ok" }
    }

    /// An answer that was remembered or made already; without a body where its status has none.
    pub fn answered(answered: Answered) -> Self {
        let reply = Self::value(answered.status, answered.body);
        if answered.status == 204 { Self { body: None, ..reply } } else { reply }
    }

    /// Sends the browser on, leaving nothing behind in caches or `Referer` (RFC 9700 §4.2).
    pub fn see_other(location: &str) -> Self {
        let mut headers = Map::new();
        headers.insert("location".into(), json!(location));
        headers.insert("cache-control".into(), json!("no-store"));
        headers.insert("referrer-policy".into(), json!("no-referrer"));
        Self { status: 303, headers, body: None, outcome: "ok" }
    }

    /// The outcome's name in the log, where the answer does not tell it.
    #[must_use]
    pub fn told_as(self, outcome: &'static str) -> Self {
        Self { outcome, ..self }
    }

    fn problem(problem: &Problem, request_id: &str) -> Self {
        let mut reply = Self::value(problem.status, problem.document(request_id));
        reply.headers.insert("content-type".into(), json!("application/problem+json"));
        reply
    }

    fn into_event(self) -> Value {
        json!({
            "statusCode": self.status,
            "headers": self.headers,
            "body": self.body.map(written).unwrap_or_default(),
            "isBase64Encoded": false,
        })
    }
}

/// A text is sent word for word, everything else as JSON.
fn written(body: Value) -> String {
    match body {
        Value::String(text) => text,
        body => body.to_string(),
    }
}

/// Makes a function of an endpoint. The caller and the role are checked before `handler` sees anything. A function
/// that answers several routes names them all; the event's `routeKey` tells which one was called.
pub fn serve<H, F>(setup: &Setup, routes: &'static [Route], handler: H) -> Arc<dyn Function>
where
    H: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Reply, Problem>> + Send + 'static,
{
    let log = setup.log.clone().timed_by(Arc::clone(&setup.clock));
    let for_members = routes.iter().any(|route| route.access != Access::Public);
    let claims = for_members.then(|| ClaimNames::from_vars(&setup.vars));
    Arc::new(Http { routes, claims, log, clock: Arc::clone(&setup.clock), handler })
}

struct Http<H> {
    routes: &'static [Route],
    /// None where every route is public.
    claims: Option<ClaimNames>,
    log: Log,
    clock: SharedClock,
    handler: H,
}

#[async_trait]
impl<H, F> Function for Http<H>
where
    H: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Reply, Problem>> + Send + 'static,
{
    async fn invoke(&self, event: Value, invocation: Invocation) -> Result<Value, FunctionError> {
        let started = self.clock.now();
        let route = self.route(&event);
        let log = invocation.on(&self.log).with("fn", route.function);
        let (log, outcome) = self.answer(route, &event, &invocation, log).await;
        let took = (self.clock.now() - started).num_milliseconds();
        let reply = match outcome {
            Ok(reply) => {
                log.write(
                    Level::Info,
                    route.function,
                    reply.outcome,
                    &[("status", json!(reply.status)), ("dur_ms", json!(took))],
                );
                reply
            }
            Err(problem) => {
                let level = level(&problem);
                let mut fields = vec![("status", json!(problem.status)), ("dur_ms", json!(took))];
                fields.extend(problem.cause.as_ref().map(|cause| ("cause", json!(cause))));
                log.write(level, route.function, problem.code, &fields);
                Reply::problem(&problem, &invocation.request_id)
            }
        };
        Ok(reply.into_event())
    }
}

/// A provider that does not answer is worth a look and no mistake of ours: our-errors and the canaries leave it out.
fn level(problem: &Problem) -> Level {
    match problem.status {
        _ if problem.code == PROVIDER_UNAVAILABLE => Level::Warn,
        500.. => Level::Error,
        _ => Level::Info,
    }
}

impl<H, F> Http<H>
where
    H: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Reply, Problem>> + Send + 'static,
{
    fn route(&self, event: &Value) -> &'static Route {
        let key = event.get("routeKey").and_then(Value::as_str).unwrap_or_default();
        let called = |route: &&Route| key.split_once(' ') == Some((route.method, route.path));
        self.routes.iter().find(called).unwrap_or(&self.routes[0])
    }

    fn caller(&self, event: &Value) -> Result<Caller, Problem> {
        caller(event, self.claims.as_ref().ok_or_else(Problem::unauthenticated)?)
    }

    /// An answer of ours before Lambda cuts the invocation off with none.
    async fn in_time(&self, answer: F, invocation: &Invocation) -> Result<Reply, Problem> {
        let left = (invocation.deadline - self.clock.now() - LAST_WORD).to_std().unwrap_or_default();
        match tokio::time::timeout(left, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(Problem::unavailable("out of time")),
        }
    }

    async fn answer(
        &self,
        route: &Route,
        event: &Value,
        invocation: &Invocation,
        log: Log,
    ) -> (Log, Result<Reply, Problem>) {
        let caller = match route.access {
            Access::Public => None,
            Access::Member | Access::Admin => match self.caller(event) {
                Ok(caller) => Some(caller),
                Err(problem) => return (log, Err(problem)),
            },
        };
        let log = caller.iter().fold(log, |log, caller| log.with("account_id", caller.account.as_str()));
        if route.access == Access::Admin && !caller.as_ref().is_some_and(|caller| caller.can_manage) {
            return (log, Err(Problem::unauthorized_access()));
        }
        let outcome = match Request::read(event, &invocation.request_id, invocation.deadline) {
            Ok(mut request) => {
                request.caller = caller;
                self.in_time((self.handler)(request), invocation).await
            }
            Err(problem) => Err(problem),
        };
        (log, outcome)
    }
}
