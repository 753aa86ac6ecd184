//! Google behind a wire that answers what was recorded.

mod conformance;
mod data;
mod description;
mod oauth;
mod push;
mod refusals;
mod socket;
pub(crate) mod specimen;
mod webhook;

use super::*;
use crate::http::WireError;
use crate::http::fake::{FakeWire, answer};
use bytes::Bytes;
use http::{Request, Response};
use std::collections::HashMap;
use std::sync::Arc;

/// Texts that must not be seen anywhere but in the one place they belong.
const CODE: &str = "canary-code";
const VERIFIER: &str = "canary-verifier-0123456789-0123456789-01234";
const SECRET: &str = "canary-client-secret";
const ACCESS: &str = "canary-access-token";
const REFRESH: &str = "canary-refresh-token";

struct Google {
    provider: GoogleCalendar,
    wire: Arc<FakeWire>,
}

impl Google {
    /// The real addresses, with these answers in order.
    fn answering(answers: Vec<Result<Response<Bytes>, WireError>>) -> Self {
        let wire = Arc::new(FakeWire::new(answers));
        let endpoints = Endpoints::from_vars(&HashMap::new()).unwrap();
        Self { provider: GoogleCalendar::new(endpoints, wire.clone()), wire }
    }

    fn answering_one(status: u16, body: &str) -> Self {
        Self::answering(vec![Ok(answer(status, body))])
    }

    /// The only request there was.
    fn request(&self) -> Request<Bytes> {
        let requests = self.wire.requests();
        assert_eq!(requests.len(), 1);
        requests.into_iter().next().unwrap()
    }
}

fn app() -> AppCredentials {
    AppCredentials { client_id: "client-1".to_owned(), client_secret: SECRET.into(), verify_token: None }
}

fn access() -> Access {
    Access { token: ACCESS.into(), expires_in: None }
}

fn credential() -> Credential {
    Credential(format!(r#"{{"refresh_token":"{REFRESH}"}}"#).into())
}

/// The pairs of a query or form, in order.
fn pairs(text: impl AsRef<[u8]>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_ref()).into_owned().collect()
}

/// What was sent as JSON.
fn json_body(request: &Request<Bytes>) -> serde_json::Value {
    assert_eq!(request.headers()["content-type"], "application/json");
    serde_json::from_slice(request.body()).unwrap()
}

/// A refusal of the Calendar API.
fn refusal(status: u16, reason: &str) -> Response<Bytes> {
    let errors = serde_json::json!([{ "domain": "global", "reason": reason, "message": "canary" }]);
    let body = serde_json::json!({ "error": { "code": status, "message": "canary", "errors": errors } });
    answer(status, &body.to_string())
}

fn resource(id: &str) -> ResourceId {
    ResourceId::parse(id).unwrap()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn assert_bearer(request: &Request<Bytes>) {
    let header = &request.headers()["authorization"];
    assert_eq!(header.to_str().unwrap(), format!("Bearer {ACCESS}"));
    assert!(header.is_sensitive());
}
