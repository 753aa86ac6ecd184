//! Uniqueness and the plan's limit, however many ask at once.

use super::support::{LIMIT, all, count, integrations, meta, plan, register, set};
use crate::world::provider::TestProvider;
use crate::world::{DEMO, GOOGLE, Plan, World};
use aws_sdk_dynamodb::types::AttributeValue;
use providers::Registry;
use serde_json::json;
use shared::entry::Wires;
use std::collections::BTreeSet;

const FIVE: [&str; 5] = ["one", "two", "three", "four", "five"];

async fn five_providers() -> World {
    let registry = Registry::new(FIVE.map(TestProvider::calendar).into());
    let wires = Wires { registry: Some(registry), ..Wires::default() };
    World::of(Plan { by_hand: true, wires, ..Plan::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_creates_of_one_provider_at_once_exactly_one_succeeds() {
    let world = World::by_hand().await;
    let (admin, body) = (world.admin(DEMO), json!({ "provider": GOOGLE }));
    let answers = all((0..200).map(|_| admin.post("/integrations", &body))).await;
    assert_eq!(count(&answers, 201), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        let problem = answer.problem(409, "already_exists");
        assert_eq!(problem["detail"], "An integration with this provider already exists.");
    }
    assert_eq!(meta(&world, DEMO).await["count"]["N"], "1");
    assert_eq!(integrations(&world, DEMO).await.len(), 1);
    assert_eq!(world.items_of("OUTBOX#").await.len(), 0, "the one event is published");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_creates_over_five_providers_at_once_as_many_succeed_as_the_limit_allows() {
    let world = five_providers().await;
    set(&world, DEMO, None, "limit_override", AttributeValue::N("2".into())).await;
    let admin = world.admin(DEMO);
    let bodies = FIVE.map(|slug| json!({ "provider": slug }));
    let answers = all((0..200).map(|n| admin.post("/integrations", &bodies[n % 5]))).await;
    assert_eq!(count(&answers, 201), 2);
    let mut refused_by_the_limit = 0;
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        if answer.body["code"] == "already_exists" {
            continue;
        }
        let problem = answer.problem(409, "plan_limit_reached");
        assert_eq!(problem["detail"], LIMIT);
        let remedy = problem["remedy"].as_str().expect("a remedy");
        assert!(remedy.contains("Delete an integration"), "{remedy}");
        assert!(remedy.contains("Billing > Subscription > Change plan"), "{remedy}");
        refused_by_the_limit += 1;
    }
    assert_eq!(refused_by_the_limit, 120, "the three providers that were not created, 40 times each");
    assert_eq!(meta(&world, DEMO).await["count"]["N"], "2");
    assert_eq!(integrations(&world, DEMO).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_plan_allows_as_many_as_it_says_and_a_downgrade_keeps_what_exists() {
    let world = five_providers().await;
    let admin = world.admin(DEMO);
    let create = async |slug: &str| admin.post("/integrations", &json!({ "provider": slug })).await;
    assert_eq!(create("one").await.status, 201);
    assert_eq!(create("two").await.problem(409, "plan_limit_reached")["detail"], LIMIT);
    plan(&world, DEMO, "starter").await.ok();
    assert_eq!(create("two").await.status, 201);
    assert_eq!(create("three").await.status, 201);
    create("four").await.problem(409, "plan_limit_reached");
    plan(&world, DEMO, "enterprise").await.ok();
    assert_eq!(create("four").await.status, 201);

    plan(&world, DEMO, "free").await.ok();
    create("five").await.problem(409, "plan_limit_reached");
    let catalogue = admin.get("/integrations").await.ok();
    assert_eq!(catalogue["plan"], json!({ "name": "free", "limit": 1, "used": 4 }));
    for slug in ["one", "two", "three", "four"] {
        assert_eq!(admin.get(&format!("/integrations/{slug}")).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connect_creates_under_the_same_limit() {
    let world = five_providers().await;
    register(&world, "two").await;
    let admin = world.admin(DEMO);
    admin.post("/integrations", &json!({ "provider": "one" })).await.ok();
    let problem = admin.post("/integrations/two/connect", &json!({})).await.problem(409, "plan_limit_reached");
    assert_eq!(problem["detail"], LIMIT);
    assert_eq!(integrations(&world, DEMO).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connect_to_a_provider_that_is_not_set_up_takes_no_slot_of_the_plan() {
    let world = five_providers().await;
    world.admin(DEMO).post("/integrations/two/connect", &json!({})).await.problem(503, "provider_not_configured");
    assert_eq!(integrations(&world, DEMO).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_hidden_stays_visible_where_it_exists_and_is_refused_where_it_does_not() {
    let world = five_providers().await;
    let admin = world.admin(DEMO);
    plan(&world, DEMO, "pro").await.ok();
    admin.post("/integrations", &json!({ "provider": "one" })).await.ok();
    register(&world, "two").await;
    set(&world, DEMO, None, "hidden", AttributeValue::Ss(vec!["one".into(), "two".into()])).await;

    let catalogue = admin.get("/integrations").await.ok();
    let slugs: Vec<&str> = catalogue["integrations"]
        .as_array()
        .expect("cards")
        .iter()
        .filter_map(|card| card["provider"].as_str())
        .collect();
    assert_eq!(slugs, ["one", "three", "four", "five"]);
    assert_eq!(catalogue["integrations"][0]["available"], false);
    assert_eq!(admin.get("/integrations/one").await.status, 200);
    for (method_path, body) in
        [("/integrations", json!({ "provider": "two" })), ("/integrations/two/connect", json!({}))]
    {
        let problem = admin.post(method_path, &body).await.problem(409, "provider_not_offered");
        assert_eq!(problem["detail"], "This provider is not available to your account.");
    }
    assert_eq!(integrations(&world, DEMO).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_offers_what_it_names_and_keeps_what_exists() {
    let registry = Registry::new(FIVE.map(TestProvider::calendar).into());
    let wires = Wires { registry: Some(registry), ..Wires::default() };
    let world = World::of(Plan { by_hand: true, wires, offered: Some("one,three"), ..Plan::default() }).await;
    let admin = world.admin(DEMO);
    register(&world, "two").await;
    admin.post("/integrations", &json!({ "provider": "two" })).await.problem(409, "provider_not_offered");
    admin.post("/integrations/two/connect", &json!({})).await.problem(409, "provider_not_offered");
    admin.post("/integrations", &json!({ "provider": "three" })).await.ok();
    let catalogue = admin.get("/integrations").await.ok();
    let cards = catalogue["integrations"].as_array().expect("cards");
    let slugs: Vec<&str> = cards.iter().filter_map(|card| card["provider"].as_str()).collect();
    assert_eq!(slugs, ["one", "three"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn connects_at_once_create_one_integration_and_a_flow_each() {
    let world = World::by_hand().await;
    let (admin, body) = (world.admin(DEMO), json!({}));
    let answers = all((0..20).map(|_| admin.post("/integrations/google-calendar/connect", &body))).await;
    assert_eq!(count(&answers, 200), 20, "{answers:?}");
    let flows: BTreeSet<&str> = answers.iter().filter_map(|answer| answer.body["flow"].as_str()).collect();
    assert_eq!(flows.len(), 20);
    assert_eq!(integrations(&world, DEMO).await.len(), 1);
    assert_eq!(meta(&world, DEMO).await["count"]["N"], "1");
    assert_eq!(admin.get("/integrations/google-calendar").await.ok()["version"], 2, "created, then configuring");
}
