//! Code, document, template and answers say the same.

pub(crate) mod schema;

use crate::world::{Answer, DEMO, GOOGLE, World};
use chrono::TimeDelta;
use local::template::RouteAuth;
use schema::Document;
use serde_json::{Value, json};
use shared::api::routes::{self, Access, Route};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_committed_document_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the document")).expect("JSON");
    assert!(
        committed == shared::api::openapi::document(),
        "docs/openapi.json is out of date: cargo run -p shared --example openapi > docs/openapi.json"
    );
}

#[test]
fn every_reference_of_the_document_resolves() {
    let document = Document::generated();
    let references = document.references();
    assert!(references.len() > 30, "{references:?}");
    for reference in references {
        assert!(document.resolve(&reference).is_some(), "{reference}");
    }
}

#[test]
fn the_document_has_every_route_and_no_other() {
    let document = shared::api::openapi::document();
    let paths = document["paths"].as_object().expect("paths");
    let documented: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().expect("operations").keys();
            methods.map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let coded: BTreeSet<(String, String)> =
        routes::ALL.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    assert_eq!(documented, coded);
    let ids: BTreeSet<&str> = paths
        .values()
        .flat_map(|operations| operations.as_object().expect("operations").values())
        .map(|operation| operation["operationId"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids.len(), routes::ALL.len(), "each operation has an id of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_template_has_every_route_with_its_function_and_its_lock() {
    let world = World::by_hand().await;
    let described = |method: &str, path: &str, function: &str, public: bool| {
        format!("{method} {path} -> {function}{}", if public { ", public" } else { "" })
    };
    let coded: BTreeSet<String> = routes::ALL
        .iter()
        .map(|route| described(route.method, route.path, route.function, route.access == Access::Public))
        .collect();
    let deployed: BTreeSet<String> = world
        .stack
        .stack()
        .routes
        .iter()
        .map(|route| described(&route.method, &route.path, &route.function, route.auth == RouteAuth::Public))
        .collect();
    assert_eq!(deployed, coded);
}

/// Checks an answer against what the document says of its route.
fn fits(document: &Document, route: &Route, answer: &Answer) {
    let operation = &document.0["paths"][route.path][route.method.to_lowercase()];
    let responses = &operation["responses"];
    let status = answer.status.to_string();
    let response = responses.get(&status).unwrap_or(&responses["default"]);
    let content = response["content"].get(answer.header("content-type"));
    let what = format!("{} {} {status}", route.method, route.path);
    let schema = content.map(|content| &content["schema"]).unwrap_or_else(|| panic!("{what}: {answer:?}"));
    let wrong = document.wrong(schema, &answer.body);
    assert!(wrong.is_empty(), "{what}: {wrong:#?}\n{:#}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_what_the_document_says() {
    let (world, document) = (World::by_hand().await, Document::generated());
    let (admin, own) = (world.admin(DEMO), "/integrations/google-calendar");
    fits(&document, &routes::LIST, &admin.get("/integrations").await);
    let created = admin.post("/integrations", &json!({ "provider": GOOGLE })).await;
    assert_eq!(created.status, 201);
    fits(&document, &routes::CREATE, &created);
    fits(&document, &routes::CONNECT, &admin.post(&format!("{own}/connect"), &json!({})).await);
    let completed = world.connect(DEMO).await;
    assert_eq!(completed.status, 200);
    fits(&document, &routes::COMPLETE, &completed);
    fits(&document, &routes::GET, &admin.get(own).await);
    world.work(DEMO, TimeDelta::minutes(5)).await;
    fits(&document, &routes::OPTIONS, &admin.get(&format!("{own}/options/calendars")).await);
    fits(
        &document,
        &routes::SETTINGS,
        &admin.patch(&format!("{own}/settings"), &json!({ "intervalMinutes": 60 })).await,
    );
    fits(&document, &routes::TEST, &admin.post(&format!("{own}/test"), &json!({})).await);
    let synced = admin.post(&format!("{own}/sync"), &json!({})).await;
    assert_eq!(synced.status, 202);
    fits(&document, &routes::SYNC, &synced);
    fits(&document, &routes::GET, &admin.get(own).await);
    fits(&document, &routes::RUNS, &admin.get(&format!("{own}/runs?limit=1")).await);
    let run = synced.body["run"].as_str().expect("a run");
    fits(&document, &routes::RUN, &admin.get(&format!("{own}/runs/{run}")).await);
    for query in ["updatedSince=2026-03-20T00:00:00Z&limit=500", "from=2026-03-16T00:00:00Z&to=2026-04-16T00:00:00Z"] {
        let records = admin.get(&format!("{own}/records?{query}")).await;
        let some =
            ["records", "occurrences"].iter().any(|list| records.body[list].as_array().is_some_and(|it| it.len() > 6));
        assert!(some, "{records:?}");
        fits(&document, &routes::RECORDS, &records);
    }
    fits(&document, &routes::SYNC, &admin.post(&format!("{own}/sync"), &json!({})).await);
    fits(&document, &routes::GET, &world.viewer(DEMO).get(own).await);
    fits(&document, &routes::LIST, &world.viewer(DEMO).get("/integrations").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_served_document_is_the_committed_one() {
    let world = World::by_hand().await;
    assert_eq!(world.stranger(None).get("/openapi.json").await.ok(), shared::api::openapi::document());
}
