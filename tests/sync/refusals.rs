//! Bad days of the provider, and what it should not have sent.

use super::scene::Scene;
use crate::world::DEMO;
use chrono::TimeDelta;
use domain::failure::FailureClass;
use domain::lifecycle::Status;
use sandbox::google::ADA;
use sandbox::{Fault, FaultKind, PathKind};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_is_waited_out_as_asked_and_is_no_failure() {
    let scene = Scene::synced(60).await;
    let limited = Fault::always(FaultKind::TooManyRequests).on(PathKind::Events).retry_after(600);
    scene.sandbox().fault(limited.times(1));
    assert_eq!(scene.next_run().await, "rate_limited");
    let after = scene.integration().await;
    assert_eq!((after.status, after.failures, after.rate_limited), (Status::Active, 0, 1));
    let asked = scene.now() + TimeDelta::seconds(600);
    assert_eq!(after.due_at, Some(asked));
    assert_eq!(scene.view().await["sync"]["nextAt"], json!(asked));
    assert_eq!(scene.runs(DEMO).await[0].failure.as_ref().expect("a failure").class, FailureClass::RateLimited);

    scene.clock.advance(TimeDelta::seconds(599));
    assert_eq!(scene.run().await, "held_back");
    assert_eq!(scene.next_run().await, "succeeded");
    assert_eq!(scene.integration().await.rate_limited, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_in_the_body_counts_as_one_and_a_long_one_suggests_a_longer_interval() {
    let scene = Scene::synced(60).await;
    scene.sandbox().fault(Fault::always(FaultKind::Throttle).on(PathKind::Events));
    for _ in 0..3 {
        assert_eq!(scene.view().await["sync"]["suggestedInterval"], json!(null));
        assert_eq!(scene.next_run().await, "rate_limited");
    }
    let after = scene.integration().await;
    assert_eq!((after.status, after.failures, after.rate_limited), (Status::Active, 0, 3));
    assert_eq!(scene.view().await["sync"]["suggestedInterval"], json!(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_that_pass_are_tried_again_later_and_later_and_forgotten_by_a_success() {
    let scene = Scene::synced(60).await;
    scene.calendar(ADA).change_some(5);
    scene.sandbox().fault(Fault::always(FaultKind::ServerError).on(PathKind::Events));
    for (failures, minutes) in [(1, 1), (2, 2), (3, 5)] {
        assert_eq!(scene.next_run().await, "failed");
        let after = scene.integration().await;
        assert_eq!((after.status, after.failures), (Status::Active, failures));
        let wait = after.due_at.expect("a due entry") - scene.now();
        let step = TimeDelta::minutes(minutes);
        assert!(wait >= step / 4 && wait <= step, "{wait} of {step}");
    }
    scene.sandbox().reset_switches();
    assert_eq!(scene.next_run().await, "succeeded");
    assert_eq!(scene.integration().await.failures, 0);
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_cannot_be_read_are_skipped_and_the_others_kept() {
    let scene = Scene::synced(60).await;
    let calendar = scene.calendar(ADA);
    let time = |hour: u32| json!({ "dateTime": format!("2026-03-24T{hour:02}:00:00Z"), "timeZone": "UTC" });
    let event = |summary: serde_json::Value| json!({ "summary": summary, "start": time(8), "end": time(9) });
    calendar.insert(event(json!(42))).expect("an event with a title that is no text");
    let mut endless = event(json!("Endless"));
    endless["recurrence"] = json!(["RRULE:FREQ=DAILY", format!("EXDATE:{}", "20260324T080000Z,".repeat(2_000))]);
    calendar.insert(endless).expect("a series beyond what is kept");
    let good = calendar.insert(event(json!("Good"))).expect("an event");
    assert_eq!(scene.next_run().await, "succeeded");
    let counts = scene.runs(DEMO).await[0].counts;
    assert_eq!((counts.records, counts.created, counts.skipped), (3, 1, 2));
    let stored = scene.records(DEMO, ADA).await;
    assert!(stored.iter().any(|record| good["id"] == record.id.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_no_json_fails_the_run_as_our_bug_and_the_next_run_reads_it() {
    let scene = Scene::synced(60).await;
    scene.calendar(ADA).change_some(5);
    scene.sandbox().fault(Fault::always(FaultKind::Malformed).on(PathKind::Events).times(1));
    assert_eq!(scene.next_run().await, "failed");
    let after = scene.integration().await;
    assert_eq!((after.status, after.failures), (Status::Active, 0), "the customer is not blamed");
    assert_eq!(scene.runs(DEMO).await[0].failure.as_ref().expect("a failure").class, FailureClass::OurBug);
    assert_eq!(scene.next_run().await, "succeeded");
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_that_fails_in_the_middle_goes_on_from_the_page_it_had() {
    let scene = Scene::with(100).await;
    scene.page_size(10);
    scene.connect(DEMO).await.ok();
    scene.sandbox().fault(Fault::always(FaultKind::TooManyRequests).on(PathKind::Events).after(3).times(1));
    assert_eq!(scene.run().await, "rate_limited");
    scene.sandbox().reset_counters();
    assert_eq!(scene.next_run().await, "succeeded");
    let pages = scene.calendar(ADA).events().len().div_ceil(10) as u64;
    assert!(scene.requests(PathKind::Events) <= pages - 3, "the first pages are not read again");
    let records = scene.assert_equal(DEMO, ADA).await;
    assert!(records.iter().all(|record| record.version == 1));
}
