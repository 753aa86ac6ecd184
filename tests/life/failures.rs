//! The failure policy from end to end: warned, deactivated, tried once a day, and back by itself.

use super::OWN;
use crate::sync::scene::Scene;
use crate::world::{DEMO, Plan};
use chrono::TimeDelta;
use domain::lifecycle::Status;
use domain::run::Trigger;
use sandbox::google::{ADA, TEAM_CALENDAR};
use sandbox::{Fault, FaultKind, PathKind};
use serde_json::{Value, json};

/// A policy that deactivates within hours.
const QUICK: &str = r#"{ "warnAfterFailures": 2, "deactivateAfterFailures": 3, "deactivateAfterHours": 2 }"#;

/// Steps while a provider is down: how late a failed run is tried again makes no difference to these tests.
const STEP: TimeDelta = TimeDelta::minutes(20);

impl Scene {
    /// An integration that a policy deactivates within hours, and a provider that fails.
    async fn failing_quickly() -> Self {
        let scene = Self::of(Plan { events: 20, policy: Some(QUICK), ..Plan::default() }).await;
        scene.connect(DEMO).await.ok();
        scene.background().await;
        scene.outage_of(PathKind::Events);
        scene
    }

    /// Lets time pass until the integration is deactivated.
    async fn until_deactivated(&self) {
        let deactivated = async || self.integration().await.is_deactivated();
        assert!(self.live_by(TimeDelta::hours(40), STEP, deactivated).await, "{:?}", self.integration().await);
    }

    async fn runs_by(&self, trigger: Trigger) -> usize {
        self.runs(DEMO).await.into_iter().filter(|run| run.trigger == trigger).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_that_fails_is_warned_at_five_and_deactivated_after_ten_and_a_day() {
    let scene = Scene::synced(20).await;
    scene.outage_of(PathKind::Events);
    let worked = scene.now();
    assert!(scene.live_by(TimeDelta::hours(6), STEP / 20, async || scene.integration().await.failures == 4).await);
    assert_eq!(scene.heard("integration.warning").await.len(), 0);
    assert_eq!(scene.view().await["trouble"]["warned"], false);
    assert!(scene.live_by(TimeDelta::hours(6), STEP / 20, async || scene.integration().await.failures == 5).await);
    let trouble = scene.view().await["trouble"].clone();
    assert_eq!(
        (&trouble["warned"], &trouble["frozen"], &trouble["failures"]),
        (&json!(true), &json!(false), &json!(5))
    );
    assert_eq!(scene.story(DEMO).await.last().expect("a line"), "system warned 5");
    let warnings = scene.heard("integration.warning").await;
    assert_eq!((warnings.len(), &warnings[0]["detail"]["failures"]), (1, &json!(5)));
    assert_eq!(scene.status().await, "Active");

    scene.until_deactivated().await;
    assert!(scene.now() - worked >= TimeDelta::hours(24), "{}", scene.now() - worked);
    assert!(scene.integration().await.failures >= 10);
    let error = scene.view().await["error"].clone();
    assert_eq!((&error["reason"], &error["since"]), (&json!("repeated_failures"), &json!(scene.now())));
    assert!(error["message"].as_str().expect("a message").contains("temporarily deactivated to protect your account"));
    let probe = scene.integration().await.due_at.expect("a probe");
    assert_eq!(error["nextTryAt"], json!(probe));
    let wait = probe - scene.now();
    assert!(wait >= TimeDelta::hours(24) && wait <= TimeDelta::hours(25), "{wait}");
    let story = scene.story(DEMO).await;
    assert_eq!(story.last().expect("a line"), "system status_changed Active Error repeated_failures deactivate");
    let notices = scene.heard("integration.deactivated").await;
    assert_eq!((notices.len(), &notices[0]["detail"]["nextTryAt"]), (1, &json!(probe)));
    assert_eq!(scene.heard("integration.warning").await.len(), 1, "warned once");
    assert_eq!(scene.view().await["trouble"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deactivated_comes_back_by_itself_when_the_provider_works() {
    let scene = Scene::failing_quickly().await;
    scene.until_deactivated().await;
    // One probe finds it as it was, the second one well.
    assert!(scene.live_by(TimeDelta::hours(28), STEP * 6, async || scene.runs_by(Trigger::Probe).await == 1).await);
    assert_eq!(scene.status().await, "Error repeated_failures");
    scene.works_again();
    scene.calendar(ADA).change_some(3);
    assert!(scene.live_by(TimeDelta::hours(28), STEP * 6, async || scene.status().await == "Active").await);
    let after = scene.integration().await;
    assert_eq!((after.failures, after.attempts, after.warned, after.error), (0, 0, false, None));
    assert_eq!(scene.runs_by(Trigger::Probe).await, 2);
    scene.assert_equal(DEMO, ADA).await;
    assert_eq!(scene.heard("integration.reactivated").await.len(), 1);
    let story = scene.story(DEMO).await;
    assert_eq!(story.last().expect("a line"), "system status_changed Error Active probe");
    assert!(after.due_at.is_some_and(|at| at - scene.now() < TimeDelta::minutes(30)), "and goes on as usual");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_sync_that_works_brings_it_back_not_a_connection_that_answers() {
    let scene = Scene::of(Plan { events: 20, policy: Some(QUICK), ..Plan::default() }).await;
    scene.connect(DEMO).await.ok();
    scene.background().await;
    // With two calendars the test reads the list of calendars, and that works.
    scene.choose(&[ADA, TEAM_CALENDAR]).await;
    scene.background().await;
    scene.outage_of(PathKind::Events);
    scene.until_deactivated().await;
    assert!(scene.live_by(TimeDelta::hours(60), STEP * 6, async || scene.runs_by(Trigger::Probe).await == 2).await);
    assert_eq!(scene.status().await, "Error repeated_failures");
    assert_eq!(scene.heard("integration.reactivated").await.len(), 0);
    scene.works_again();
    assert!(scene.live_by(TimeDelta::hours(28), STEP * 6, async || scene.status().await == "Active").await);
    assert_eq!(scene.heard("integration.reactivated").await.len(), 1);
    assert_eq!(scene.heard("integration.deactivated").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_tried_once_a_day_for_fourteen_days_and_then_left_to_a_person() {
    let scene = Scene::failing_quickly().await;
    scene.until_deactivated().await;
    let mut probes = vec![];
    for day in 1..=14 {
        assert!(
            scene.live_by(TimeDelta::hours(33), STEP * 24, async || scene.runs_by(Trigger::Probe).await == day).await,
            "day {day}: {:?}",
            scene.integration().await
        );
        probes.push(scene.now());
    }
    assert!(probes.windows(2).all(|two| two[1] - two[0] >= TimeDelta::hours(16)), "{probes:?}");
    let error = scene.view().await["error"].clone();
    assert_eq!((&error["reason"], &error["nextTryAt"]), (&json!("repeated_failures"), &Value::Null));
    assert_eq!(error["remedy"], "Test the connection, or reconnect.");
    scene.live_by(TimeDelta::days(5), STEP * 72, async || false).await;
    assert_eq!(scene.runs_by(Trigger::Probe).await, 14);
    assert_eq!(scene.heard("integration.deactivated").await.len(), 1);

    scene.works_again();
    let tested = scene.admin(DEMO).post(&format!("{OWN}/test"), &json!({})).await.ok();
    assert_eq!(tested["ok"], true, "{tested}");
    scene.background().await;
    assert_eq!(scene.status().await, "Active");
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn manual_syncs_and_tests_never_count() {
    let scene = Scene::synced(20).await;
    scene.outage_of(PathKind::Events);
    for _ in 0..12 {
        scene.admin(DEMO).post(&format!("{OWN}/sync"), &json!({})).await.ok();
        scene.work_off().await;
        assert_eq!(scene.runs(DEMO).await.len(), scene.runs_by(Trigger::Manual).await + 1);
        let tested = scene.admin(DEMO).post(&format!("{OWN}/test"), &json!({})).await.ok();
        assert_eq!(tested["ok"], false);
        // Before the schedule would try by itself.
        scene.clock.advance(TimeDelta::seconds(5));
    }
    let after = scene.integration().await;
    assert_eq!((after.failures, after.attempts, after.warned), (0, 0, false));
    assert_eq!(scene.runs_by(Trigger::Manual).await, 12);
    scene.clock.advance(TimeDelta::hours(30));
    scene.sweep().await;
    assert_eq!((scene.integration().await.status, scene.heard("integration.warning").await.len()), (Status::Active, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rate_limits_never_count_however_long_they_last() {
    let scene = Scene::synced(20).await;
    scene.sandbox().fault(Fault::always(FaultKind::TooManyRequests).on(PathKind::Events));
    scene.live_by(TimeDelta::hours(40), STEP * 3, async || false).await;
    let after = scene.integration().await;
    assert_eq!((after.status, after.failures, after.warned), (Status::Active, 0, false));
    assert!(after.rate_limited >= 10, "{}", after.rate_limited);
    assert_eq!(scene.view().await["sync"]["suggestedInterval"], 30);
    for kind in ["integration.warning", "integration.deactivated", "integration.error"] {
        assert_eq!(scene.heard(kind).await.len(), 0, "{kind}");
    }
    scene.works_again();
    scene.live_by(TimeDelta::hours(7), STEP, async || false).await;
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_never_passes_its_test_is_deactivated_too_and_comes_back_whole() {
    let scene = Scene::of(Plan { events: 20, policy: Some(QUICK), ..Plan::default() }).await;
    scene.connect(DEMO).await.ok();
    scene.outage();
    assert_eq!(scene.status().await, "Testing");
    scene.until_deactivated().await;
    assert_eq!(scene.heard("integration.deactivated").await.len(), 1);
    scene.works_again();
    scene.live(TimeDelta::hours(26)).await;
    assert_eq!(scene.status().await, "Active");
    assert_eq!(scene.view().await["settings"]["resources"], json!([ADA]), "what is preset after a test is preset");
    let back = scene.heard("integration.reactivated").await;
    assert_eq!((back.len(), &back[0]["detail"]["nextTryAt"]), (1, &Value::Null));
    assert!(back[0]["detail"]["since"].as_str() < back[0]["detail"]["occurredAt"].as_str(), "{back:?}");
    scene.assert_equal(DEMO, ADA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_daily_attempts_is_told_with_what_is_left_to_do() {
    let scene = Scene::failing_quickly().await;
    scene.until_deactivated().await;
    scene.live_by(TimeDelta::days(20), TimeDelta::hours(6), async || scene.integration().await.due_at.is_none()).await;
    let told = scene.heard("integration.error").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["detail"]["remedy"], "Test the connection, or reconnect.");
    assert_eq!(scene.view().await["error"]["remedy"], told[0]["detail"]["remedy"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_asked_for_holds_also_for_who_pauses_and_resumes() {
    let scene = Scene::synced(20).await;
    let limited = Fault::always(FaultKind::TooManyRequests).retry_after(7_200);
    scene.sandbox().fault(limited.on(PathKind::Events));
    scene.live(TimeDelta::hours(1)).await;
    let asked = scene.integration().await.retry_at.expect("a wait");
    scene.works_again();
    scene.act(DEMO, "pause").await;
    scene.act(DEMO, "resume").await;
    scene.sandbox().reset_counters();
    scene.background().await;
    assert_eq!((scene.sandbox().counters().total(), scene.integration().await.retry_at), (0, Some(asked)));
    scene.live(asked - scene.now() + TimeDelta::minutes(1)).await;
    assert_eq!(scene.status().await, "Active");
}
