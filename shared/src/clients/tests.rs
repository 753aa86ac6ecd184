use super::fake::{Answer, FakeAws, setup};
use super::{AMAZON_ROOTS, Clients};
use crate::config::ConfigError;
use crate::entry::Wires;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};

fn problem_with(endpoint: &str) -> Option<&'static str> {
    Clients::new(&setup(&[("AWS_ENDPOINT_URL", endpoint)], Wires::default())).err().map(|error| error.variable)
}

#[test]
fn plain_http_is_for_loopback_only() {
    for endpoint in ["http://127.0.0.1:4566", "http://localhost:4566/", "http://[::1]:4566", "https://aws.example"] {
        assert_eq!(problem_with(endpoint), None, "{endpoint}");
    }
    for endpoint in ["http://aws.example", "http://10.0.0.1", "http://localhost.evil.example", "ftp://127.0.0.1", "x"] {
        assert_eq!(problem_with(endpoint), Some("AWS_ENDPOINT_URL"), "{endpoint}");
    }
}

#[test]
fn a_missing_credential_is_named_at_start() {
    let incomplete = setup(&[("AWS_SECRET_ACCESS_KEY", "")], Wires::default());
    let error = Clients::new(&incomplete).err();
    assert_eq!(error, Some(ConfigError { variable: "AWS_SECRET_ACCESS_KEY", problem: "is not set" }));
}

#[test]
fn the_five_amazon_roots_make_an_https_client() {
    assert_eq!(AMAZON_ROOTS.matches("BEGIN CERTIFICATE").count(), 5);
    // The certificates are parsed when the first service client is made; a broken one panics there.
    Clients::new(&setup(&[], Wires::default())).unwrap().dynamodb();
}

#[tokio::test]
async fn a_call_is_signed_for_the_region_and_goes_to_the_endpoint() {
    let aws = FakeAws::answering(|_| Answer::ok(json!({ "TableNames": [] })));
    aws.clients().dynamodb().list_tables().send().await.unwrap();
    let call = &aws.calls()[0];
    assert_eq!(call.op, "ListTables");
    assert!(call.authorization.contains("AKIDEXAMPLE/"), "{}", call.authorization);
    assert!(call.authorization.contains("/eu-central-1/dynamodb/aws4_request"), "{}", call.authorization);
    assert!(call.url.starts_with("https://dynamodb.eu-central-1.amazonaws.com"), "{}", call.url);
}

#[tokio::test]
async fn a_lost_answer_is_tried_three_times_in_all() {
    let aws = FakeAws::answering(|_| Answer::Lost);
    aws.clients().dynamodb().list_tables().send().await.unwrap_err();
    assert_eq!(aws.calls().len(), 3);
}

#[tokio::test]
async fn one_instances_outage_leaves_the_retries_of_another() {
    let down = FakeAws::answering(|_| Answer::Lost).clients();
    for _ in 0..200 {
        down.dynamodb().list_tables().send().await.unwrap_err();
    }
    let seen = AtomicUsize::new(0);
    let aws = FakeAws::answering(move |_| match seen.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::error(500, "InternalServerError"),
        _ => Answer::ok(json!({ "TableNames": [] })),
    });
    aws.clients().dynamodb().list_tables().send().await.unwrap();
}
