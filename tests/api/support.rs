//! What several tests of the API need.

use crate::world::{Answer, DEMO, World};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::clients::Clients;
use std::future::Future;

/// The exact words of the plan's limit, with their typographic apostrophe.
pub(super) const LIMIT: &str = "You\u{2019}ve reached the maximum integrations for your subscription plan";

/// A connected account whose first sync is done, with its workers by hand.
pub(super) async fn operated() -> World {
    let world = World::by_hand().await;
    world.connect(DEMO).await.ok();
    world.work(DEMO, TimeDelta::minutes(5)).await;
    // What comes next is later, also by the ids of runs.
    world.clock.advance(TimeDelta::seconds(1));
    let integration = world.admin(DEMO).get("/integrations/google-calendar").await.ok();
    assert_eq!((&integration["status"], &integration["sync"]["run"]), (&json!("Active"), &Value::Null));
    world
}

/// Everything at once; the answers in the order of the calls.
pub(super) async fn all<F: Future<Output = Answer>>(calls: impl IntoIterator<Item = F>) -> Vec<Answer> {
    join_all(calls).await
}

/// How many answers have this status.
pub(super) fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// Clients that may do everything, as an operator's, and the table's name.
fn operator(world: &World) -> (Clients, String) {
    let setup = world.setup("list");
    let table = setup.vars.required("TABLE_NAME").expect("a name").to_owned();
    let mut vars = setup.vars.map().clone();
    vars.insert("AWS_ACCESS_KEY_ID".into(), "OPERATOR".into());
    let wires = shared::entry::Wires::default();
    let setup = shared::entry::Setup { vars: shared::config::Vars::new(vars), wires, ..setup };
    (Clients::new(&setup).expect("clients"), table)
}

/// Sets one attribute of an account's item, or of its integration when a provider is named.
pub(super) async fn set(world: &World, account: &str, provider: Option<&str>, name: &str, value: AttributeValue) {
    let (clients, table) = operator(world);
    let sort = provider.map_or_else(|| "META".to_owned(), |provider| format!("INTEGRATION#{provider}"));
    let update = clients
        .dynamodb()
        .update_item()
        .table_name(table)
        .key("PK", AttributeValue::S(format!("ACCOUNT#{account}")))
        .key("SK", AttributeValue::S(sort))
        .update_expression("SET #name = :value")
        .expression_attribute_names("#name", name)
        .expression_attribute_values(":value", value);
    update.send().await.expect("an update");
}

/// Registers the product at a provider: without that nobody can begin to connect.
pub(super) async fn register(world: &World, provider: &str) {
    let prefix = world.setup("connect").vars.required("SECRET_PREFIX").expect("a prefix").to_owned();
    let client = json!({ "client_id": "aura", "client_secret": "of no use" }).to_string();
    let (clients, _) = operator(world);
    let create = clients.secrets().create_secret().name(format!("{prefix}/providers/{provider}")).secret_string(client);
    create.send().await.expect("a secret");
}

/// The account's own item, as DynamoDB's JSON.
pub(super) async fn meta(world: &World, account: &str) -> Value {
    let items = world.items_of(&format!("ACCOUNT#{account}")).await;
    items.into_iter().find(|item| item["SK"]["S"] == "META").unwrap_or_default()
}

/// The account's integrations, as DynamoDB's JSON.
pub(super) async fn integrations(world: &World, account: &str) -> Vec<Value> {
    let items = world.items_of(&format!("ACCOUNT#{account}")).await;
    items.into_iter().filter(|item| item["SK"]["S"].as_str().is_some_and(|sk| sk != "META")).collect()
}

/// The plan of an account, by the local stack's own route.
pub(super) async fn plan(world: &World, account: &str, plan: &str) -> Answer {
    world.stranger(None).post("/_local/plan", &json!({ "account": account, "plan": plan })).await
}
