//! When a provider counts as ill and as well again, and what the sweep does with what it cannot read.

use crate::sync::scene::{Scene, WHOLE};
use crate::world::{DEMO, Plan, sqs_event};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use sandbox::PathKind;
use serde_json::json;

const ALL: [&str; 8] = ["one", "two", "three", "four", "five", "six", "seven", "eight"];

/// Eight accounts, each connected and synced.
async fn fleet(policy: Option<&'static str>) -> Scene {
    let scene = Scene::of(Plan { events: 10, policy, ..Plan::default() }).await;
    for account in ALL {
        scene.connect(account).await.ok();
    }
    scene.background().await;
    scene
}

/// How the provider does, as the sweep has noted it.
async fn health(scene: &Scene) -> String {
    let items = scene.items_of("PROVIDER#").await;
    let item = items.into_iter().find(|item| item["SK"]["S"] == "HEALTH");
    item.and_then(|item| item["health"]["M"]["state"]["S"].as_str().map(str::to_owned)).unwrap_or("none".into())
}

/// Lets everybody run once who is due within this time.
async fn pass(scene: &Scene, span: TimeDelta) {
    scene.clock.advance(span);
    scene.background().await;
    scene.sweep().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_outage_is_an_incident_and_passes_within_the_hour() {
    let scene = fleet(None).await;
    scene.outage_of(PathKind::Events);
    pass(&scene, TimeDelta::minutes(25)).await;
    assert_eq!(health(&scene).await, "incident");
    scene.works_again();
    for _ in 0..4 {
        pass(&scene, TimeDelta::minutes(5)).await;
    }
    assert_eq!(health(&scene).await, "recovering");

    // One of eight has a bad moment: that is no relapse.
    scene.sandbox().fault(sandbox::Fault::always(sandbox::FaultKind::ServerError).on(PathKind::Events).times(4));
    for _ in 0..8 {
        pass(&scene, TimeDelta::minutes(5)).await;
        assert_ne!(health(&scene).await, "incident");
    }
    assert_eq!(health(&scene).await, "well");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_lets_everybody_wait_is_ill_however_often_they_are_sent() {
    let scene = fleet(None).await;
    scene.outage_of(PathKind::Events);
    scene.clock.advance(TimeDelta::minutes(20));
    // The queue is full: what is sent is sent again every five minutes, and few of it end.
    for _ in 0..30 {
        scene.fire("schedule-sync").await;
        drop(scene.delivered().await);
        scene.clock.advance(TimeDelta::minutes(5));
    }
    for account in &ALL[..5] {
        let message = scene.message(account).await;
        scene.invoke("sync-worker", sqs_event(&[message]), WHOLE).await;
    }
    scene.fire("schedule-health").await;
    assert_eq!(health(&scene).await, "incident");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_of_which_nobody_is_left_to_tell_passes_too() {
    let scene = fleet(None).await;
    scene.outage_of(PathKind::Events);
    pass(&scene, TimeDelta::minutes(25)).await;
    assert_eq!(health(&scene).await, "incident");
    for account in ALL {
        scene.act(account, "pause").await;
    }
    for expected in ["incident", "recovering", "well"] {
        assert_eq!(health(&scene).await, expected);
        pass(&scene, TimeDelta::minutes(6 * 60 + 6)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_that_are_due_together_at_the_beginning_of_an_hour_raise_no_alarm_within_the_cap() {
    const POLICY: &str = r#"{
        "sweepLeast": 8, "sweepPercent": 0, "warnAfterFailures": 1, "deactivateAfterFailures": 3,
        "deactivateAfterHours": 2, "backoffMinutes": [30], "incidentLeastIntegrations": 100
    }"#;
    let scene = fleet(Some(POLICY)).await;
    scene.outage_of(PathKind::Events);
    let gone = async || scene.heard("integration.deactivated").await.len() == ALL.len();
    assert!(scene.live_by(TimeDelta::hours(8), TimeDelta::minutes(20), gone).await);
    assert_eq!(scene.counted("deactivation_cap_reached"), 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_of_none_lets_nobody_be_deactivated() {
    const POLICY: &str = r#"{
        "sweepLeast": 0, "sweepPercent": 0, "warnAfterFailures": 1, "deactivateAfterFailures": 3,
        "deactivateAfterHours": 2, "backoffMinutes": [30], "incidentLeastIntegrations": 100
    }"#;
    let scene = fleet(Some(POLICY)).await;
    scene.outage_of(PathKind::Events);
    scene.live_by(TimeDelta::hours(8), TimeDelta::minutes(20), async || false).await;
    assert_eq!(scene.heard("integration.deactivated").await.len(), 0);
    assert!(scene.counted("deactivation_cap_reached") > 0.0, "an operator sees that the brake is on");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_that_cannot_be_read_keeps_the_sweep_from_nobody_else() {
    let scene = Scene::synced(10).await;
    scene.connect("broken").await.ok();
    scene.background().await;
    let broken = scene.raw("broken").await;
    scene.set(&broken, "settings", AttributeValue::S("nonsense".into())).await;
    let checkup = scene.agenda().await.into_iter().filter(|entry| entry.kind == "checkup").map(|entry| entry.at).max();
    scene.clock.advance(checkup.expect("a checkup") - scene.now());
    let swept = scene.fire("schedule-health").await;
    assert_eq!((&swept["failed"], &swept["checkups"]), (&json!(1), &json!(1)), "{swept}");
    assert_eq!(scene.view_of(DEMO).await["status"], "Active");
}
