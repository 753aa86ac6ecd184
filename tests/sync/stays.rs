//! What must not go: changes behind a leftover sweep, events that cannot be read any more, history, a new connection.

use super::scene::{BEYOND_THE_LEASE, Scene, WHOLE};
use crate::world::{Call, DEMO};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use domain::lifecycle::{ErrorReason, Status};
use sandbox::google::{ADA, TEAM_CALENDAR};
use sandbox::{Fault, FaultKind, PathKind};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_a_former_run_left_over_does_not_keep_changes_from_being_read() {
    let scene = Scene::synced(60).await;
    let generation = scene.assert_demo(1).await[0].generation.expect("a mark of the full pull");
    let items = scene.items_of("INTEGRATION#").await;
    let resource = items.iter().find(|item| item["SK"]["S"].as_str().is_some_and(|sk| sk.starts_with("RESOURCE#")));
    scene.set(resource.expect("a resource"), "sweeping", AttributeValue::S(generation.to_string())).await;
    scene.calendar(ADA).change_some(5);
    assert_eq!(scene.next_run().await, "succeeded");
    scene.assert_demo(2).await;
    assert_eq!(scene.resource(DEMO, ADA).await.expect("a resource").sweeping, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_can_no_longer_be_read_is_not_taken_for_a_deleted_one() {
    let scene = Scene::synced(60).await;
    let calendar = scene.calendar(ADA);
    let time = |hour: u32| json!({ "dateTime": format!("2026-03-24T{hour:02}:00:00Z"), "timeZone": "UTC" });
    let event = calendar.insert(json!({ "summary": "Stays", "start": time(8), "end": time(9) })).expect("an event");
    assert_eq!(scene.next_run().await, "succeeded");
    let id = event["id"].as_str().expect("an id");
    let endless = json!(["RRULE:FREQ=DAILY", format!("EXDATE:{}", "20260324T080000Z,".repeat(2_000))]);
    calendar.update(id, json!({ "recurrence": endless })).expect("a series beyond what is kept");
    scene.sandbox().google().expire_sync_tokens();
    assert_eq!(scene.next_run().await, "succeeded");
    let records = scene.records(DEMO, ADA).await;
    let kept = records.iter().find(|record| record.id.as_str() == id).expect("the record");
    assert!(!kept.deleted && kept.version == 1, "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_long_after_the_first_deletes_no_history() {
    let scene = Scene::synced(60).await;
    let before = scene.assert_demo(1).await.len();
    let window = scene.resource(DEMO, ADA).await.expect("a resource").window_start;
    scene.clock.advance(TimeDelta::days(200));
    scene.sandbox().google().expire_sync_tokens();
    assert_eq!(scene.run().await, "succeeded");
    assert_eq!(scene.assert_demo(2).await.len(), before);
    assert_eq!(scene.resource(DEMO, ADA).await.expect("a resource").window_start, window);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_a_grant_that_was_replaced_says_nothing_about_the_new_one() {
    let scene = Scene::synced(60).await;
    let checked = scene.integration().await;
    scene.connect(DEMO).await.ok();
    scene.found_out_about(&checked, Err(ErrorReason::CredentialsExpired)).await;
    scene.found_out_about(&checked, Ok(())).await;
    assert_eq!(scene.integration().await.status, Status::Testing, "the new connection's own test decides");
    assert_eq!(scene.run().await, "succeeded");
    assert_eq!(scene.integration().await.status, Status::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_of_ours_are_tried_again_later_and_later_too() {
    let scene = Scene::synced(60).await;
    scene.sandbox().fault(Fault::always(FaultKind::Malformed).on(PathKind::Events));
    for minutes in [1, 2, 5, 10] {
        assert_eq!(scene.next_run().await, "failed");
        let after = scene.integration().await;
        assert_eq!((after.status, after.failures), (Status::Active, 0));
        let wait = after.due_at.expect("a due entry") - scene.now();
        let step = TimeDelta::minutes(minutes);
        assert!(wait >= step / 4 && wait <= step, "{wait} of {step}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_lives_can_be_read_without_updated_since() {
    let scene = Scene::synced(60).await;
    let gone = scene.assert_demo(1).await.into_iter().find(|one| !one.id.as_str().contains('_')).expect("a record").id;
    scene.calendar(ADA).delete(gone.as_str()).expect("deleted");
    assert_eq!(scene.next_run().await, "succeeded");
    scene.clock.advance(TimeDelta::days(120));
    let living = scene.records(DEMO, ADA).await.into_iter().filter(|record| !record.deleted).count();
    let (mut read, mut cursor) = (0, String::new());
    loop {
        let path = format!("/integrations/google-calendar/records?limit=7{cursor}");
        let page = scene.viewer(DEMO).get(&path).await.ok();
        let records = page["records"].as_array().expect("records");
        assert!(records.iter().all(|record| record["deleted"] == false && record["id"] != gone.as_str()));
        read += records.len();
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(read, living);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_unchosen_in_its_first_page_leaves_nothing_behind() {
    let scene = Scene::synced(600).await;
    scene.choose(&[ADA, TEAM_CALENDAR]).await;
    let stores = |call: &Call| call.of_worker() && call.writes().iter().any(|key| key.starts_with("RECORDS#"));
    scene.faults.nth(1, stores, crate::world::Fault::DieBefore);
    let event = crate::world::sqs_event(&[scene.message(DEMO).await]);
    assert!(scene.faults.until_death(scene.invoke("sync-worker", event, WHOLE)).await.is_none(), "it died");
    scene.faults.clear();
    assert!(!scene.records(DEMO, TEAM_CALENDAR).await.is_empty(), "a first chunk was stored");

    scene.choose(&[ADA]).await;
    scene.clock.advance(BEYOND_THE_LEASE);
    scene.finish(DEMO).await;
    assert!(scene.records(DEMO, TEAM_CALENDAR).await.iter().all(|record| record.deleted));
    assert!(scene.resource(DEMO, TEAM_CALENDAR).await.is_none());
}
