//! What a status does not allow is refused with its name, and the words are the product's.

use super::support::{operated, set};
use crate::world::{DEMO, GOOGLE, World};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use serde_json::{Value, json};

const OWN: &str = "/integrations/google-calendar";
const SYNC: &str = "/integrations/google-calendar/sync";

async fn puts_status(world: &World, status: &str, reason: Option<&str>) {
    set(world, DEMO, Some(GOOGLE), "status", AttributeValue::S(status.into())).await;
    let reason = reason.map_or(AttributeValue::Null(true), |reason| AttributeValue::S(reason.into()));
    set(world, DEMO, Some(GOOGLE), "reason", reason).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_is_refused_with_the_name_of_every_status_but_active() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    for status in ["Draft", "Configuring", "Testing", "Paused", "Error", "Disconnected"] {
        puts_status(&world, status, (status == "Error").then_some("credentials_expired")).await;
        let before = world.items().await;
        let problem = admin.post(SYNC, &json!({})).await.problem(409, "illegal_transition");
        assert_eq!(problem["detail"], format!("This is not possible while the integration is {status}."));
        assert_eq!(world.items().await, before, "{status}");
        let shown = admin.get(OWN).await.ok();
        assert_eq!(shown["status"], status);
        let actions = shown["actions"].as_array().expect("actions");
        assert!(!actions.contains(&json!("sync")), "{status}: {actions:?}");
    }
    puts_status(&world, "Active", None).await;
    assert!(admin.get(OWN).await.ok()["actions"].as_array().expect("actions").contains(&json!("sync")));
    assert_eq!(admin.post(SYNC, &json!({})).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_connect_passes_through_the_statuses_in_their_order() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    let status = async || admin.get(OWN).await.ok()["status"].clone();
    admin.post("/integrations", &json!({ "provider": GOOGLE })).await.ok();
    assert_eq!(status().await, "Draft");
    admin.post(SYNC, &json!({})).await.problem(409, "illegal_transition");
    for path in ["test", "options/calendars"] {
        let method = if path == "test" { "POST" } else { "GET" };
        admin.json(method, &format!("{OWN}/{path}"), &json!({}), &[]).await.problem(409, "not_connected");
    }
    let chosen = json!({ "resources": ["ada@example.com"] });
    admin.patch(&format!("{OWN}/settings"), &chosen).await.problem(409, "not_connected");
    admin.post(&format!("{OWN}/connect"), &json!({})).await.ok();
    assert_eq!(status().await, "Configuring");
    world.connect(DEMO).await.ok();
    assert_eq!(status().await, "Testing");
    admin.post(SYNC, &json!({})).await.problem(409, "sync_in_progress");
    world.work(DEMO, TimeDelta::minutes(5)).await;
    assert_eq!(status().await, "Active");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_the_product_are_exact() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    admin.post(SYNC, &json!({})).await.ok();
    let running = admin.post(SYNC, &json!({})).await.problem(409, "sync_in_progress");
    assert_eq!(running["detail"], "A sync operation is already in progress");
    let twice = admin.post("/integrations", &json!({ "provider": GOOGLE })).await.problem(409, "already_exists");
    assert_eq!(twice["detail"], "An integration with this provider already exists.");
    let role = world.viewer(DEMO).get(OWN).await.problem(403, "unauthorized_access");
    assert_eq!(role["detail"], "Unauthorized Access");
    assert_eq!((&role["title"], &role["status"]), (&json!("Forbidden"), &json!(403)));

    puts_status(&world, "Error", Some("credentials_expired")).await;
    let note = [("since", AttributeValue::N(world.now().timestamp_millis().to_string()))];
    let note = AttributeValue::M(note.map(|(name, value)| (name.to_owned(), value)).into());
    set(&world, DEMO, Some(GOOGLE), "error", note).await;
    let error = admin.get(OWN).await.ok()["error"].clone();
    assert_eq!(error["reason"], "credentials_expired");
    assert_eq!(error["message"], "Integration credentials have expired. Please reconnect.");
    assert!(error["remedy"].as_str().is_some_and(|remedy| remedy.contains("Reconnect")), "{error}");
    assert_eq!(error["since"], json!(world.now()));
    let card = world.viewer(DEMO).get("/integrations").await.ok()["integrations"][0]["integration"].clone();
    assert_eq!(card["error"]["message"], "Integration credentials have expired. Please reconnect.");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interval_must_be_in_the_plan() {
    let world = operated().await;
    let admin = world.admin(DEMO);
    let choose =
        async |minutes: u32| admin.patch(&format!("{OWN}/settings"), &json!({ "intervalMinutes": minutes })).await;
    let problem = choose(5).await.problem(422, "interval_not_in_plan");
    assert_eq!(problem["detail"], "Your plan allows an interval of 15 minutes or longer.");
    assert!(problem["remedy"].as_str().is_some_and(|it| it.contains("Billing > Subscription > Change plan")));
    super::support::plan(&world, DEMO, "pro").await.ok();
    let changed = choose(5).await.ok();
    assert_eq!(changed["settings"]["intervalMinutes"], 5);
    assert_eq!(changed["configuration"]["shortestInterval"], 5);
    let unchanged: Value = admin.get(OWN).await.ok()["settings"].clone();
    choose(10).await.problem(422, "invalid_interval");
    assert_eq!(admin.get(OWN).await.ok()["settings"], unchanged);
}
