//! What the bus carries is what `docs/events/` says.

use super::OWN;
use crate::openapi::schema::Document;
use crate::sync::scene::Scene;
use crate::world::DEMO;
use chrono::TimeDelta;
use domain::lifecycle::ErrorReason;
use sandbox::google::ADA;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/events")
}

/// The committed schemas by kind.
fn committed() -> BTreeMap<String, Document> {
    let schema = |path: PathBuf| {
        let kind = path.file_stem()?.to_str()?.to_owned();
        let text = std::fs::read_to_string(&path).expect("a schema");
        Some((kind, Document(serde_json::from_str(&text).expect("JSON"))))
    };
    let files = std::fs::read_dir(folder()).expect("the schemas").map(|file| file.expect("a file").path());
    files.filter_map(schema).collect()
}

/// Asserts that each event is of a kind that is published, and fits its schema.
pub(super) fn assert_fit(events: &[Value]) {
    let schemas = committed();
    for event in events.iter().filter(|event| event["source"] == "aura.integrations") {
        let kind = event["detail-type"].as_str().expect("a kind");
        let schema = schemas.get(kind).unwrap_or_else(|| panic!("{kind} is not documented"));
        let wrong = schema.wrong_for_all(&event["detail"]);
        assert!(wrong.is_empty(), "{kind}: {wrong:?} in {event}");
        assert!(!kind.starts_with("billing.") && !kind.starts_with("account."), "{kind} is listened to");
    }
}

#[test]
fn the_committed_schemas_are_the_generated_ones_and_no_others() {
    let committed = committed();
    let generated: BTreeMap<&str, Value> =
        shared::api::events::ALL.iter().map(|(kind, schema)| (*kind, json!(schema()))).collect();
    let names = |kinds: Vec<&str>| kinds.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(
        names(committed.keys().map(String::as_str).collect()),
        names(generated.keys().copied().collect()),
        "cargo run -p shared --example events writes docs/events"
    );
    for (kind, schema) in generated {
        assert!(committed[kind].0 == schema, "docs/events/{kind}.json is out of date");
        for reference in committed[kind].references() {
            assert!(committed[kind].resolve(&reference).is_some(), "{kind}: {reference}");
        }
    }
}

#[test]
fn an_event_that_does_not_fit_is_found() {
    let schemas = committed();
    let good = json!({
        "id": "0190b1f0-0000-7000-8000-000000000001", "account": "demo", "version": 3,
        "occurredAt": "2026-03-20T09:00:00Z", "integration": "0190b1f0-0000-7000-8000-000000000002",
        "provider": "google-calendar", "status": "Error", "reason": "configuration",
    });
    let schema = &schemas["integration.changed"];
    assert_eq!(schema.wrong_for_all(&good), Vec::<String>::new());
    for (field, bad) in [("status", json!("Broken")), ("version", json!(-1)), ("id", json!("x")), ("reason", json!(1))]
    {
        let mut event = good.clone();
        event[field] = bad;
        assert!(!schema.wrong_for_all(&event).is_empty(), "{field}");
    }
    let mut event = good;
    event.as_object_mut().expect("an object").remove("account");
    assert!(!schema.wrong_for_all(&event).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_of_a_life_fits_its_schema_and_has_an_id_and_a_version_of_its_own() {
    let scene = Scene::synced(20).await;
    scene.calendar(ADA).change_some(2);
    scene.live(TimeDelta::minutes(30)).await;
    scene.admin(DEMO).patch(&format!("{OWN}/settings"), &json!({ "intervalMinutes": 60 })).await.ok();
    for action in ["pause", "resume"] {
        scene.act(DEMO, action).await;
        scene.background().await;
    }
    scene.found_out(DEMO, Err(ErrorReason::InsufficientPermissions)).await;
    scene.connect(DEMO).await.ok();
    scene.background().await;
    scene.act(DEMO, "disconnect").await;
    scene.background().await;
    scene.delete(DEMO).await;
    scene.background().await;

    let shown = scene.stranger(None).get("/_local/events").await.ok();
    let events = shown["events"].as_array().expect("events").clone();
    assert_fit(&events);
    let kinds: BTreeSet<&str> = events.iter().filter_map(|event| event["detail-type"].as_str()).collect();
    let expected = ["created", "changed", "deleted", "error"].map(|kind| format!("integration.{kind}"));
    assert!(
        expected.iter().all(|kind| kinds.contains(kind.as_str())) && kinds.contains("records.changed"),
        "{kinds:?}"
    );
    let ids: BTreeSet<&str> = events.iter().filter_map(|event| event["detail"]["id"].as_str()).collect();
    assert_eq!(ids.len(), events.len());
    let changed = events.iter().filter(|event| event["detail-type"] == "integration.changed");
    let versions: Vec<u64> = changed.filter_map(|event| event["detail"]["version"].as_u64()).collect();
    assert!(versions.is_sorted_by(|older, newer| older < newer), "{versions:?}");
    assert_eq!(scene.items_of("OUTBOX#").await, Vec::<Value>::new());
}
