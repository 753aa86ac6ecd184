//! TikTok behind a wire that answers as the fact sheet says.

mod event;
mod oauth;
mod options;
mod pull;
mod questions;
mod refresh;
mod refusals;
mod signature;
pub(crate) mod specimen;
mod subscriptions;

use super::session::Session;
use super::*;
use crate::http::WireError;
use crate::http::fake::{FakeWire, answer};
use bytes::Bytes;
use domain::lead::{Form, Owner};
use http::{Request, Response};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Texts that must not be seen anywhere but in the one place they belong.
const CODE: &str = "canary-code";
const SECRET: &str = "canary-app-secret";
const TOKEN: &str = "canary-access-token";
const REFRESH: &str = "canary-refresh-token";
const NOW: &str = "Sat, 28 Nov 2026 10:00:00 GMT";

struct TikTok {
    provider: TikTokLeadAds,
    wire: Arc<FakeWire>,
}

impl TikTok {
    /// The real addresses, with these answers in order.
    fn answering(answers: impl IntoIterator<Item = Response<Bytes>>) -> Self {
        Self::on(answers.into_iter().map(Ok).collect())
    }

    fn on(answers: Vec<Result<Response<Bytes>, WireError>>) -> Self {
        let wire = Arc::new(FakeWire::new(answers));
        let endpoints = Endpoints::from_vars(&HashMap::new()).unwrap();
        Self { provider: TikTokLeadAds::new(endpoints, wire.clone()), wire }
    }

    /// The only request there was.
    fn request(&self) -> Request<Bytes> {
        let requests = self.wire.requests();
        assert_eq!(requests.len(), 1);
        requests.into_iter().next().unwrap()
    }

    /// What was asked: the paths below the root, in order.
    fn paths(&self) -> Vec<String> {
        self.wire.requests().iter().map(path).collect()
    }
}

/// An answer with this `data`.
fn granted(data: Value) -> Response<Bytes> {
    let body = json!({ "code": 0, "message": "OK", "request_id": "2026112810", "data": data });
    dated(answer(200, &body.to_string()))
}

/// A refusal, which is HTTP 200 as well.
fn refused(code: u64) -> Response<Bytes> {
    let body = json!({ "code": code, "message": "canary", "request_id": "2026112810", "data": {} });
    dated(answer(200, &body.to_string()))
}

fn dated(mut answer: Response<Bytes>) -> Response<Bytes> {
    answer.headers_mut().insert("date", NOW.parse().unwrap());
    answer
}

fn app() -> AppCredentials {
    AppCredentials { client_id: "app-7".to_owned(), client_secret: SECRET.into(), verify_token: None }
}

/// An access to these ad accounts.
fn access_to(advertisers: &[&str]) -> Access {
    let advertisers: Vec<String> = advertisers.iter().map(|id| (*id).to_owned()).collect();
    Session { token: TOKEN.into(), account: advertisers[0].clone(), advertisers }.access(None)
}

fn access() -> Access {
    access_to(&["11", "22"])
}

fn form(owner: &str) -> Form {
    Form::new(Owner::parse(owner).unwrap(), "900").unwrap()
}

fn resource(id: &str) -> ResourceId {
    ResourceId::parse(id).unwrap()
}

/// The path below the API's root.
fn path(request: &Request<Bytes>) -> String {
    request.uri().path().strip_prefix("/open_api/v1.3/").expect("it is below the root").to_owned()
}

/// The pairs of a request's query, sorted.
fn query(request: &Request<Bytes>) -> Vec<(String, String)> {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs.sort();
    pairs
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// What was sent as JSON.
fn json_body(request: &Request<Bytes>) -> Value {
    assert_eq!(request.headers()["content-type"], "application/json");
    serde_json::from_slice(request.body()).unwrap()
}

/// That a request has the token where it belongs, hidden, and not where TikTok does not look for it.
fn assert_token(request: &Request<Bytes>) {
    let header = &request.headers()["access-token"];
    assert_eq!(header.to_str().unwrap(), TOKEN);
    assert!(header.is_sensitive());
    assert!(!request.headers().contains_key("authorization"));
}

fn assert_hides_canaries(value: &impl std::fmt::Debug) {
    assert!(!format!("{value:?} {value:#?}").contains("canary"), "a secret shows");
}
