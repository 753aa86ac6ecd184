//! Faults where a function meets the outside: every call to AWS and to the providers passes a plane that can kill the
//! caller at it, lose its answer, refuse it, hold it at a gate, or let something happen meanwhile.
//!
//! Nothing inside the product is replaced: the plane stands at the SDK's HTTP connector and at the providers' wire.

use super::gate::Gate;
use super::ledger::Ledger;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use bytes::Bytes;
use embedded_aws::EmbeddedAws;
use providers::http::{ReqwestWire, Wire, WireError};
use serde_json::{Value, json};
use shared::entry::Wires;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};
use tokio::sync::Notify;

/// One call that reached the plane.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The function that made it, as its access key names it (`SYNCWORKER`); empty for a call to a provider.
    pub(crate) caller: String,
    /// The operation of AWS (`PutSecretValue`), or the last step of a provider's path (`token`, `events`).
    pub(crate) op: String,
    /// What AWS was asked; nothing of what a provider was asked is kept.
    pub(crate) body: Value,
}

impl Call {
    /// Whether it is this operation.
    pub(crate) fn is(&self, op: &str) -> bool {
        self.op == op
    }

    /// Whether a provider got it.
    pub(crate) fn is_of_provider(&self) -> bool {
        self.caller.is_empty()
    }

    /// For messages: `PutSecretValue`, `provider token`.
    pub(crate) fn name(&self) -> String {
        if self.is_of_provider() { format!("provider {}", self.op) } else { self.op.clone() }
    }

    /// Whether a sync worker made it. Only sync workers call a provider while a test works by hand.
    pub(crate) fn of_worker(&self) -> bool {
        self.caller == "SYNCWORKER" || self.caller.is_empty()
    }

    /// The items that it writes to the table: their partition keys.
    pub(crate) fn writes(&self) -> Vec<String> {
        let key = |item: &Value| item["PK"]["S"].as_str().unwrap_or_default().to_owned();
        match self.op.as_str() {
            "TransactWriteItems" => {
                let actions = self.body["TransactItems"].as_array().into_iter().flatten();
                actions
                    .map(|action| [&action["Put"]["Item"], &action["Update"]["Key"], &action["Delete"]["Key"]])
                    .map(|places| places.into_iter().map(key).find(|key| !key.is_empty()).unwrap_or_default())
                    .collect()
            }
            "PutItem" => vec![key(&self.body["Item"])],
            "UpdateItem" | "DeleteItem" => vec![key(&self.body["Key"])],
            _ => vec![],
        }
    }
}

/// Makes the status and body that a call gets.
pub(crate) type Reply = Arc<dyn Fn(&Call) -> (u16, Value) + Send + Sync>;

/// What happens to a call.
#[derive(Clone)]
pub(crate) enum Fault {
    /// The caller dies before the call is sent.
    DieBefore,
    /// The call has its effect, and the caller dies before it has the answer.
    DieAfter,
    /// The call has its effect, and the answer is lost on the way.
    Lose,
    /// The call is not carried out; this status and error code come back.
    Refuse(u16, &'static str),
    /// The call is not carried out; this status and body come back.
    Reply(Reply),
    /// The call waits at the gate.
    Hold(Gate),
    /// This happens first; then the call goes on.
    Meanwhile(Arc<dyn Fn() + Send + Sync>),
}

type On = Box<dyn Fn(&Call) -> bool + Send + Sync>;

struct Rule {
    on: On,
    after: usize,
    times: usize,
    fault: Fault,
}

#[derive(Default)]
struct Inner {
    rules: Mutex<Vec<Rule>>,
    calls: Mutex<Vec<Call>>,
    met: Mutex<Vec<Call>>,
    log: Ledger,
    near: OnceLock<EmbeddedAws>,
    kept: OnceLock<&'static str>,
    deaths: Notify,
}

/// The plane. Clones share one state.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Inner>);

impl Faults {
    /// The ways out of a world's functions, through this plane.
    pub(crate) fn wires(&self) -> Wires {
        let aws = aws_smithy_http_client::Builder::new().build_http();
        Wires {
            aws: Some(SharedHttpClient::new(AwsPlane { faults: self.clone(), inner: aws })),
            providers: Some(Arc::new(ProviderPlane { faults: self.clone(), inner: ReqwestWire::new() })),
            registry: None,
        }
    }

    /// From now on AWS is asked without a network in between: thousands of cases are a matter of time.
    pub(crate) fn near(&self, aws: &EmbeddedAws) {
        // Whoever comes second has the same one.
        let _ = self.0.near.set(aws.clone());
    }

    /// From now on nothing is kept of the calls but of those of this operation: for what makes hundreds of thousands.
    pub(crate) fn keep_only(&self, op: &'static str) {
        // Whoever comes second keeps what the first one does.
        let _ = self.0.kept.set(op);
    }

    fn is_kept(&self, op: &str) -> bool {
        self.0.kept.get().is_none_or(|kept| *kept == op)
    }

    /// The next call that matches meets the fault.
    pub(crate) fn next(&self, on: impl Fn(&Call) -> bool + Send + Sync + 'static, fault: Fault) {
        self.nth(0, on, fault);
    }

    /// The call that matches after `after` others meets the fault.
    pub(crate) fn nth(&self, after: usize, on: impl Fn(&Call) -> bool + Send + Sync + 'static, fault: Fault) {
        self.rule(Rule { on: Box::new(on), after, times: 1, fault });
    }

    /// Every call that matches meets the fault, until [`Self::clear`].
    pub(crate) fn always(&self, on: impl Fn(&Call) -> bool + Send + Sync + 'static, fault: Fault) {
        self.rule(Rule { on: Box::new(on), after: 0, times: usize::MAX, fault });
    }

    /// Holds the next call that matches until the gate is opened.
    pub(crate) fn hold(&self, on: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Gate {
        self.hold_nth(0, on)
    }

    /// Holds the call that matches after `after` others until the gate is opened.
    pub(crate) fn hold_nth(&self, after: usize, on: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Gate {
        let gate = Gate::new();
        self.nth(after, on, Fault::Hold(gate.clone()));
        gate
    }

    /// Ends all faults that were not met.
    pub(crate) fn clear(&self) {
        self.0.rules.lock().expect("rules").clear();
    }

    /// How many faults were not met yet.
    pub(crate) fn unmet(&self) -> usize {
        self.0.rules.lock().expect("rules").len()
    }

    /// The calls that met a fault since the last asking.
    pub(crate) fn met(&self) -> Vec<Call> {
        std::mem::take(&mut self.0.met.lock().expect("met"))
    }

    /// What the far ends took and gave.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.log
    }

    /// Every call since the last [`Self::forget`].
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.0.calls.lock().expect("calls").clone()
    }

    /// Forgets the calls so far.
    pub(crate) fn forget(&self) {
        self.0.calls.lock().expect("calls").clear();
    }

    /// Runs something until it ends or the plane kills it: `None` if it died. What it held is dropped, as with a
    /// process that is gone.
    pub(crate) async fn until_death<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            () = self.0.deaths.notified() => None,
            done = work => Some(done),
        }
    }

    fn rule(&self, rule: Rule) {
        self.0.rules.lock().expect("rules").push(rule);
    }

    /// Notes a call; the fault that it meets.
    fn meet(&self, call: Call) -> Option<Fault> {
        let mut rules = self.0.rules.lock().expect("rules");
        let mut met = None;
        for rule in rules.iter_mut().filter(|rule| (rule.on)(&call)) {
            if rule.after > 0 {
                rule.after -= 1;
            } else if met.is_none() && rule.times > 0 {
                rule.times -= 1;
                met = Some(rule.fault.clone());
            }
        }
        rules.retain(|rule| rule.times > 0);
        if met.is_some() {
            self.0.met.lock().expect("met").push(call.clone());
        }
        if self.is_kept(&call.op) {
            self.0.calls.lock().expect("calls").push(call);
        }
        met
    }

    /// Lets the harness drop the caller, and never comes back.
    async fn die<T>(&self) -> T {
        self.0.deaths.notify_one();
        std::future::pending().await
    }

    /// Carries a call out as its fault says. `send` does it, `reply` makes another answer, `lost` the lost answer.
    async fn carry<T>(
        &self,
        call: Call,
        send: impl Future<Output = T>,
        reply: impl FnOnce(u16, Value) -> T,
        lost: impl FnOnce() -> T,
    ) -> T {
        match self.meet(call.clone()) {
            None => send.await,
            Some(Fault::DieBefore) => self.die().await,
            Some(Fault::DieAfter) => {
                send.await;
                self.die().await
            }
            Some(Fault::Lose) => {
                send.await;
                lost()
            }
            Some(Fault::Refuse(status, code)) => {
                reply(status, json!({ "__type": code, "error": code, "message": "refused by the test" }))
            }
            Some(Fault::Reply(make)) => {
                let (status, body) = make(&call);
                reply(status, body)
            }
            Some(Fault::Hold(gate)) => {
                gate.pass().await;
                send.await
            }
            Some(Fault::Meanwhile(act)) => {
                act();
                send.await
            }
        }
    }
}

#[derive(Clone)]
struct AwsPlane {
    faults: Faults,
    inner: SharedHttpClient,
}

impl fmt::Debug for AwsPlane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwsPlane")
    }
}

impl HttpClient for AwsPlane {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, parts);
        SharedHttpConnector::new(AwsConnector { faults: self.faults.clone(), inner })
    }
}

struct AwsConnector {
    faults: Faults,
    inner: SharedHttpConnector,
}

impl fmt::Debug for AwsConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwsConnector")
    }
}

impl HttpConnector for AwsConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (faults, inner) = (self.faults.clone(), self.inner.clone());
        let call = aws_call(&request, |op| faults.is_kept(op));
        HttpConnectorFuture::new(async move {
            let (ledger, taken) = (faults.clone(), call.clone());
            let send = async move {
                let answer = match ledger.0.near.get() {
                    Some(aws) => Ok(ask(aws, &request).await),
                    None => inner.call(request).await,
                };
                if ledger.is_kept(&taken.op) && answer.as_ref().is_ok_and(|answer| answer.status().is_success()) {
                    ledger.ledger().took(taken);
                }
                answer
            };
            let lost = || Err(ConnectorError::io("the answer was lost".into()));
            faults.carry(call, send, |status, body| Ok(aws_answer(status, &body)), lost).await
        })
    }
}

/// What a request asks for; its body only where it `is_kept`.
fn aws_call(request: &HttpRequest, is_kept: impl Fn(&str) -> bool) -> Call {
    let header = |name: &str| request.headers().get(name).unwrap_or_default();
    let signer = header("authorization").split_once("Credential=AKIA").and_then(|(_, rest)| rest.split_once('/'));
    let op = header("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
    let bytes = request.body().bytes().filter(|_| is_kept(&op)).unwrap_or_default();
    Call {
        caller: signer.map(|(key, _)| key.to_owned()).unwrap_or_default(),
        body: serde_json::from_slice(bytes).unwrap_or_default(),
        op,
    }
}

async fn ask(aws: &EmbeddedAws, request: &HttpRequest) -> HttpResponse {
    let headers = request.headers().iter();
    let asked = headers.fold(http::Request::post("/"), |asked, (name, value)| asked.header(name, value));
    let body = Bytes::copy_from_slice(request.body().bytes().unwrap_or_default());
    let answer = aws.answer(asked.body(body).expect("a request")).await;
    answer.map(Into::into).try_into().expect("an answer")
}

fn aws_answer(status: u16, body: &Value) -> HttpResponse {
    let answer = http::Response::builder().status(status).header("content-type", "application/x-amz-json-1.1");
    answer.body(body.to_string().into()).expect("an answer").try_into().expect("an answer")
}

struct ProviderPlane {
    faults: Faults,
    inner: ReqwestWire,
}

#[shared::entry::async_trait]
impl Wire for ProviderPlane {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, WireError> {
        let op = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let call = Call { caller: String::new(), op, body: Value::Null };
        let reply = |status, body: Value| {
            let body = Bytes::from(body.to_string());
            Ok(http::Response::builder().status(status).body(body).expect("an answer"))
        };
        let answer = self.faults.carry(call, self.inner.send(request), reply, || Err(WireError::Timeout)).await;
        if let Ok(answer) = &answer {
            self.faults.ledger().received(answer.body());
        }
        answer
    }
}
