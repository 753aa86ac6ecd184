//! An integration that is deleted and created anew while an old worker still runs.

use super::scene::{Scene, WHOLE};
use crate::world::{Call, DEMO};
use chrono::TimeDelta;
use sandbox::google::ADA;
use serde_json::Value;

/// Holds the old worker at a call, replaces the integration, lets the new one sync, and lets the old worker go.
async fn the_old_worker_changes_nothing(at: impl Fn(&Call) -> bool + Send + Sync + 'static) {
    let scene = Scene::with(60).await;
    scene.page_size(10);
    scene.connect(DEMO).await.ok();
    let old = scene.integration().await;
    let gate = scene.faults.hold(at);
    let replaced = async {
        gate.reached().await;
        scene.delete(DEMO).await;
        // Until the revocation of the old grant is over, nobody connects the same account.
        scene.clock.advance(TimeDelta::seconds(61));
        scene.connect(DEMO).await.ok();
        assert_eq!(scene.run().await, "succeeded");
        let before = scene.snapshot().await;
        gate.open();
        before
    };
    let message = scene.message(DEMO).await;
    let worker = scene.invoke("sync-worker", crate::world::sqs_event(&[message]), WHOLE);
    let (answer, before) = tokio::join!(worker, replaced);
    assert_eq!(answer["batchItemFailures"], serde_json::json!([]), "the old worker acknowledges");
    assert_eq!(scene.lines.outcomes("sync-worker").pop().as_deref(), Some("lost"));
    assert_eq!(scene.snapshot().await, before, "the old worker changed something");

    let new = scene.integration().await;
    assert_ne!((new.id, new.dataset, new.grant), (old.id, old.dataset, old.grant));
    assert!(scene.store.credential(old.id).await.expect("the table").is_none());
    let records = scene.assert_whole(DEMO, 1).await;
    assert!(records.iter().all(|record| record.version == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_worker_that_waits_for_a_page_changes_nothing_of_the_new_integration() {
    the_old_worker_changes_nothing(|call| call.is("events")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_worker_that_is_about_to_store_changes_nothing_of_the_new_integration() {
    the_old_worker_changes_nothing(stores_records).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_worker_that_has_only_just_begun_changes_nothing_of_the_new_integration() {
    the_old_worker_changes_nothing(|call| call.is("calendarList")).await;
}

fn stores_records(call: &Call) -> bool {
    call.of_worker() && call.writes().iter().any(|partition| partition.starts_with("RECORDS#"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_deleted_integration_is_read_by_the_next_one() {
    let scene = Scene::synced(60).await;
    let old = scene.integration().await;
    scene.delete(DEMO).await;
    assert!(scene.found(DEMO).await.is_none());
    scene.clock.advance(TimeDelta::seconds(61));
    scene.connect(DEMO).await.ok();
    assert!(scene.records(DEMO, ADA).await.is_empty());
    assert_eq!(scene.runs(DEMO).await.len(), 1, "only the run that was asked for");
    let late = serde_json::json!({ "account": DEMO, "provider": "google-calendar", "integration": old.id });
    scene.invoke("sync-worker", crate::world::sqs_event(&[late]), WHOLE).await;
    assert_eq!(scene.lines.outcomes("sync-worker").pop().as_deref(), Some("gone"));
}

impl Scene {
    /// Every item of the table, in the order of their keys.
    pub(super) async fn snapshot(&self) -> Vec<Value> {
        let mut items = self.items().await;
        // A worker that lost its run takes the channel along that it made, and no list has.
        items.retain(|item| item["SK"]["S"] != "CHANNEL");
        items.sort_by_key(|item| format!("{} {}", item["PK"], item["SK"]));
        items
    }
}
