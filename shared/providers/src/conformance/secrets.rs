//! No secret is seen where it does not belong: not in errors or values, not in addresses, not by way of what a provider
//! sends back.

use super::calls::Call;
use super::specimen::{STATE, Stage};
use super::subject::{Subject, subjects};
use super::wire::{Reply, but};
use crate::contract::AuthorizeRequest;
use bytes::Bytes;
use domain::failure::FailureClass;
use http::{Request, Response};
use serde_json::Value;
use std::sync::Arc;

/// A secret as a provider might echo it. It has the length and the characters of a code, as some client secrets do.
const ECHO: &str = "GOCSPX-canary0123456789abcdefghijkl";

#[track_caller]
fn assert_hidden(text: &str, about: &str) {
    assert!(!text.contains("canary"), "{about} shows a secret: {text}");
}

#[tokio::test]
async fn nothing_that_is_returned_shows_a_secret() {
    for subject in subjects().await {
        for (call, _) in &subject.calls {
            let (outcome, _) = subject.run(*call, subject.good()).await;
            assert_hidden(&outcome.shown, &subject.about(*call));
        }
        let specimen = &subject.specimen;
        assert_hidden(&format!("{:?} {:?}", specimen.access(), specimen.credentials()), specimen.slug());
    }
}

/// The parts of an address in which this provider wants no secret.
fn open_parts(subject: &Subject, request: &Request<Bytes>) -> String {
    let uri = request.uri();
    let is_known = |parameter: &str| {
        let known = subject.specimen.secrets_in_addresses().iter();
        known.into_iter().any(|(path, name)| uri.path().trim_end_matches('/').ends_with(path) && *name == parameter)
    };
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let open: Vec<_> = query.filter(|(name, _)| !is_known(name)).collect();
    format!("{} {open:?}", uri.path())
}

#[tokio::test]
async fn addresses_and_headers_that_a_layer_could_print_have_no_secret() {
    for subject in subjects().await {
        for (call, _, request) in subject.requests() {
            assert_hidden(&open_parts(&subject, request), &subject.about(call));
            assert_hidden(&format!("{:?}", request.headers()), &subject.about(call));
            assert_eq!(request.uri().scheme_str(), Some("https"), "{}", subject.about(call));
        }
    }
}

#[tokio::test]
async fn the_consent_page_gets_the_state_and_no_secret() {
    for subject in subjects().await {
        let (app, redirect_uri) = (super::specimen::app(), super::specimen::ADDRESS.parse().unwrap());
        let (state, verifier) = (STATE.into(), super::specimen::VERIFIER.into());
        let login_hint = Some("ada@example.com");
        let request =
            AuthorizeRequest { app: &app, redirect_uri: &redirect_uri, state: &state, verifier: &verifier, login_hint };
        let url = subject.bench(subject.good()).provider.authorize_url(&request).unwrap();
        assert_hidden(url.as_str(), subject.specimen.slug());
        assert_hidden(&format!("{request:?}"), subject.specimen.slug());
        for part in [STATE, super::specimen::CLIENT_ID, super::specimen::ADDRESS] {
            let mut values = url.query_pairs().filter(|(_, value)| value == part);
            assert_eq!(values.by_ref().count(), 1, "{}: {part} in {url}", subject.specimen.slug());
        }
        assert_eq!(url.scheme(), "https");
    }
}

/// Every text within a value, replaced by itself, in turn.
fn echoing(value: &Value) -> Vec<Value> {
    let paths = texts(value, String::new());
    let echo = |path: &String| {
        let mut changed = value.clone();
        *changed.pointer_mut(path).unwrap() = ECHO.into();
        changed
    };
    paths.iter().map(echo).collect()
}

fn texts(value: &Value, at: String) -> Vec<String> {
    let below =
        |name: &str, value: &Value| texts(value, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")));
    match value {
        Value::String(_) => vec![at],
        Value::Array(values) => values.iter().enumerate().flat_map(|(n, value)| below(&n.to_string(), value)).collect(),
        Value::Object(object) => object.iter().flat_map(|(name, value)| below(name, value)).collect(),
        _ => Vec::new(),
    }
}

/// The same answer with a secret in the place of each of its texts, in turn.
fn echoes(answer: &Response<Bytes>) -> Vec<Response<Bytes>> {
    let Ok(body) = serde_json::from_slice::<Value>(answer.body()) else { return Vec::new() };
    let with = |body: Value| {
        let mut answer = answer.clone();
        *answer.body_mut() = Bytes::from(body.to_string());
        answer
    };
    echoing(&body).into_iter().map(with).collect()
}

async fn assert_hides_echoes(subject: &Subject, call: Call, number: usize, answer: &Response<Bytes>) {
    for echo in echoes(answer) {
        let body = String::from_utf8_lossy(echo.body()).into_owned();
        let script = but(subject.good(), number, move |_| Reply::Answer(echo.clone()));
        let (outcome, _) = subject.run(call, script).await;
        // A name that is a token is a name. An error has no names.
        if outcome.error.is_some() {
            assert_hidden(&outcome.shown, &format!("{} at request {number}, answered {body},", subject.about(call)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_a_refusal_echoes_is_dropped() {
    use FailureClass::*;
    for subject in subjects().await {
        for (call, number, request) in subject.requests() {
            for class in [DeadCredentials, MissingPermission, RateLimited, ResourceNotFound, OurConfiguration, OurBug] {
                if let Some(refusal) = subject.specimen.refusal(class, request) {
                    assert_hides_echoes(&subject, call, number, &refusal).await;
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_an_answer_has_in_a_wrong_place_is_in_no_error() {
    for subject in subjects().await {
        for (call, number, request) in subject.requests() {
            let answer = Arc::clone(&subject.specimen).answer(request, Stage::First);
            assert_hides_echoes(&subject, call, number, &answer).await;
        }
    }
}
