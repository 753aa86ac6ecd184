//! AWS as tests see it: a function from a request to an answer, behind the SDK's own connector.

use super::Clients;
use crate::clock::SystemClock;
use crate::config::Vars;
use crate::entry::log::Log;
use crate::entry::{Setup, Wires};
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One request that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The operation's name: `PutSecretValue`.
    pub(crate) op: String,
    pub(crate) body: Value,
    pub(crate) url: String,
    pub(crate) authorization: String,
}

/// What the fake does with a request.
pub(crate) enum Answer {
    /// This status and body.
    Json(u16, Value),
    /// The request arrived, its answer did not.
    Lost,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self::Json(200, body)
    }

    pub(crate) fn error(status: u16, code: &str) -> Self {
        Self::Json(status, json!({ "__type": code, "message": "" }))
    }
}

type Handler = Box<dyn Fn(&Call) -> Answer + Send + Sync>;

/// The far end of the wire.
#[derive(Clone)]
pub(crate) struct FakeAws {
    handler: Arc<Handler>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl FakeAws {
    pub(crate) fn answering(handler: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        Self { handler: Arc::new(Box::new(handler)), calls: Arc::default() }
    }

    /// Clients whose only way out is this fake.
    pub(crate) fn clients(&self) -> Clients {
        let wires = Wires { aws: Some(SharedHttpClient::new(self.clone())), ..Wires::default() };
        Clients::with_sleep(&setup(&[], wires), SharedAsyncSleep::new(QuickSleep)).unwrap()
    }

    /// Every request so far, in order.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The names of the operations so far, in order.
    pub(crate) fn ops(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.op).collect()
    }
}

/// A set-up with a region and credentials, and these variables on top.
pub(crate) fn setup(more: &[(&str, &str)], wires: Wires) -> Setup {
    let mut vars = HashMap::from([
        ("AWS_REGION".to_owned(), "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID".to_owned(), "AKIDEXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), "CANARY-secret-key".to_owned()),
    ]);
    vars.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Setup { vars: Vars::new(vars), clock: Arc::new(SystemClock), wires, log: Log::stdout() }
}

impl fmt::Debug for FakeAws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FakeAws")
    }
}

impl HttpClient for FakeAws {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for FakeAws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = read(&request);
        self.calls.lock().unwrap().push(call.clone());
        HttpConnectorFuture::ready(match (self.handler)(&call) {
            Answer::Json(status, body) => {
                let answer = http::Response::builder().status(status).body(SdkBody::from(body.to_string())).unwrap();
                Ok(answer.try_into().unwrap())
            }
            Answer::Lost => Err(ConnectorError::io("the answer was lost".into())),
        })
    }
}

fn read(request: &HttpRequest) -> Call {
    let header = |name: &str| request.headers().get(name).unwrap_or_default().to_owned();
    let target = header("x-amz-target");
    Call {
        op: target.rsplit('.').next().unwrap_or_default().to_owned(),
        body: serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or(Value::Null),
        url: request.uri().to_owned(),
        authorization: header("authorization"),
    }
}

/// Waits between attempts end at once; timeouts, which are longer, never come.
#[derive(Debug)]
struct QuickSleep;

impl AsyncSleep for QuickSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration < super::ATTEMPT_TIMEOUT { Sleep::new(async {}) } else { Sleep::new(std::future::pending()) }
    }
}
