//! Every sample trigger in `events/` is what its function understands.

use crate::world::{DEMO, GOOGLE, World};
use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::api::routes;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A world in which nothing is connected answers these; what is not named here is answered 200.
const ANSWERS: [(&str, u16); 29] = [
    ("connect/google-calendar", 200),
    ("create/google-calendar", 201),
    ("delete/google-calendar", 204),
    ("disconnect/google-calendar", 404),
    ("facebook-callbacks/deauthorize", 401),
    ("facebook-callbacks/deletion", 401),
    ("facebook-callbacks/deletion-state", 404),
    ("get/admin", 404),
    ("get/viewer", 403),
    ("history/list", 404),
    ("oauth-callback/allowed", 303),
    ("oauth-callback/denied", 303),
    ("oauth-complete/finish", 404),
    ("options/calendars", 404),
    ("pause/google-calendar", 404),
    ("preview/facebook-lead-ads", 404),
    ("reconciliation/facebook-lead-ads", 404),
    ("records/changed", 404),
    ("records/occurrences", 404),
    ("resume/google-calendar", 404),
    ("runs/list", 404),
    ("runs/one", 404),
    ("settings/two-calendars", 404),
    ("sync/google-calendar", 404),
    ("test-lead/facebook-lead-ads", 404),
    ("test/google-calendar", 404),
    ("write-event/cancel", 404),
    ("write-event/put", 404),
    ("write-event/writes", 404),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

/// Function, name and content of every sample.
fn samples() -> Vec<(String, String, Value)> {
    let sample = |function: &Path, file: &Path| {
        let text = std::fs::read_to_string(file).expect("a sample");
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        (stem(function), format!("{}/{}", stem(function), stem(file)), json)
    };
    let folders = listed(&folder());
    folders.iter().flat_map(|function| listed(function).into_iter().map(|file| sample(function, &file))).collect()
}

fn expected(name: &str) -> u16 {
    ANSWERS.iter().find(|(of, _)| *of == name).map_or(200, |(_, status)| *status)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_is_understood_by_its_function() {
    for (function, name, event) in samples() {
        let world = World::by_hand().await;
        let answer = world.invoke(&function, event.clone(), TimeDelta::seconds(29)).await;
        if event.get("routeKey").is_some() {
            assert_eq!(answer["statusCode"], expected(&name), "{name}: {answer}");
        } else if event.get("Records").is_some() {
            assert_eq!(answer, json!({ "batchItemFailures": [] }), "{name}");
        } else {
            assert!(answer.is_object(), "{name}: {answer}");
        }
        let failed = world.lines.all().iter().any(|line| line.contains(r#""level":"error""#));
        assert!(!failed, "{name}: {:?}", world.lines.all());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_of_requests_are_answered_in_a_connected_account_as_a_person_would_be() {
    let world = World::by_hand().await;
    world.connect(DEMO).await.ok();
    world.work(DEMO, TimeDelta::minutes(5)).await;
    for (function, name, event) in samples() {
        let status = match name.as_str() {
            "get/admin"
            | "options/calendars"
            | "runs/list"
            | "history/list"
            | "records/occurrences"
            | "test/google-calendar" => 200,
            "sync/google-calendar" => 202,
            "create/google-calendar" => 409,
            _ => continue,
        };
        let answer = world.invoke(&function, event, TimeDelta::seconds(29)).await;
        assert_eq!(answer["statusCode"], status, "{name}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_has_a_sample_of_each_of_its_routes_and_every_sample_a_function() {
    let world = World::by_hand().await;
    let deployed: BTreeSet<String> = world.stack.stack().functions.keys().cloned().collect();
    let sampled: BTreeSet<String> = samples().into_iter().map(|(function, _, _)| function).collect();
    assert_eq!(sampled, deployed);
    let keys: BTreeSet<String> =
        samples().iter().filter_map(|(_, _, event)| event["routeKey"].as_str().map(str::to_owned)).collect();
    let routes: BTreeSet<String> = routes::ALL.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(keys, routes);
    assert!(samples().iter().any(|(_, _, event)| event.to_string().contains(GOOGLE)));
}
