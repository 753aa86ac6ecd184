//! `Idempotency-Key`: the same request again has the same answer and one effect.

use super::support::{all, integrations, meta, operated, plan};
use crate::world::{Answer, Client, DEMO, GOOGLE, Person, World, http_event};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::api::routes;
use std::collections::BTreeSet;

const SYNC: &str = "/integrations/google-calendar/sync";
const SETTINGS: &str = "/integrations/google-calendar/settings";
const RUNS: &str = "/integrations/google-calendar/runs";

async fn send(client: &Client, method: &str, path: &str, body: &Value, key: &str) -> Answer {
    client.json(method, path, body, &[("idempotency-key", key)]).await
}

/// The status and the body of answers that should all be the same.
fn the_only(answers: &[Answer]) -> (u16, String) {
    let different: BTreeSet<(u16, String)> =
        answers.iter().map(|answer| (answer.status, answer.text.clone())).collect();
    assert_eq!(different.len(), 1, "{different:#?}");
    different.into_iter().next().expect("one answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_with_one_key_20_times_at_once_creates_once_and_answers_alike() {
    let world = World::by_hand().await;
    let (admin, body) = (world.admin(DEMO), json!({ "provider": GOOGLE }));
    let mut answers = all((0..20).map(|_| send(&admin, "POST", "/integrations", &body, "k-1"))).await;
    answers.push(send(&admin, "POST", "/integrations", &body, "k-1").await);
    assert_eq!(the_only(&answers).0, 201);
    assert_eq!(meta(&world, DEMO).await["count"]["N"], "1");

    send(&admin, "POST", "/integrations", &json!({ "provider": "hubspot" }), "k-1")
        .await
        .problem(422, "idempotency_key_reused");
    send(&admin, "POST", "/integrations", &body, "k-2").await.problem(409, "already_exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_with_one_key_20_times_at_once_starts_one_run_and_answers_alike() {
    let world = operated().await;
    let (admin, body) = (world.admin(DEMO), json!({}));
    let before = admin.get(RUNS).await.ok()["runs"].as_array().expect("runs").len();
    let mut answers = all((0..20).map(|_| send(&admin, "POST", SYNC, &body, "k-1"))).await;
    world.work(DEMO, TimeDelta::minutes(5)).await;
    answers.push(send(&admin, "POST", SYNC, &body, "k-1").await);
    assert_eq!(the_only(&answers).0, 202);
    let runs = admin.get(RUNS).await.ok();
    assert_eq!(runs["runs"].as_array().expect("runs").len(), before + 1);
    assert_eq!(runs["runs"][0]["id"], answers[0].body["run"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_with_one_key_20_times_at_once_change_once_and_answer_alike() {
    let world = operated().await;
    let (admin, body) = (world.admin(DEMO), json!({ "intervalMinutes": 60 }));
    let version = admin.get("/integrations/google-calendar").await.ok()["version"].as_u64().expect("a version");
    let mut answers = all((0..20).map(|_| send(&admin, "PATCH", SETTINGS, &body, "k-1"))).await;
    admin.patch(SETTINGS, &json!({ "intervalMinutes": 30 })).await.ok();
    answers.push(send(&admin, "PATCH", SETTINGS, &body, "k-1").await);
    let (status, text) = the_only(&answers);
    assert_eq!(status, 200, "{text}");
    let now = admin.get("/integrations/google-calendar").await.ok();
    assert_eq!(now["settings"]["intervalMinutes"], 30, "the repetition changed nothing");
    assert_eq!(now["version"], version + 2);
    send(&admin, "PATCH", SETTINGS, &json!({ "intervalMinutes": 15 }), "k-1")
        .await
        .problem(422, "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_change_nothing_are_remembered_too() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    let same = json!({ "intervalMinutes": 15 });
    let first = send(&admin, "PATCH", SETTINGS, &same, "k-1").await;
    admin.patch(SETTINGS, &json!({ "intervalMinutes": 60 })).await.ok();
    let again = send(&admin, "PATCH", SETTINGS, &same, "k-1").await;
    assert_eq!(the_only(&[first, again]).0, 200);
    let now = admin.get("/integrations/google-calendar").await.ok();
    assert_eq!(now["settings"]["intervalMinutes"], 60);
    send(&admin, "PATCH", SETTINGS, &json!({ "intervalMinutes": 30 }), "k-1")
        .await
        .problem(422, "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_of_another_member_account_or_path_is_another_request() {
    let world = World::by_hand().await;
    let body = json!({ "provider": GOOGLE });
    let admin = world.admin(DEMO);
    let first = send(&admin, "POST", "/integrations", &body, "k-1").await;
    assert_eq!(first.status, 201);
    let other = send(&world.admin("other"), "POST", "/integrations", &body, "k-1").await;
    assert_eq!(other.status, 201);
    assert_ne!(first.body["id"], other.body["id"]);
    send(&admin, "POST", SYNC, &json!({}), "k-1").await.problem(409, "illegal_transition");

    let mut event = http_event(&routes::CREATE, &[], Some(&Person::admin(DEMO, "grace")), Some(&body));
    event["headers"]["idempotency-key"] = json!("k-1");
    let colleague = Answer::of_event(&world.invoke("create", event, TimeDelta::seconds(29)).await);
    colleague.problem(409, "already_exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_free_again_after_a_day() {
    let world = operated().await;
    let send_now = async |minutes: u32| {
        send(&world.admin(DEMO), "PATCH", SETTINGS, &json!({ "intervalMinutes": minutes }), "k-1").await
    };
    assert_eq!(send_now(60).await.status, 200);
    world.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    send_now(30).await.problem(422, "idempotency_key_reused");
    world.clock.advance(TimeDelta::seconds(2));
    assert_eq!(send_now(30).await.ok()["settings"]["intervalMinutes"], 30);
    send_now(60).await.problem(422, "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_refused_may_be_sent_again_with_its_key() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let (body, free) = (json!({ "provider": GOOGLE }), json!({ "provider": "hubspot" }));
    send(&admin, "POST", "/integrations", &free, "k-1").await.problem(404, "not_found");
    assert_eq!(send(&admin, "POST", "/integrations", &body, "k-1").await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn different_keys_at_once_still_create_one() {
    let world = World::by_hand().await;
    plan(&world, DEMO, "pro").await.ok();
    let (admin, body) = (world.admin(DEMO), json!({ "provider": GOOGLE }));
    let keys: Vec<String> = (0..20).map(|n| format!("k-{n}")).collect();
    let answers = join_all(keys.iter().map(|key| send(&admin, "POST", "/integrations", &body, key))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(integrations(&world, DEMO).await.len(), 1);
    assert_eq!(world.items_of("IDEMPOTENCY#").await.len(), 1, "refusals are not remembered");
}
