//! Aura's own writes are no changes of the provider's side: not when the pull sees them first, not after a crash, and not
//! when a full sync runs meanwhile.

use super::{google_time, office, visit};
use crate::sync::scene::{BEYOND_THE_LEASE, WHOLE};
use crate::world::{Call, DEMO, Fault};
use sandbox::google::ADA;
use sandbox::{FaultKind, PathKind};
use serde_json::json;
use shared::store::WriteState;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_what_aura_wrote() {
    let scene = office(10).await;
    scene.write("a-1", &visit("First", 8)).await;
    let id = scene.event_of("a-1");
    assert!(scene.event_record(&id).await.is_some(), "it is a record at once");
    scene.pull().await;
    scene.write("a-1", &visit("Second", 9)).await;
    scene.pull().await;
    scene.cancel("a-1").await.ok();
    scene.carry().await;
    scene.pull().await;
    assert_eq!(scene.told_of(&id).await, Vec::<String>::new());
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_changes_after_aura_is_told_once() {
    let scene = office(10).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.person("a-1", google_time(9));
    scene.pull().await;
    scene.pull().await;
    let id = scene.event_of("a-1");
    assert_eq!(scene.told_of(&id).await, ["updated"]);
    scene.person_deletes("a-1");
    scene.pull().await;
    assert_eq!(scene.told_of(&id).await, ["updated", "deleted"]);
}

/// The pull is faster than the worker that goes on after the crash, or the other way round.
async fn a_crash_between_answer_and_commit(pull_first: bool) {
    let scene = office(10).await;
    let made = scene.put("a-1", &visit("First", 8)).await;
    assert_eq!(made.status, 202);
    scene.carry_and_die_after_the_provider().await;
    let id = scene.event_of("a-1");
    assert_eq!(scene.standing("a-1").await.0, WriteState::Pending);
    if pull_first {
        scene.pull().await;
    }
    scene.later(BEYOND_THE_LEASE);
    scene.rest().await;
    assert_eq!((scene.event_of("a-1"), scene.standing("a-1").await.0), (id.clone(), WriteState::Written));
    scene.put("a-1", &visit("Second", 9)).await.ok();
    scene.carry_and_die_after_the_provider().await;
    if pull_first {
        scene.pull().await;
    }
    scene.later(BEYOND_THE_LEASE);
    scene.rest().await;
    let item = scene.item("a-1").await;
    assert_eq!((item.state, item.overridden), (WriteState::Written, vec![]));
    scene.cancel("a-1").await.ok();
    scene.carry_and_die_after_the_provider().await;
    if pull_first {
        scene.pull().await;
    }
    scene.later(BEYOND_THE_LEASE);
    scene.rest().await;
    scene.pull().await;
    assert_eq!(scene.marked(ADA, "a-1").len(), 0);
    assert_eq!(scene.told_of(&id).await, Vec::<String>::new());
    let revisions: Vec<_> = scene.bus("appointment.written").await.iter().map(|one| one["revision"].as_u64()).collect();
    assert_eq!(revisions, [Some(1), Some(2), Some(3)]);
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_died_before_it_stored_googles_answer_wrote_once_and_is_no_echo() {
    a_crash_between_answer_and_commit(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_sees_a_dead_workers_write_first_tells_nobody() {
    a_crash_between_answer_and_commit(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_google_took_without_an_answer_is_made_once() {
    let scene = office(0).await;
    scene.sandbox().fault(sandbox::Fault::always(FaultKind::CommitThenTimeout).on(PathKind::Write).times(1));
    scene.write("a-1", &visit("First", 8)).await;
    scene.rest().await;
    let id = scene.event_of("a-1");
    scene.sandbox().fault(sandbox::Fault::always(FaultKind::CommitThenTimeout).on(PathKind::Write).times(1));
    scene.write("a-1", &visit("Second", 9)).await;
    scene.pull().await;
    scene.rest().await;
    assert_eq!(scene.only("a-1")["summary"], "Second");
    assert_eq!(scene.item("a-1").await.overridden, []);
    assert_eq!(scene.told_of(&id).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_person_after_a_crash_is_found_and_told() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    let id = scene.event_of("a-1");
    scene.put("a-1", &visit("Second", 8)).await.ok();
    scene.carry_and_die_after_the_provider().await;
    scene.person("a-1", google_time(12));
    scene.later(BEYOND_THE_LEASE);
    scene.rest().await;
    let event = scene.only("a-1");
    assert_eq!((&event["summary"], &event["start"]["dateTime"]), (&json!("Second"), &json!("2026-04-02T12:00:00Z")));
    scene.pull().await;
    assert_eq!(scene.told_of(&id).await, ["updated"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_a_person_made_is_an_event_of_theirs() {
    let scene = office(0).await;
    scene.write("a-1", &visit("Original", 8)).await;
    let id = scene.event_of("a-1");
    let copy = scene.calendar(ADA).duplicate(&id).expect("a copy")["id"].as_str().expect("an id").to_owned();
    scene.pull().await;
    assert_eq!((scene.told_of(&copy).await, scene.told_of(&id).await), (vec!["created".to_owned()], vec![]));
    let record = scene.event_record(&copy).await.expect("a record");
    assert_eq!((record.title.as_str(), &record.mark), ("Original", &None), "whose mark it carries is not shown");
    assert!(scene.event_record(&id).await.expect("a record").mark.is_some());

    // It lives on by itself: moved, and left alone by what becomes of the original.
    scene.calendar(ADA).update(&copy, google_time(15)).expect("moved");
    scene.write("a-1", &visit("Original", 9)).await;
    scene.cancel("a-1").await.ok();
    scene.carry().await;
    scene.pull().await;
    let copied = scene.calendar(ADA).event(&copy).expect("the copy");
    assert_eq!(
        (&copied["status"], &copied["start"]["dateTime"]),
        (&json!("confirmed"), &json!("2026-04-02T15:00:00Z"))
    );
    assert_eq!(scene.event_record(&copy).await.expect("a record").mark, None);
    assert_eq!(scene.told_of(&copy).await, ["created", "updated"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_spares_what_was_written_after_it_began() {
    let scene = office(60).await;
    scene.page_size(10);
    scene.sandbox().google().expire_sync_tokens();
    scene.until_due(DEMO).await;
    // The first page of the full pull is there; then Aura writes, as early in the listing as can be.
    let gate = scene.faults.hold_nth(2, |call: &Call| call.is_of_provider() && call.is("events"));
    let full = scene.run();
    let meanwhile = async {
        gate.reached().await;
        scene.lose_messages().await;
        for id in ["a-1", "a-2"] {
            scene.put(id, &visit(id, 8)).await.ok();
        }
        let message = scene.message_of("a-1").await;
        scene.invoke("sync-worker", message, WHOLE).await;
        assert_eq!(scene.standing("a-1").await.0, WriteState::Written);
        gate.open();
    };
    let (outcome, ()) = tokio::join!(full, meanwhile);
    assert_eq!(outcome, "succeeded");
    let id = scene.event_of("a-1");
    assert!(scene.event_record(&id).await.is_some(), "the sweep spares it");
    scene.rest().await;
    scene.pull().await;
    assert_eq!((scene.told_of(&id).await, scene.told_of(&scene.event_of("a-2")).await), (vec![], vec![]));
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_sweeps_what_a_person_deleted_and_tells_it() {
    let scene = office(10).await;
    for id in ["a-1", "a-2", "a-3"] {
        scene.write(id, &visit(id, 8)).await;
    }
    let ids = ["a-1", "a-2", "a-3"].map(|id| scene.event_of(id));
    scene.person_deletes("a-1");
    // Aura's own cancellation, whose worker died after Google's answer.
    scene.cancel("a-2").await.ok();
    scene.carry_and_die_after_the_provider().await;
    scene.sandbox().google().expire_sync_tokens();
    scene.pull().await;
    scene.rest().await;
    scene.pull().await;
    assert_eq!(scene.told_of(&ids[0]).await, ["deleted"]);
    assert_eq!(scene.told_of(&ids[1]).await, Vec::<String>::new());
    assert_eq!(scene.told_of(&ids[2]).await, Vec::<String>::new());
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_with_the_same_message_write_once() {
    let scene = office(0).await;
    scene.put("a-1", &visit("Once", 8)).await.ok();
    scene.lose_messages().await;
    let message = scene.message_of("a-1").await;
    scene.sandbox().reset_counters();
    let gate = scene.faults.hold(|call: &Call| call.is_of_provider());
    let slow = scene.invoke("sync-worker", message.clone(), WHOLE);
    let rival = async {
        gate.reached().await;
        scene.invoke("sync-worker", message.clone(), WHOLE).await;
        assert_eq!(scene.requests(PathKind::Write), 0, "the rival leaves it alone");
        gate.open();
    };
    tokio::join!(slow, rival);
    assert_eq!((scene.requests(PathKind::Write), scene.standing("a-1").await.0), (1, WriteState::Written));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_comes_back_after_its_lease_changes_nothing_that_the_next_one_told() {
    let scene = office(0).await;
    scene.put("a-1", &visit("First", 8)).await.ok();
    scene.lose_messages().await;
    let message = scene.message_of("a-1").await;
    let gate = scene.faults.hold(|call: &Call| call.is_of_provider());
    let slow = scene.invoke("sync-worker", message.clone(), WHOLE);
    let rival = async {
        gate.reached().await;
        scene.later(BEYOND_THE_LEASE);
        scene.put("a-1", &visit("Second", 9)).await.ok();
        scene.invoke("sync-worker", message.clone(), WHOLE).await;
        assert_eq!(scene.standing("a-1").await.0, WriteState::Written);
        gate.open();
    };
    tokio::join!(slow, rival);
    scene.rest().await;
    scene.pull().await;
    let event = scene.only("a-1");
    assert_eq!((&event["summary"], &event["start"]["dateTime"]), (&json!("Second"), &json!("2026-04-02T09:00:00Z")));
    assert_eq!(scene.told_of(&scene.event_of("a-1")).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_comes_back_after_its_lease_leaves_what_is_wanted_again() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.cancel("a-1").await.ok();
    scene.lose_messages().await;
    let message = scene.message_of("a-1").await;
    let gate = scene.faults.hold(|call: &Call| call.is_of_provider());
    let slow = scene.invoke("sync-worker", message.clone(), WHOLE);
    let rival = async {
        gate.reached().await;
        scene.later(BEYOND_THE_LEASE);
        scene.put("a-1", &visit("Again", 9)).await.ok();
        scene.invoke("sync-worker", message.clone(), WHOLE).await;
        assert_eq!(scene.standing("a-1").await.0, WriteState::Written);
        gate.open();
    };
    tokio::join!(slow, rival);
    scene.rest().await;
    assert_eq!(scene.only("a-1")["summary"], "Again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_a_person_changed_meanwhile_is_cancelled_all_the_same() {
    let scene = office(0).await;
    scene.write("a-1", &visit("First", 8)).await;
    scene.person("a-1", json!({ "location": "Upstairs" }));
    scene.cancel("a-1").await.ok();
    scene.carry().await;
    assert_eq!(scene.standing("a-1").await, (WriteState::Written, None));
    assert!(scene.marked(ADA, "a-1").iter().all(|event| event["status"] == "cancelled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_the_table_does_not_write_twice() {
    let scene = office(0).await;
    for call in 0..3 {
        let id = format!("a-{call}");
        scene.put(&id, &visit(&id, 8)).await.ok();
        let commits = |call: &Call| call.caller == "SYNCWORKER" && call.is("TransactWriteItems");
        scene.faults.nth(call, commits, Fault::Lose);
        scene.faults.until_death(scene.carry()).await;
        scene.faults.clear();
        scene.rest().await;
        assert_eq!(scene.standing(&id).await.0, WriteState::Written);
        assert_eq!(scene.only(&id)["summary"], id.as_str());
    }
}
