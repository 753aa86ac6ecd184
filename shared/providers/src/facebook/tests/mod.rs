//! Facebook behind a wire that answers what was prepared.

mod choosing;
mod deliveries;
mod fetching;
mod hostile;
mod oauth;
mod pulling;
mod refreshing;
mod refusals;
mod signatures;
pub(crate) mod specimen;
mod subscribing;
mod testing;

use super::tokens::{Holder, Key, Keys};
use super::*;
use crate::http::WireError;
use crate::http::fake::{FakeWire, answer};
use bytes::Bytes;
use domain::failure::FailureClass;
use http::{Method, Request, Response};
use ring::hmac;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Texts that must not be seen anywhere but in the one place they belong.
const CODE: &str = "canary-code";
const VERIFIER: &str = "canary-verifier-0123456789-0123456789-01234";
const SECRET: &str = "canary-app-secret";
const VERIFY: &str = "canary-verify-token";
const SHORT: &str = "canary-short-lived-token";
const LONG: &str = "canary-long-lived-token";
const OF_PAGE: &str = "canary-page-token";

const PAGE_ID: &str = "138124712925158";
const FORM_ID: &str = "172036835026334";
const LEAD_ID: &str = "233370042045345";
const NOW: &str = "Sun, 22 Nov 2026 10:00:00 GMT";

struct Facebook {
    provider: FacebookLeadAds,
    wire: Arc<FakeWire>,
}

impl Facebook {
    /// The real addresses, with these answers in order.
    fn answering(answers: Vec<Response<Bytes>>) -> Self {
        Self::over(answers.into_iter().map(Ok).collect(), &[])
    }

    fn answering_one(status: u16, body: &Value) -> Self {
        Self::answering(vec![answer(status, &body.to_string())])
    }

    fn over(answers: Vec<Result<Response<Bytes>, WireError>>, vars: &[(&str, &str)]) -> Self {
        let wire = Arc::new(FakeWire::new(answers));
        let vars: HashMap<String, String> =
            vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let endpoints = Endpoints::from_vars(&vars).unwrap();
        Self { provider: FacebookLeadAds::new(endpoints, wire.clone()), wire }
    }

    /// The only request there was.
    fn request(&self) -> Request<Bytes> {
        let requests = self.wire.requests();
        assert_eq!(requests.len(), 1);
        requests.into_iter().next().unwrap()
    }

    /// Method and path of every request, without the version, which must be the pinned one.
    fn asked(&self) -> Vec<String> {
        let of = |request: &Request<Bytes>| {
            assert_eq!(request.uri().host(), Some("graph.facebook.com"));
            let path = request.uri().path().strip_prefix("/v26.0").expect("the pinned version");
            format!("{} {path}", request.method())
        };
        self.wire.requests().iter().map(of).collect()
    }
}

fn app() -> AppCredentials {
    AppCredentials { client_id: "app1".to_owned(), client_secret: SECRET.into(), verify_token: Some(VERIFY.into()) }
}

fn key(token: &str) -> Key {
    Key::new(&app(), token.into())
}

/// The access of a person with one page.
fn access() -> Access {
    let user = Holder { id: "10001".to_owned(), key: key(LONG) };
    let page = Holder { id: PAGE_ID.to_owned(), key: key(OF_PAGE) };
    Keys { user, pages: vec![page] }.access().unwrap()
}

fn owner() -> Owner {
    Owner::new("page", PAGE_ID).unwrap()
}

fn form() -> Form {
    Form::new(owner(), FORM_ID).unwrap()
}

fn lead_id() -> ExternalId {
    ExternalId::parse(LEAD_ID).unwrap()
}

/// A form of a page that this access does not reach.
fn foreign_form() -> Form {
    Form::new(Owner::new("page", "999").unwrap(), "1").unwrap()
}

fn resource(id: &str) -> ResourceId {
    ResourceId::parse(id).unwrap()
}

/// An answer with headers.
fn with_headers(body: &Value, headers: &[(&'static str, &str)]) -> Response<Bytes> {
    let mut answer = answer(200, &body.to_string());
    for (name, value) in headers {
        answer.headers_mut().insert(*name, value.parse().unwrap());
    }
    answer
}

fn ok(body: &Value) -> Response<Bytes> {
    answer(200, &body.to_string())
}

/// A refusal, with the status that nearly all of them have.
fn refusal(code: u64, subcode: Option<u64>) -> Response<Bytes> {
    let error = json!({ "message": "canary", "type": "OAuthException", "code": code, "error_subcode": subcode,
        "error_user_msg": "canary", "is_transient": false, "fbtrace_id": "canary" });
    answer(400, &json!({ "error": error }).to_string())
}

/// The pairs of a query or form.
fn pairs(text: impl AsRef<[u8]>) -> HashMap<String, String> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_ref()).into_owned().collect();
    let count = pairs.len();
    let map: HashMap<_, _> = pairs.into_iter().collect();
    assert_eq!(map.len(), count, "a name comes twice");
    map
}

fn query(request: &Request<Bytes>) -> HashMap<String, String> {
    pairs(request.uri().query().unwrap_or_default())
}

/// HMAC-SHA256 in hexadecimal, counted here by itself.
fn hmac_hex(secret: &str, message: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message);
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The token is in a header that no layer prints, its proof in the query, and neither token nor secret in the address.
fn assert_called_with(request: &Request<Bytes>, token: &str) {
    let header = &request.headers()["authorization"];
    assert_eq!(header.to_str().unwrap(), format!("Bearer {token}"));
    assert!(header.is_sensitive());
    assert_eq!(query(request)["appsecret_proof"], hmac_hex(SECRET, token.as_bytes()));
    assert!(!request.uri().to_string().contains("canary"), "{}", request.uri());
}

#[track_caller]
fn assert_hides_canaries(value: &impl std::fmt::Debug) {
    assert!(!format!("{value:?} {value:#?}").contains("canary"), "a secret shows");
}

#[track_caller]
fn assert_failed<T>(result: Result<T, ProviderError>, class: FailureClass, code: &str) {
    let error = result.err().expect("a failure");
    assert_eq!((error.class, error.code.as_str()), (class, code));
    assert_hides_canaries(&error);
}
