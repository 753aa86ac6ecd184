//! Many at once: an ill provider deactivates nobody, and not even the policy deactivates many in an hour.

use crate::sync::scene::Scene;
use crate::world::Plan;
use chrono::TimeDelta;
use sandbox::PathKind;
use sandbox::google::ADA;
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn fleet(policy: Option<&'static str>, accounts: &[&str]) -> Scene {
    let scene = Scene::of(Plan { events: 10, policy, ..Plan::default() }).await;
    for account in accounts {
        scene.connect(account).await.ok();
    }
    scene.background().await;
    scene
}

/// How the provider does.
async fn health(scene: &Scene) -> Option<String> {
    let items = scene.items_of("PROVIDER#").await;
    let item = items.into_iter().find(|item| item["SK"]["S"] == "HEALTH")?;
    item["health"]["M"]["state"]["S"].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_of_the_provider_warns_and_deactivates_nobody_and_passes_by_itself() {
    const ALL: [&str; 8] = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    let scene = fleet(None, &ALL).await;
    let views = async || {
        let mut views = vec![];
        for account in ALL {
            views.push(scene.view_of(account).await);
        }
        views
    };
    scene.outage();
    let (hour, end) = (scene.now() + TimeDelta::hours(1), scene.now() + TimeDelta::hours(30));
    while scene.now() < end {
        scene.clock.advance(TimeDelta::minutes(if scene.now() < hour { 15 } else { 60 }));
        scene.background().await;
        scene.sweep().await;
        scene.faults.forget();
    }
    assert_eq!(health(&scene).await.as_deref(), Some("incident"));
    for view in views().await {
        let trouble = &view["trouble"];
        assert_eq!(
            (&view["status"], &trouble["frozen"], &trouble["warned"]),
            (&json!("Active"), &json!(true), &json!(false))
        );
        assert!(trouble["failures"].as_u64() >= Some(5), "the backoff goes on: {trouble}");
    }
    assert_eq!(scene.counted("provider_health"), 1.0, "told once");

    scene.works_again();
    let back = async || health(&scene).await.as_deref() == Some("well");
    for _ in 0..60 {
        scene.clock.advance(TimeDelta::minutes(15));
        scene.background().await;
        scene.sweep().await;
        if back().await && views().await.iter().all(|view| view["trouble"].is_null()) {
            break;
        }
    }
    assert_eq!(health(&scene).await.as_deref(), Some("well"));
    for (account, view) in ALL.iter().zip(views().await) {
        assert_eq!((&view["status"], &view["trouble"]), (&json!("Active"), &Value::Null), "{account}");
        scene.assert_equal(account, ADA).await;
    }
    for kind in ["integration.warning", "integration.deactivated", "integration.error"] {
        assert_eq!(scene.heard(kind).await.len(), 0, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_deactivated_in_an_hour_than_the_policy_allows() {
    const POLICY: &str = r#"{
        "sweepLeast": 2, "sweepPercent": 0, "warnAfterFailures": 1, "deactivateAfterFailures": 3,
        "deactivateAfterHours": 2, "backoffMinutes": [30], "incidentLeastIntegrations": 100
    }"#;
    let accounts = ["one", "two", "three", "four", "five"];
    let scene = fleet(Some(POLICY), &accounts).await;
    scene.outage_of(PathKind::Events);
    let mut by_hour: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..24 {
        scene.clock.advance(TimeDelta::minutes(15));
        scene.background().await;
        let before: usize = by_hour.values().sum();
        let deactivated = scene.heard("integration.deactivated").await.len() - before;
        *by_hour.entry(scene.now().format("%H").to_string()).or_default() += deactivated;
    }
    let counts: Vec<usize> = by_hour.into_values().filter(|count| *count > 0).collect();
    assert_eq!(counts, [2, 2, 1]);
    assert!(scene.counted("deactivation_cap_reached") >= 2.0);
    assert_eq!(scene.counted("deactivations"), 5.0);
    let lines = scene.lines.all();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut capped = lines.filter(|line| line["op"] == "deactivation" && line["outcome"] == "capped");
    assert!(capped.any(|line| line["level"] == "error" && line["cap"] == 2), "an operator is told");
    for account in accounts {
        assert_eq!(scene.view_of(account).await["error"]["reason"], "repeated_failures", "{account}");
    }
}
