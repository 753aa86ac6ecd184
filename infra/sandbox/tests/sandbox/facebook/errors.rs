//! The error envelope, versions, and misbehaviour on request.

use chrono::Duration;
use sandbox::facebook::{ALICE, CallFault, CallFaultKind, CallKind, NEWSLETTER_FORM};
use serde_json::{Value, json};

use super::support::{APP_TOKEN, code, data, queued};
use crate::receiver::hmac_hex;
use crate::support::{World, encoded};

async fn versioned(world: &World, version: &str, token: &str) -> crate::support::Answer {
    let proof = hmac_hex(sandbox::facebook::CLIENT_SECRET, token);
    let query = encoded(&[("access_token", token), ("appsecret_proof", &proof)]);
    world.send("GET", &format!("/facebook/{version}me?{query}"), &[], "").await
}

#[tokio::test]
async fn a_version_that_is_not_there_is_answered_by_the_oldest_without_a_word() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    let cases = [("v26.0/", "v26.0"), ("v24.0/", "v24.0"), ("v20.0/", "v21.0"), ("v99.0/", "v21.0"), ("", "v21.0")];
    for (asked, served) in cases {
        let answer = versioned(&world, asked, &alice).await;
        assert_eq!((answer.status, answer.header("facebook-api-version")), (200, Some(served)), "{asked}");
        assert_eq!(answer.header("x-ad-api-version-warning"), None);
    }
    let old = versioned(&world, "v23.0/", &alice).await;
    assert!(old.header("x-ad-api-version-warning").is_some());
    world.facebook_switch(json!({ "deprecateVersion": "v26.0" }));
    let answer = versioned(&world, "v26.0/", &alice).await;
    assert_eq!((answer.status, answer.header("facebook-api-version")), (200, Some("v26.0")), "it serves still");
    assert!(answer.header("x-ad-api-version-warning").unwrap().contains("v26.0"));
    world.sandbox.facebook().reset_switches();
    assert_eq!(versioned(&world, "v26.0/", &alice).await.header("x-ad-api-version-warning"), None);
    world.facebook_switch(json!({ "expireVersion": "v26.0" }));
    let answer = versioned(&world, "v26.0/", &alice).await;
    assert_eq!((answer.status, answer.header("facebook-api-version")), (200, Some("v21.0")));
    let paged = world.graph("GET", "me/accounts", &alice, &[("limit", "1")]).await.json();
    assert!(paged["paging"]["next"].as_str().unwrap().contains("/facebook/v21.0/me/accounts?"), "{paged}");
}

#[tokio::test]
async fn every_answer_tells_the_time_of_the_sandbox() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    world.advance(Duration::seconds(61));
    let dialog = world.dialog_url(&[]);
    for path in ["/facebook/v26.0/me", "/facebook/v26.0/nothing/at/all", &dialog[url::Position::BeforePath..]] {
        let answer = world.send("GET", path, &[], "").await;
        assert_eq!(answer.header("date"), Some("Sun, 22 Nov 2026 10:01:01 GMT"), "{path}");
        assert_eq!(answer.head.to_lowercase().matches("\r\ndate:").count(), 1);
    }
    world.sandbox.facebook().fault(CallFault::always(CallFaultKind::Unavailable).times(1));
    assert_eq!(world.read("me", &alice).await.header("date"), Some("Sun, 22 Nov 2026 10:01:01 GMT"));
}

#[tokio::test]
async fn a_fault_can_be_any_error_of_the_table() {
    let world = queued().await;
    let alice = world.user(ALICE).await;
    let cases: [(u32, Option<u32>, u16, bool); 16] = [
        (190, Some(458), 400, false),
        (190, None, 400, false),
        (102, None, 400, false),
        (10, None, 400, false),
        (200, None, 400, false),
        (3, None, 400, false),
        (100, Some(33), 400, false),
        (1, None, 500, true),
        (2, None, 500, true),
        (4, None, 400, true),
        (17, None, 400, true),
        (32, None, 400, true),
        (613, None, 400, true),
        (80_005, None, 400, true),
        (368, None, 400, false),
        (506, None, 400, false),
    ];
    for (number, subcode, status, transient) in cases {
        world.sandbox.facebook().fault(CallFault::error(number, subcode).times(1));
        let answer = world.read("me", &alice).await;
        assert_eq!(answer.status, status, "{number}");
        assert_eq!(code(&answer), (u64::from(number), u64::from(subcode.unwrap_or_default())));
        assert_eq!(answer.json()["error"]["is_transient"], transient, "{number}");
        assert_eq!(answer.header("facebook-api-version"), Some("v26.0"));
        assert_eq!(world.read("me", &alice).await.status, 200, "only the next call failed");
    }
    world.facebook_switch(json!({ "faults": [{ "fault": "error", "code": 200, "status": 403, "count": 1 }] }));
    assert_eq!(world.read("me", &alice).await.status, 403);
}

#[tokio::test]
async fn faults_hit_a_kind_of_call_after_some_and_so_many_times() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let facebook = world.sandbox.facebook();
    facebook.reset_counters();
    facebook.fault(CallFault::error(2, None).on(CallKind::Leads).after(1).times(1));
    let path = format!("{NEWSLETTER_FORM}/leads");
    for status in [200, 500, 200] {
        assert_eq!(world.read("me", &bakery).await.status, 200);
        assert_eq!(world.read(&path, &bakery).await.status, status);
    }
    let counters = facebook.counters();
    assert_eq!((counters.of(CallKind::Leads), counters.of(CallKind::Me), counters.total()), (3, 3, 6));
    let kinds = world.send("GET", "/_sandbox/facebook/requests", &[], "").await.json();
    assert_eq!(kinds, json!({ "me": 3, "leads": 3 }));
    world.send("DELETE", "/_sandbox/facebook/requests", &[], "").await;
    assert_eq!(facebook.counters().total(), 0);
}

#[tokio::test]
async fn a_call_can_be_done_although_its_answer_is_lost() {
    let world = queued().await;
    let bakery = world.bakery().await;
    let facebook = world.sandbox.facebook();
    let lead = world.order(json!({})).remove(0);
    facebook.fault(CallFault::always(CallFaultKind::Malformed).on(CallKind::Lead).times(1));
    let answer = world.read(&lead, &bakery).await;
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_str::<Value>(&answer.body).is_err());
    facebook.fault(CallFault::always(CallFaultKind::CommitThenTimeout).on(CallKind::Lead).times(1));
    let answer = world.graph("DELETE", &lead, &bakery, &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (504, Some("text/html; charset=utf-8")));
    assert_eq!(code(&world.read(&lead, &bakery).await), (100, 33), "deleted all the same");
    facebook.fault(CallFault { delay_ms: 1, ..CallFault::always(CallFaultKind::Slow).times(1) });
    assert_eq!(world.read("me", &bakery).await.status, 200);
    facebook.fault(CallFault::always(CallFaultKind::Unavailable));
    assert_eq!(world.read("me", &bakery).await.status, 503);
    world.send("DELETE", "/_sandbox/facebook/switches", &[], "").await;
    assert_eq!(world.read("me", &bakery).await.status, 200);
}

#[tokio::test]
async fn what_nobody_knows_is_refused() {
    let world = queued().await;
    let bakery = world.bakery().await;
    assert_eq!(code(&world.read("1/2/3", &bakery).await), (2500, 0));
    assert_eq!(code(&world.read(&format!("{NEWSLETTER_FORM}/dances"), &bakery).await), (2500, 0));
    assert_eq!(code(&world.graph("POST", "me", &bakery, &[]).await), (2500, 0));
    assert_eq!(code(&world.graph("GET", "me", &bakery, &[("fields", "name{")]).await), (2500, 0));
    assert_eq!(code(&world.read(NEWSLETTER_FORM, APP_TOKEN).await), (100, 33));
    assert_eq!(code(&world.send("GET", &format!("/facebook/v26.0/{NEWSLETTER_FORM}"), &[], "").await), (104, 0));
    assert!(!data(&world.read("me/permissions", &bakery).await).is_empty());
}
