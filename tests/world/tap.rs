//! A wire to the providers that remembers what passes and does on request what no sandbox would.

use bytes::Bytes;
use http::{Request, Response};
use providers::http::{ReqwestWire, Wire, WireError};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// What passed.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) url: String,
    pub(crate) request: String,
    pub(crate) answer: String,
}

/// What happens to the next request whose path ends so.
#[derive(Clone)]
enum Trick {
    /// This answer, and the request goes nowhere.
    Answer(u16, &'static str, String),
    /// The request arrives, its answer does not.
    Lost,
    /// The request waits here until it is let go.
    Hold(Gate),
}

/// Where a request waits.
#[derive(Clone)]
pub(crate) struct Gate {
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    /// Waits until the request is there.
    pub(crate) async fn reached(&self) {
        self.arrived.acquire().await.expect("a gate").forget();
    }

    /// Lets it go.
    pub(crate) fn open(&self) {
        self.open.add_permits(1);
    }
}

/// The wire.
#[derive(Default)]
pub(crate) struct Tap {
    wire: ReqwestWire,
    tricks: Mutex<Vec<(&'static str, Trick)>>,
    passed: Mutex<Vec<Exchange>>,
}

impl Tap {
    /// Answers the next request to this path by itself.
    pub(crate) fn answer(&self, path: &'static str, status: u16, content_type: &'static str, body: impl Into<String>) {
        self.trick(path, Trick::Answer(status, content_type, body.into()));
    }

    /// Loses the answer of the next request to this path.
    pub(crate) fn lose(&self, path: &'static str) {
        self.trick(path, Trick::Lost);
    }

    /// Holds the next request to this path back.
    pub(crate) fn hold(&self, path: &'static str) -> Gate {
        let gate = Gate { arrived: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) };
        self.trick(path, Trick::Hold(gate.clone()));
        gate
    }

    /// What passed so far, in the order of the answers.
    pub(crate) fn passed(&self) -> Vec<Exchange> {
        self.passed.lock().expect("the tap").clone()
    }

    fn trick(&self, path: &'static str, trick: Trick) {
        self.tricks.lock().expect("the tap").push((path, trick));
    }

    fn take(&self, path: &str) -> Option<Trick> {
        let mut tricks = self.tricks.lock().expect("the tap");
        let place = tricks.iter().position(|(end, _)| path.ends_with(end))?;
        Some(tricks.remove(place).1)
    }

    async fn pass(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        match self.take(request.uri().path()) {
            None => self.wire.send(request).await,
            Some(Trick::Answer(status, content_type, body)) => {
                let answer = Response::builder().status(status).header("content-type", content_type);
                Ok(answer.body(Bytes::from(body)).expect("an answer"))
            }
            Some(Trick::Lost) => {
                self.wire.send(request).await?;
                Err(WireError::Timeout)
            }
            Some(Trick::Hold(gate)) => {
                gate.arrived.add_permits(1);
                gate.open.acquire().await.expect("a gate").forget();
                self.wire.send(request).await
            }
        }
    }
}

#[shared::entry::async_trait]
impl Wire for Tap {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        let (url, sent) = (request.uri().to_string(), text(request.body()));
        let answer = self.pass(request).await;
        let answered = answer.as_ref().map(|answer| text(answer.body())).unwrap_or_default();
        self.passed.lock().expect("the tap").push(Exchange { url, request: sent, answer: answered });
        answer
    }
}
