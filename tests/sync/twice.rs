//! Two workers with one message.

use super::scene::{BEYOND_THE_LEASE, Scene, WHOLE};
use crate::world::{DEMO, sqs_event};
use futures_util::future::join_all;
use sandbox::PathKind;
use sandbox::google::ADA;

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_get_the_same_message_at_once_make_one_run() {
    let scene = Scene::with(200).await;
    scene.page_size(30);
    scene.connect(DEMO).await.ok();
    let message = scene.message(DEMO).await;
    let workers = (0..6).map(|_| scene.invoke("sync-worker", sqs_event(std::slice::from_ref(&message)), WHOLE));
    for answer in join_all(workers).await {
        assert_eq!(answer["batchItemFailures"], serde_json::json!([]), "everybody acknowledges");
    }
    let outcomes = scene.lines.outcomes("sync-worker");
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "succeeded").count(), 1, "{outcomes:?}");
    let records = scene.assert_demo(1).await;
    assert!(records.iter().all(|record| record.version == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_while_a_worker_is_at_work_is_dropped() {
    let scene = Scene::with(60).await;
    scene.connect(DEMO).await.ok();
    let gate = scene.faults.hold(|call| call.is("events"));
    let second = async {
        gate.reached().await;
        let outcome = scene.run().await;
        gate.open();
        outcome
    };
    let (_, outcome) = tokio::join!(scene.work(DEMO, WHOLE), second);
    assert_eq!(outcome, "busy");
    scene.assert_demo(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_that_comes_late_starts_no_run() {
    let scene = Scene::synced(60).await;
    let before = scene.integration().await.rev;
    assert_eq!(scene.run().await, "not_due");
    assert_eq!(scene.integration().await.rev, before, "nothing was written");
    assert_eq!(scene.requests(PathKind::Events), 0);
    scene.assert_demo(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_outlived_its_lease_changes_nothing_of_what_the_next_one_did() {
    let scene = Scene::with(60).await;
    scene.page_size(10);
    scene.connect(DEMO).await.ok();
    let gate = scene.faults.hold(|call| call.is("events"));
    let next = async {
        gate.reached().await;
        scene.clock.advance(BEYOND_THE_LEASE);
        assert_eq!(scene.plan_syncs().await["sent"], 1);
        assert_eq!(scene.run().await, "succeeded");
        scene.calendar(ADA).change_some(3);
        let before = scene.snapshot().await;
        gate.open();
        before
    };
    let (_, before) = tokio::join!(scene.work(DEMO, WHOLE), next);
    assert_eq!(scene.lines.outcomes("sync-worker").pop().as_deref(), Some("lost"));
    assert_eq!(scene.snapshot().await, before);
    assert_eq!(scene.next_run().await, "succeeded");
    scene.assert_demo(2).await;
}
