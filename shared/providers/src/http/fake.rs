//! A wire that answers from a list and remembers what it was asked.

use super::{Wire, WireError};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use std::collections::VecDeque;
use std::sync::Mutex;

/// Gives its answers in order; asked for more, it panics.
pub(crate) struct FakeWire {
    answers: Mutex<VecDeque<Result<Response<Bytes>, WireError>>>,
    requests: Mutex<Vec<Request<Bytes>>>,
}

impl FakeWire {
    pub(crate) fn new(answers: Vec<Result<Response<Bytes>, WireError>>) -> Self {
        Self { answers: Mutex::new(answers.into()), requests: Mutex::default() }
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Request<Bytes>> {
        self.requests.lock().unwrap().clone()
    }
}

#[async_trait]
impl Wire for FakeWire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        self.requests.lock().unwrap().push(request);
        self.answers.lock().unwrap().pop_front().expect("no answer was prepared for this request")
    }
}

/// An answer in JSON.
pub(crate) fn answer(status: u16, body: &str) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json; charset=utf-8")
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}
