//! Full and incremental syncs end with exactly what the provider has.

use super::scene::Scene;
use crate::world::{Call, DEMO, Fault};
use chrono::TimeDelta;
use sandbox::google::ADA;
use sandbox::{Fault as Misbehaviour, FaultKind, PathKind, SwitchChange};
use serde_json::json;
use std::sync::Arc;

fn events(call: &Call) -> bool {
    call.is("events")
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_events_and_then_twenty_five_changes_are_stored_exactly() {
    let scene = Scene::with(60).await;
    let calendar = scene.calendar(ADA);
    calendar.add_realistic(10_000 - calendar.events().len());
    assert_eq!(calendar.events().len(), 10_000);
    scene.connect(DEMO).await.ok();
    assert_eq!(scene.run().await, "succeeded");
    scene.assert_demo(1).await;
    let pages = scene.requests(PathKind::Events);
    assert!(pages <= 5, "pages of 2,500: {pages}");

    assert_eq!(calendar.change_some(25).len(), 25);
    assert_eq!(scene.next_run().await, "succeeded");
    scene.assert_demo(2).await;
    assert_eq!(scene.requests(PathKind::Events), pages + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn small_pages_and_an_empty_first_one_end_with_the_same_state() {
    let scene = Scene::with(400).await;
    scene.page_size(37);
    scene.sandbox().switch(SwitchChange { empty_first_page: Some(true), ..Default::default() }).expect("a switch");
    scene.connect(DEMO).await.ok();
    assert_eq!(scene.run().await, "succeeded");
    let records = scene.assert_demo(1).await;
    assert!(records.iter().all(|record| record.version == 1));
    scene.page_size(7);
    scene.calendar(ADA).change_some(25);
    assert_eq!(scene.next_run().await, "succeeded");
    scene.assert_demo(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_have_time_for_one_page_each_hand_a_run_on_by_checkpoints() {
    let scene = Scene::with(400).await;
    scene.page_size(40);
    scene.connect(DEMO).await.ok();
    let clock = Arc::clone(&scene.clock);
    scene.faults.always(events, Fault::Meanwhile(Arc::new(move || clock.advance(TimeDelta::seconds(110)))));
    assert_eq!(scene.run().await, "checkpoint");
    let (first, open) = (scene.integration().await, scene.runs(DEMO).await);
    assert_eq!((first.lease_until, first.due_at), (None, Some(scene.now())), "the next worker may begin at once");
    scene.finish(DEMO).await;
    let records = scene.assert_demo(1).await;
    assert!(records.iter().all(|record| record.version == 1));
    let run = scene.runs(DEMO).await.remove(0);
    assert_eq!(run.id, open[0].id);
    assert_eq!(run.counts.created as usize, records.len());
    assert!(scene.lines.outcomes("sync-worker").iter().filter(|outcome| *outcome == "checkpoint").count() >= 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_change_between_two_pages_are_not_missed() {
    let scene = Scene::with(200).await;
    scene.page_size(20);
    scene.connect(DEMO).await.ok();
    let calendar = scene.calendar(ADA);
    let changing = calendar.clone();
    let change = move || drop(changing.change_some(3));
    scene.faults.nth(2, events, Fault::Meanwhile(Arc::new(change)));
    assert_eq!(scene.run().await, "succeeded");
    assert_eq!(scene.next_run().await, "succeeded");
    scene.assert_demo(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_token_that_expires_between_two_pages_leads_to_a_full_sync_that_sweeps() {
    let scene = Scene::synced(200).await;
    let calendar = scene.calendar(ADA);
    let before = scene.records(DEMO, ADA).await;
    let changed = calendar.change_some(30);
    scene.page_size(10);
    let expired = Misbehaviour::always(FaultKind::SyncTokenExpired).on(PathKind::Events).after(1).times(1);
    scene.sandbox().fault(expired);
    assert_eq!(scene.next_run().await, "succeeded");
    let after = scene.assert_demo(2).await;
    let run = scene.runs(DEMO).await.remove(0);
    assert_eq!(format!("{:?}", run.kind), "Full");
    let version = |id: &str| before.iter().find(|one| one.id.as_str() == id).map(|one| one.version);
    let untouched = after.iter().filter(|record| !changed.iter().any(|id| id == record.id.as_str()));
    for record in untouched {
        assert_eq!(Some(record.version), version(record.id.as_str()), "an unchanged record stays as it is");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_deleted_while_the_token_was_dead_is_swept_and_visible_as_deleted() {
    let scene = Scene::synced(60).await;
    let calendar = scene.calendar(ADA);
    let gone = scene.assert_demo(1).await.into_iter().find(|one| !one.id.as_str().contains('_')).expect("a record").id;
    calendar.delete(gone.as_str()).expect("deleted");
    scene.sandbox().google().expire_sync_tokens();
    assert_eq!(scene.next_run().await, "succeeded");
    scene.assert_demo(2).await;
    let tombstone = scene.records(DEMO, ADA).await.into_iter().find(|record| record.id == gone).expect("a tombstone");
    assert!(tombstone.deleted && tombstone.body.is_none());
    assert_eq!(tombstone.version, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_query_is_not_used_again() {
    let scene = Scene::synced(60).await;
    let id = scene.integration().await.id;
    let items = scene.items_of(&format!("INTEGRATION#{id}")).await;
    let resource = items.iter().find(|item| item["token"].is_object()).expect("a resource");
    scene.set(resource, "query_version", aws_sdk_dynamodb::types::AttributeValue::N("0".into())).await;
    assert_eq!(scene.next_run().await, "succeeded");
    scene.assert_demo(2).await;
    let run = scene.runs(DEMO).await.remove(0);
    assert_eq!((format!("{:?}", run.kind).as_str(), run.counts.updated, run.counts.created), ("Full", 0, 0));
    assert_ne!(scene.resource(DEMO, ADA).await.expect("a resource").query_version, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_long_descriptions_is_stored_in_chunks_that_the_table_takes() {
    let scene = Scene::with(0).await;
    let calendar = scene.calendar(ADA);
    // Ninety records of 38 KB are more than the three megabytes of a chunk.
    let description = "日本".repeat(5_400);
    for n in 0..160 {
        let time = |minute: u32| json!({ "dateTime": format!("2026-03-21T08:{minute:02}:00Z"), "timeZone": "UTC" });
        let event = json!({ "summary": n.to_string(), "description": description, "location": "x".repeat(4_096), "start": time(0), "end": time(30) });
        calendar.insert(event).expect("an event");
    }
    scene.connect(DEMO).await.ok();
    assert_eq!(scene.run().await, "succeeded");
    assert_eq!(scene.assert_demo(1).await.len(), 160);
    let chunks = scene.faults.calls().into_iter().filter(|call| call.is("TransactWriteItems"));
    assert!(chunks.map(|call| call.body.to_string().len()).max().expect("a chunk") < 4 * 1024 * 1024);
}
