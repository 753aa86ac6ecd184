use super::*;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).expect(path)
}

fn billed(tables: &Tables, integrations: f64, item: Item) -> f64 {
    bill(tables, integrations).iter().find(|(price, _)| price.item == item).expect("a price").1
}

#[test]
fn the_committed_card_is_what_the_tables_come_to() {
    let committed = text("docs/COST.md");
    assert!(committed == card(&committed, &Tables::committed()), "docs/COST.md is out of date: cargo run -p cost");
}

#[test]
fn a_number_that_is_changed_by_hand_is_found() {
    let committed = text("docs/COST.md");
    let (before, after) = committed.split_once("| **All** |").expect("the sum");
    let forged = format!("{before}| **All** | 1{after}");
    assert_ne!(forged, card(&forged, &Tables::committed()));
}

#[test]
fn calls_are_counted_by_what_is_billed() {
    let update = json!({ "Update": { "Key": {}, "ExpressionAttributeNames": { "#due_sk": "due_sk" } } });
    let record = json!({ "Put": { "Item": { "changed_sk": { "S": "1" }, "agenda_sk": { "S": "1" } } } });
    let check = json!({ "ConditionCheck": {} });
    let calls: [(&str, Value); 8] = [
        ("GetItem", json!({})),
        ("BatchGetItem", json!({ "RequestItems": { "table": { "Keys": [{}, {}, {}] } } })),
        ("Query", json!({ "ConsistentRead": true })),
        ("Query", json!({ "IndexName": "due" })),
        ("TransactWriteItems", json!({ "TransactItems": [update, record, check] })),
        ("DeleteItem", json!({ "Key": {} })),
        ("SendMessageBatch", json!({ "Entries": [{}, {}] })),
        ("PutEvents", json!({ "Entries": [{}] })),
    ];
    let count = Count::of(calls.iter().map(|(operation, body)| (*operation, body)));
    assert_eq!((count.read_units(), count.write_units()), (1.0 + 3.0 + 1.0 + 0.5, 3.0 * 2.0 + 1.0 + 3.0 * 2.0));
    assert_eq!((count.queue_requests(), count.items_of("events")), (1.0 + 2.0 * 2.0, 1.0));
    assert_eq!(count.calls_of("Query"), 2.0);
}

#[test]
fn work_costs_by_the_integration_and_ticks_by_the_stack() {
    let tables = Tables::committed();
    for item in [Item::DynamoDbWrites, Item::Events, Item::SecretCalls, Item::DynamoDbGigabytes] {
        let (one, ten) = (billed(&tables, 1_000.0, item), billed(&tables, 10_000.0, item));
        assert!(one > 0.0 && (ten / one - 10.0).abs() < 1e-6, "{item:?}: {one}, {ten}");
    }
    for item in [Item::Ticks, Item::Metrics, Item::Alarms] {
        assert_eq!(billed(&tables, 0.0, item), billed(&tables, 1_000_000.0, item), "{item:?}");
    }
}

#[test]
fn a_grant_is_a_secret_and_a_secret_has_its_price() {
    let tables = Tables::committed();
    let grants = billed(&tables, 1_000_000.0, Item::Secrets) - billed(&tables, 0.0, Item::Secrets);
    assert!((grants - 400_000.0).abs() < 1e-6, "{grants}");
}

#[test]
fn every_item_has_one_price() {
    let tables = Tables::committed();
    let mut items: Vec<Item> = tables.prices.prices.iter().map(|price| price.item).collect();
    items.sort_unstable();
    let all = items.len();
    items.dedup();
    assert_eq!((items.len(), all), (17, 17));
}

#[test]
fn what_watches_is_as_many_as_in_the_template() {
    let (template, usage) = (text("infra/template.yaml"), Tables::committed().usage);
    let alarms = template.split("    Type: AWS::CloudWatch::Alarm\n").skip(1);
    let dashboards = template.matches("    Type: AWS::CloudWatch::Dashboard\n").count() as f64;
    // An alarm on an expression is charged for each metric in it.
    let metrics = |alarm: &str| {
        let alarm = alarm.split("\n\n").next().unwrap_or_default();
        alarm.matches("MetricStat:").count().max(1) as f64
    };
    let alarms: f64 = alarms.map(metrics).sum();
    assert_eq!((usage.alarm_metrics_per_stack, usage.dashboards_per_stack), (alarms, dashboards));
}

#[test]
fn functions_have_the_memory_of_the_template() {
    let template = text("infra/template.yaml");
    let memory = |section: &str| -> f64 {
        let said = section.split_once("MemorySize:").map_or("256", |(_, rest)| rest.lines().next().unwrap_or_default());
        said.trim().parse().expect("a number of MB")
    };
    assert!(template.contains("    MemorySize: 256\n"), "what a function has that says nothing");
    let mut seen = 0;
    for section in template.split("      FunctionName: !Sub aura-${Stage}-").skip(1) {
        let name = section.lines().next().expect("a name");
        if let Some(function) = Tables::committed().usage.functions.get(name) {
            assert_eq!(function.megabytes, memory(section), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, Tables::committed().usage.functions.len(), "every function is one of the template");
}
