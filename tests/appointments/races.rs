//! Workers that meet other workers, other choices and other accounts between two of their steps.

use super::{office, visit};
use crate::sync::scene::{Scene, WHOLE};
use crate::world::{Call, DEMO};
use chrono::TimeDelta;
use sandbox::Consent;
use sandbox::google::{ADA, GRACE, TEAM_CALENDAR};
use serde_json::json;
use shared::store::WriteState;

/// A run that has read its page, and waits while something happens that takes a second.
async fn while_a_page_is_stored(scene: &Scene, meanwhile: impl Future<Output = ()>) {
    scene.until_due(DEMO).await;
    let gate = scene.faults.hold(|call: &Call| call.caller == "SYNCWORKER" && call.is("BatchGetItem"));
    let rival = async {
        gate.reached().await;
        scene.later(TimeDelta::seconds(1));
        meanwhile.await;
        gate.open();
    };
    let (outcome, ()) = tokio::join!(scene.run(), rival);
    assert_eq!(outcome, "succeeded");
}

/// A worker carries the appointment out beside the run.
async fn carried_beside(scene: &Scene, id: &str) {
    scene.lose_messages().await;
    let message = scene.message_of(id).await;
    scene.invoke("sync-worker", message, WHOLE).await;
    assert_eq!(scene.standing(id).await, (WriteState::Written, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_read_before_a_write_does_not_undo_its_record() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.pull().await;
    scene.person("a-1", json!({ "location": "Theirs" }));
    while_a_page_is_stored(&scene, async {
        scene.put("a-1", &visit("Second", 9)).await.ok();
        carried_beside(&scene, "a-1").await;
    })
    .await;
    let record = scene.event_record(&scene.event_of("a-1")).await.expect("a record");
    assert_eq!((record.title.as_str(), record.location.as_deref()), ("Second", Some("Theirs")));
    scene.pull().await;
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_read_before_a_cancellation_does_not_bring_its_record_back() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.pull().await;
    let event = scene.event_of("a-1");
    scene.person("a-1", json!({ "location": "Theirs" }));
    while_a_page_is_stored(&scene, async {
        scene.cancel("a-1").await.ok();
        carried_beside(&scene, "a-1").await;
    })
    .await;
    assert_eq!(scene.event_record(&event).await, None, "the appointment is cancelled on both sides");
    scene.pull().await;
    assert_eq!(scene.told_of(&event).await, Vec::<String>::new(), "nobody is told of an event that is gone");
}

/// A worker waits before its call to the provider while something else happens.
async fn while_a_worker_is_held(scene: &Scene, id: &str, meanwhile: impl Future<Output = ()>) {
    scene.lose_messages().await;
    let message = scene.message_of(id).await;
    let gate = scene.faults.hold(Call::is_of_provider);
    let held = scene.invoke("sync-worker", message, WHOLE);
    let rival = async {
        gate.reached().await;
        meanwhile.await;
        gate.open();
    };
    tokio::join!(held, rival);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_ends_after_its_calendar_was_swept_leaves_no_record() {
    let scene = office(10).await;
    scene.put("a-1", &visit("Late", 8)).await.ok();
    while_a_worker_is_held(&scene, "a-1", async {
        scene.choose(&[TEAM_CALENDAR]).await;
        assert_eq!(scene.run().await, "succeeded");
    })
    .await;
    scene.rest().await;
    assert_eq!(scene.standing("a-1").await.0, WriteState::Written);
    let left = scene.records(DEMO, ADA).await.into_iter().filter(|record| !record.deleted);
    assert_eq!(left.map(|record| record.id.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_of_the_former_account_says_nothing_of_the_new_ones_appointment() {
    let scene = office(0).await;
    scene.put("a-1", &visit("Ada's", 8)).await.ok();
    let grace = Consent { account: Some(GRACE.to_owned()), ..Consent::default() };
    let message = scene.message_of("a-1").await;
    scene.lose_messages().await;
    let is_insert = |call: &Call| call.is_of_provider() && call.is("events");
    let (gate, ended) = (scene.faults.hold(is_insert), tokio::sync::Notify::new());
    let former = async {
        scene.invoke("sync-worker", message.clone(), WHOLE).await;
        ended.notify_one();
    };
    let meanwhile = async {
        gate.reached().await;
        scene.act(DEMO, "disconnect").await;
        scene.later(TimeDelta::seconds(61));
        scene.connect_as(DEMO, &grace).await.ok();
        assert_eq!(scene.run().await, "succeeded");
        scene.put("a-1", &visit("Grace's", 9)).await.ok();
        scene.lose_messages().await;
        // The new account's worker has the appointment when the former one's comes back.
        let rival = scene.faults.hold(is_insert);
        let between = async {
            rival.reached().await;
            gate.open();
            ended.notified().await;
            rival.open();
        };
        tokio::join!(scene.invoke("sync-worker", message.clone(), WHOLE), between);
    };
    tokio::join!(former, meanwhile);
    let told = scene.bus("appointment.written").await;
    let told: Vec<_> = told.iter().map(|one| one["content"]["title"].as_str().unwrap_or_default()).collect();
    assert_eq!(told, ["Grace's"]);
    assert_eq!(scene.standing("a-1").await, (WriteState::Written, None));
    assert_eq!(scene.marked(GRACE, "a-1").len(), 1);
}
