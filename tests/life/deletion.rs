//! Delete: gone at once for the person, and everything else behind it, without touching what is created anew.

use super::OWN;
use crate::sync::scene::Scene;
use crate::world::{Call, DEMO, Fault, GOOGLE, sqs_event};
use chrono::TimeDelta;
use sandbox::PathKind;
use sandbox::google::ADA;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Partitions of the table that belong to an integration.
async fn remains(scene: &Scene) -> BTreeSet<String> {
    let items = scene.items().await;
    let keys = items.iter().filter_map(|item| item["PK"]["S"].as_str());
    let kinds = ["INTEGRATION#", "RECORDS#", "CLEANUP#"];
    keys.filter(|key| kinds.iter().any(|kind| key.starts_with(kind))).map(str::to_owned).collect()
}

async fn count(scene: &Scene) -> Value {
    let items = scene.items_of(&format!("ACCOUNT#{DEMO}")).await;
    items.into_iter().find(|item| item["SK"]["S"] == "META").expect("an account")["count"]["N"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_deleted_integration_is_left_after_the_worker() {
    let scene = Scene::synced(60).await;
    assert!(remains(&scene).await.len() >= 2);
    let event_of = |kind: &'static str| scene.heard(kind);
    scene.delete(DEMO).await;
    assert_eq!(count(&scene).await, "0");
    scene.background().await;
    assert_eq!(remains(&scene).await, BTreeSet::new());
    assert_eq!(scene.requests(PathKind::Revoke), 1);
    assert!(matches!(scene.grants().as_slice(), [(_, true)]));
    let deleted = event_of("integration.deleted").await;
    assert_eq!(deleted.len(), 1);
    assert_eq!(deleted[0]["detail"]["account"], DEMO);

    // Also not after all that was planned for it has come and gone.
    scene.live(TimeDelta::days(2)).await;
    assert_eq!(remains(&scene).await, BTreeSet::new());
    assert_eq!(scene.agenda().await, BTreeSet::new());
    scene.admin(DEMO).get(OWN).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_message_of_the_former_integration_touches_nothing_of_the_one_created_anew() {
    let scene = Scene::synced(60).await;
    let former = scene.message(DEMO).await;
    scene.delete(DEMO).await;
    let mail = scene.delivered().await;
    let (_, cleanup) = mail.iter().find(|(function, _)| function == "lifecycle-worker").expect("a message").clone();
    scene.clock.advance(TimeDelta::seconds(61));
    scene.connect(DEMO).await.ok();
    let created = scene.message(DEMO).await;
    let of_demo = |(function, _): &(String, Value)| function == "sync-worker";
    let sync = scene.delivered().await.into_iter().find(of_demo).expect("a message");
    scene.invoke("sync-worker", sync.1, crate::sync::scene::WHOLE).await;
    let (records, view, story) = (scene.records(DEMO, ADA).await, scene.view().await, scene.story(DEMO).await);
    assert!(records.len() > 10 && created["integration"] != former["integration"]);

    for _ in 0..2 {
        scene.invoke("lifecycle-worker", cleanup.clone(), crate::sync::scene::WHOLE).await;
        scene.invoke("sync-worker", sqs_event(std::slice::from_ref(&former)), crate::sync::scene::WHOLE).await;
        scene.invoke("refresh-worker", sqs_event(std::slice::from_ref(&former)), crate::sync::scene::WHOLE).await;
        scene.background().await;
    }
    assert_eq!(scene.records(DEMO, ADA).await, records);
    assert_eq!((scene.view().await, scene.story(DEMO).await), (view, story));
    assert_eq!(count(&scene).await, "1");
    let id = former["integration"].as_str().expect("an id");
    assert_eq!(scene.items_of(&format!("INTEGRATION#{id}")).await, Vec::<Value>::new());
    assert_eq!(scene.items_of("CLEANUP#").await, Vec::<Value>::new());
    assert!(scene.grants().iter().any(|(_, dead)| !dead), "the new grant lives");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_records_go_in_several_steps_and_a_worker_that_is_cut_off_is_followed() {
    let scene = Scene::with(5_800).await;
    scene.connect(DEMO).await.ok();
    scene.background().await;
    let stored = scene.items_of("RECORDS#").await.len();
    assert!(stored >= 2_000, "{stored} of {} at Google", scene.calendar(ADA).events().len());
    scene.delete(DEMO).await;
    let (function, event) = scene.delivered().await.pop().expect("a message");
    // As much time as makes one step and not another.
    let short = TimeDelta::seconds(10);
    scene.invoke(&function, event.clone(), short).await;
    assert_eq!(scene.lines.outcomes("lifecycle-worker").pop().as_deref(), Some("checkpoint"));
    let left = scene.items_of("RECORDS#").await.len();
    assert!(left < stored && left > 0, "{left} of {stored}");
    assert!(matches!(scene.grants().as_slice(), [(_, true)]), "the secret goes first");
    scene.live(TimeDelta::minutes(5)).await;
    assert_eq!(remains(&scene).await, BTreeSet::new());
    assert_eq!(scene.requests(PathKind::Revoke), 1, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_of_what_was_never_connected_leaves_nothing_either() {
    let scene = Scene::with(20).await;
    scene.admin(DEMO).post("/integrations", &json!({ "provider": GOOGLE })).await.ok();
    scene.admin(DEMO).post(&format!("{OWN}/connect"), &json!({})).await.ok();
    scene.delete(DEMO).await;
    scene.live(TimeDelta::days(2)).await;
    assert_eq!((remains(&scene).await, scene.agenda().await), (BTreeSet::new(), BTreeSet::new()));
    assert_eq!(scene.requests(PathKind::Revoke), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_wrote_is_erased_although_the_grant_cannot_be_read() {
    let scene = Scene::synced(20).await;
    let unreadable = |call: &Call| call.is("GetSecretValue") && call.caller == "LIFECYCLEWORKER";
    scene.faults.always(unreadable, Fault::Refuse(400, "DecryptionFailure"));
    scene.delete(DEMO).await;
    scene.background().await;
    let left = remains(&scene).await;
    assert!(left.iter().all(|partition| partition.starts_with("CLEANUP#")), "{left:?}");
    scene.live(TimeDelta::hours(12)).await;
    assert_eq!(remains(&scene).await, BTreeSet::new(), "given up after six tries");
    assert!(matches!(scene.grants().as_slice(), [(_, true)]));
}
