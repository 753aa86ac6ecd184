//! A wire that answers each request by what it is, and remembers it.

use super::specimen::{Specimen, Stage};
use crate::http::{Wire, WireError};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use std::sync::{Arc, Mutex};

/// What becomes of a request.
pub(super) enum Reply {
    Answer(Response<Bytes>),
    Fault(WireError),
    /// Neither an answer nor a fault, ever.
    Silence,
}

/// The reply to the request with this number, counted from zero; repetitions of the client count too.
pub(super) type Script = Arc<dyn Fn(usize, &Request<Bytes>) -> Reply + Send + Sync>;

pub(super) struct ScriptedWire {
    script: Mutex<Script>,
    requests: Mutex<Vec<Request<Bytes>>>,
}

impl ScriptedWire {
    pub(super) fn new(script: Script) -> Self {
        Self { script: Mutex::new(script), requests: Mutex::default() }
    }

    /// Goes by another script from now on, and forgets what was asked.
    pub(super) fn follow(&self, script: Script) {
        *self.script.lock().unwrap() = script;
        self.requests.lock().unwrap().clear();
    }

    /// Every request so far.
    pub(super) fn requests(&self) -> Vec<Request<Bytes>> {
        self.requests.lock().unwrap().clone()
    }
}

#[async_trait]
impl Wire for ScriptedWire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        let script = Arc::clone(&self.script.lock().unwrap());
        match script(number, &request) {
            Reply::Answer(answer) => Ok(answer),
            Reply::Fault(error) => Err(error),
            Reply::Silence => std::future::pending().await,
        }
    }
}

/// The provider answers everything as it should.
pub(super) fn good(specimen: &Arc<dyn Specimen>, stage: Stage) -> Script {
    let specimen = Arc::clone(specimen);
    Arc::new(move |_, request| Reply::Answer(specimen.answer(request, stage)))
}

/// The request with this number, and every repetition of it, fares otherwise.
pub(super) fn but(
    good: Script,
    number: usize,
    other: impl Fn(&Request<Bytes>) -> Reply + Send + Sync + 'static,
) -> Script {
    let struck = Mutex::new(None);
    Arc::new(move |asked, request| {
        let mut struck = struck.lock().unwrap();
        if asked == number {
            *struck = Some(text_of(request));
        }
        if struck.as_deref() == Some(text_of(request).as_str()) { other(request) } else { good(asked, request) }
    })
}

/// Every request fares so.
pub(super) fn always(other: impl Fn(&Request<Bytes>) -> Reply + Send + Sync + 'static) -> Script {
    Arc::new(move |_, request| other(request))
}

/// All that tells one request from another.
pub(super) fn text_of(request: &Request<Bytes>) -> String {
    let headers: Vec<_> = request.headers().iter().map(|(name, value)| (name, value.as_bytes())).collect();
    format!("{} {} {headers:?} {:?}", request.method(), request.uri(), request.body())
}
