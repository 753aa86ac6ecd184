//! What schedule-health mends: whatever nobody would come back to by itself.

use super::OWN;
use crate::sync::scene::Scene;
use crate::world::{Call, DEMO, Fault, Person};
use chrono::TimeDelta;
use sandbox::Consent;
use sandbox::google::ADA;
use serde_json::{Value, json};
use shared::api::routes;
use std::collections::HashMap;

impl Scene {
    async fn raw_credential(&self) -> Value {
        let id = self.integration().await.id;
        let items = self.items_of(&format!("INTEGRATION#{id}")).await;
        items.into_iter().find(|item| item["SK"]["S"] == "CREDENTIAL").expect("credentials")
    }

    /// Consent and callback; what the browser brings back.
    async fn returned(&self) -> HashMap<String, String> {
        let started = self.admin(DEMO).post(&format!("{OWN}/connect"), &json!({})).await.ok();
        let url = started["authorizationUrl"].as_str().expect("a URL").to_owned();
        self.follow(&self.consent(&url, &Consent::default())).await
    }

    /// Complete, by a process that dies at a call.
    async fn dies_completing(&self, at: impl Fn(&Call) -> bool + Send + Sync + 'static, how: Fault) {
        let back = self.returned().await;
        let body = json!({ "flow": back["flow"], "ticket": back["ticket"] });
        self.faults.next(at, how);
        let person = Person::admin(DEMO, "ada");
        let call = self.call(&routes::COMPLETE, &[], &person, &body);
        assert!(self.faults.until_death(call).await.is_none(), "the process lives");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_whose_due_entry_was_lost_syncs_again_within_a_day() {
    let scene = Scene::synced(20).await;
    scene.lose(&scene.raw(DEMO).await, "due_at, due_pk, due_sk").await;
    assert_eq!(scene.view().await["sync"]["nextAt"], Value::Null);
    scene.calendar(ADA).change_some(3);
    let runs = scene.runs(DEMO).await.len();
    let synced = async || scene.runs(DEMO).await.len() > runs;
    assert!(scene.live_by(TimeDelta::hours(37), TimeDelta::hours(1), synced).await, "a day after the last look");
    assert_ne!(scene.view().await["sync"]["nextAt"], Value::Null);
    scene.assert_equal(DEMO, ADA).await;
    assert_eq!(scene.counted("repairs"), 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_never_comes_back_from_the_consent_leaves_a_line_and_nothing_else() {
    let scene = Scene::synced(20).await;
    let before = (scene.view().await, scene.story(DEMO).await);
    scene.admin(DEMO).post(&format!("{OWN}/connect"), &json!({})).await.ok();
    scene.returned().await;
    assert_eq!((scene.view().await, scene.story(DEMO).await), before);
    scene.live(TimeDelta::minutes(12)).await;
    let after = scene.view().await;
    assert_eq!((&after["status"], &after["account"]), (&before.0["status"], &before.0["account"]));
    let ended = "system connect_ended abandoned".to_owned();
    assert_eq!(scene.story(DEMO).await, [before.1, vec![ended.clone(), ended]].concat());
    assert!(scene.agenda().await.iter().all(|entry| entry.kind != "cleanup"));
    assert!(matches!(scene.grants().as_slice(), [(_, false)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_an_exchange_that_died_is_deleted_an_hour_later_and_the_flow_is_over() {
    for (how, secrets) in [(Fault::DieBefore, 0), (Fault::DieAfter, 1)] {
        let scene = Scene::with(20).await;
        scene.dies_completing(|call| call.is("CreateSecret"), how).await;
        scene.live(TimeDelta::minutes(59)).await;
        let alive = scene.grants().into_iter().filter(|(_, dead)| !dead).count();
        assert_eq!(alive, secrets, "an exchange may still be at work");
        scene.live(TimeDelta::minutes(6)).await;
        assert_eq!(scene.grants().into_iter().filter(|(_, dead)| !dead).count(), 0);
        assert_eq!(scene.story(DEMO).await.last().expect("a line"), "system connect_ended start_again");
        assert_eq!((scene.status().await.as_str(), &scene.view().await["connected"]), ("Configuring", &json!(false)));
        assert!(scene.agenda().await.iter().all(|entry| entry.kind != "cleanup"));
        scene.connect(DEMO).await.ok();
        scene.background().await;
        assert_eq!(scene.status().await, "Active");
        scene.assert_equal(DEMO, ADA).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconnect_that_died_leaves_the_grant_in_use_alone() {
    let scene = Scene::synced(20).await;
    scene.dies_completing(|call| call.is("CreateSecret"), Fault::DieAfter).await;
    scene.live(TimeDelta::minutes(70)).await;
    let pointer = scene.credential().await.pointer.secret;
    let alive: Vec<String> = scene.grants().into_iter().filter(|(_, dead)| !dead).map(|(name, _)| name).collect();
    assert_eq!(alive, [pointer]);
    assert_eq!(scene.status().await, "Active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_nobody_planned_any_more_is_planned_again() {
    let scene = Scene::synced(20).await;
    scene.act(DEMO, "pause").await;
    scene.lose(&scene.raw_credential().await, "due_at, due_pk, due_sk").await;
    assert_eq!(scene.credential().await.due_at, None);
    let before = scene.credential().await.access.expect("access").sealed;
    scene.live(TimeDelta::hours(37)).await;
    let after = scene.credential().await;
    assert!(after.due_at.is_some() && after.access.expect("access").sealed != before);
    assert_eq!(scene.counted("repairs"), 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_in_which_nothing_is_lost_needs_no_repair() {
    let scene = Scene::synced(20).await;
    for action in ["pause", "resume", "disconnect"] {
        scene.live_by(TimeDelta::hours(30), TimeDelta::hours(3), async || false).await;
        scene.act(DEMO, action).await;
    }
    scene.connect(DEMO).await.problem(409, "still_disconnecting");
    scene.clock.advance(TimeDelta::minutes(2));
    scene.connect(DEMO).await.ok();
    scene.live_by(TimeDelta::hours(30), TimeDelta::hours(3), async || false).await;
    assert_eq!(scene.counted("repairs"), 0.0);
    assert_eq!(scene.status().await, "Active");
}
