//! What a person decides: pause, resume, disconnect, delete, and the history that tells of it.

use super::OWN;
use crate::sync::scene::Scene;
use crate::world::{Answer, DEMO, GOOGLE};
use chrono::TimeDelta;
use domain::lifecycle::ErrorReason;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const STATUSES: [&str; 7] = ["Draft", "Configuring", "Testing", "Active", "Paused", "Error", "Disconnected"];

/// Brings an account's integration into this status by what a person and the workers do.
async fn reach(scene: &Scene, account: &str, status: &str) {
    let admin = scene.admin(account);
    match status {
        "Draft" => drop(admin.post("/integrations", &json!({ "provider": GOOGLE })).await.ok()),
        "Configuring" => drop(admin.post(&format!("{OWN}/connect"), &json!({})).await.ok()),
        _ => drop(scene.connect(account).await.ok()),
    }
    if ["Active", "Paused", "Error"].contains(&status) {
        scene.run_of(account).await;
    }
    match status {
        "Paused" => drop(scene.act(account, "pause").await),
        "Error" => scene.found_out(account, Err(ErrorReason::CredentialsExpired)).await,
        "Disconnected" => drop(scene.act(account, "disconnect").await),
        _ => {}
    }
    assert_eq!(scene.view_of(account).await["status"], status);
}

/// What an action makes of a status; nothing where it is illegal.
fn becomes(action: &str, status: &str) -> Option<&'static str> {
    match (action, status) {
        ("pause", "Testing" | "Active" | "Error") => Some("Paused"),
        ("resume", "Paused") => Some("Testing"),
        ("disconnect", "Configuring" | "Testing" | "Active" | "Paused" | "Error") => Some("Disconnected"),
        _ => None,
    }
}

async fn act(scene: &Scene, account: &str, action: &str) -> Answer {
    scene.tick();
    scene.admin(account).post(&format!("{OWN}/{action}"), &json!({})).await
}

async fn assert_acts(scene: &Scene, action: &str, status: &str) {
    let account = format!("{action}-{}", status.to_lowercase());
    let (before, items, lines) = (scene.view_of(&account).await, scene.items().await, scene.story(&account).await);
    let answer = act(scene, &account, action).await;
    let Some(after) = becomes(action, status) else {
        let problem = answer.problem(409, "illegal_transition");
        assert_eq!(problem["detail"], format!("This is not possible while the integration is {status}."));
        assert_eq!(scene.items().await, items, "{action} in {status} changed something");
        return;
    };
    let shown = answer.ok();
    assert_eq!(shown["status"], after, "{action} in {status}");
    assert_eq!(shown, scene.view_of(&account).await, "the answer is what is shown afterwards");
    assert_eq!(shown["settings"], before["settings"], "the configuration is kept");
    assert!(shown["version"].as_u64() > before["version"].as_u64());
    let line = format!("member status_changed {status} {after} {action}");
    assert_eq!(scene.story(&account).await, [lines, vec![line]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_has_its_effect_where_it_is_legal_and_none_where_it_is_not() {
    let scene = Scene::with(20).await;
    for action in ["pause", "resume", "disconnect"] {
        // Those that give a grant back come last: nobody can connect the same account in the minute after.
        for status in STATUSES {
            reach_later(&scene, action, status).await;
        }
    }
    for action in ["pause", "resume", "disconnect"] {
        scene.act(&format!("{action}-disconnected"), "disconnect").await;
        for status in STATUSES {
            assert_acts(&scene, action, status).await;
        }
    }
}

async fn reach_later(scene: &Scene, action: &str, status: &str) {
    let reached = if status == "Disconnected" { "Testing" } else { status };
    reach(scene, &format!("{action}-{}", status.to_lowercase()), reached).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_is_legal_in_every_status_idempotent_and_frees_the_slot_at_once() {
    let scene = Scene::with(20).await;
    for status in STATUSES {
        let account = format!("delete-{}", status.to_lowercase());
        let admin = scene.admin(&account);
        reach(&scene, &account, status).await;
        scene.delete(&account).await;
        scene.delete(&account).await;
        admin.get(OWN).await.problem(404, "not_found");
        admin.get(&format!("{OWN}/history")).await.problem(404, "not_found");
        for action in ["pause", "resume", "disconnect", "test", "sync"] {
            act(&scene, &account, action).await.problem(404, "not_found");
        }
        let created = admin.post("/integrations", &json!({ "provider": GOOGLE })).await;
        assert_eq!(created.status, 201, "{status}: the one slot of the plan is free: {created:?}");
        assert_eq!(scene.story(&account).await, ["member created"], "the new one's history is its own");
        // The revoke window of the grant that was given back.
        scene.clock.advance(TimeDelta::seconds(61));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_with_a_key_that_comes_again_has_the_same_answer_and_one_effect() {
    let scene = Scene::synced(20).await;
    for (action, between) in [("pause", "resume"), ("resume", "pause"), ("disconnect", "")] {
        let first = scene.keyed("POST", &format!("/{action}"), action).await;
        assert_eq!(first.status, 200, "{first:?}");
        if !between.is_empty() {
            scene.act(DEMO, between).await;
        }
        let before = (scene.view().await, scene.story(DEMO).await);
        let again = scene.keyed("POST", &format!("/{action}"), action).await;
        assert_eq!((again.status, &again.text), (first.status, &first.text), "{action}");
        assert_eq!((scene.view().await, scene.story(DEMO).await), before, "{action} was done twice");
        if action == "pause" {
            scene.act(DEMO, "pause").await;
        } else if action == "resume" {
            scene.act(DEMO, "resume").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_that_comes_again_with_its_key_does_not_delete_what_was_created_meanwhile() {
    let scene = Scene::synced(20).await;
    assert_eq!(scene.keyed("DELETE", "", "k-1").await.status, 204);
    scene.admin(DEMO).post("/integrations", &json!({ "provider": GOOGLE })).await.ok();
    let new = scene.view().await;
    assert_eq!(scene.keyed("DELETE", "", "k-1").await.status, 204);
    assert_eq!(scene.view().await, new);

    // Neither does one that found nothing the first time.
    scene.delete(DEMO).await;
    assert_eq!(scene.keyed("DELETE", "", "k-2").await.status, 204);
    scene.admin(DEMO).post("/integrations", &json!({ "provider": GOOGLE })).await.ok();
    assert_eq!(scene.keyed("DELETE", "", "k-2").await.status, 204);
    assert_eq!(scene.status().await, "Draft");
    assert_eq!(scene.keyed("DELETE", "", "k-3").await.status, 204);
    scene.admin(DEMO).get(OWN).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_tells_who_and_why_page_by_page_newest_first() {
    let scene = Scene::synced(20).await;
    for _ in 0..3 {
        scene.clock.advance(TimeDelta::minutes(1));
        scene.act(DEMO, "pause").await;
        scene.clock.advance(TimeDelta::minutes(1));
        scene.act(DEMO, "resume").await;
        scene.clock.advance(TimeDelta::minutes(1));
        scene.background().await;
    }
    let admin = scene.admin(DEMO);
    let whole = admin.get(&format!("{OWN}/history?limit=100")).await.ok()["lines"].clone();
    let (mut paged, mut cursor): (Vec<Value>, _) = (vec![], String::new());
    loop {
        let page = admin.get(&format!("{OWN}/history?limit=4{cursor}")).await.ok();
        let lines = page["lines"].as_array().expect("lines");
        assert!(lines.len() <= 4);
        paged.extend(lines.clone());
        let Some(next) = page["cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(json!(paged), whole);
    let ids: BTreeSet<&str> = paged.iter().filter_map(|line| line["id"].as_str()).collect();
    assert_eq!(ids.len(), paged.len());
    let times: Vec<&str> = paged.iter().filter_map(|line| line["at"].as_str()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    assert!(paged.iter().any(|line| line["actor"] == json!({ "kind": "member", "id": "ada" })), "{paged:?}");
    let story = scene.story(DEMO).await;
    assert!(story[..4].contains(&"member status_changed Draft Configuring connect".to_owned()), "{story:?}");
    let turn = [
        "member status_changed Active Paused pause",
        "member status_changed Paused Testing resume",
        "system status_changed Testing Active test",
    ];
    assert_eq!(story[4..], turn.repeat(3));
    for (query, code) in [("limit=0", "invalid_limit"), ("cursor=none", "invalid_cursor")] {
        let answer = admin.get(&format!("{OWN}/history?{query}")).await;
        assert_eq!(answer.status, 400, "{code}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_and_a_member_without_the_role_can_do_nothing_to_it() {
    let scene = Scene::synced(20).await;
    let before = scene.items().await;
    for action in ["pause", "resume", "disconnect", "test", "sync"] {
        act(&scene, "other", action).await.problem(404, "not_found");
        let viewer = scene.viewer(DEMO).post(&format!("{OWN}/{action}"), &json!({})).await;
        viewer.problem(403, "unauthorized_access");
    }
    scene.admin("other").get(&format!("{OWN}/history")).await.problem(404, "not_found");
    scene.viewer(DEMO).get(&format!("{OWN}/history")).await.problem(403, "unauthorized_access");
    scene.viewer(DEMO).json("DELETE", OWN, &json!({}), &[]).await.problem(403, "unauthorized_access");
    scene.delete("other").await;
    assert_eq!(scene.items().await, before);

    scene.connect("other").await.ok();
    let cursor = scene.admin(DEMO).get(&format!("{OWN}/history?limit=1")).await.ok()["cursor"].clone();
    let cursor = cursor.as_str().expect("a cursor");
    let stolen = scene.admin("other").get(&format!("{OWN}/history?limit=1&cursor={cursor}")).await;
    assert_eq!(stolen.status, 400, "{stolen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_its_answer_also_when_the_integration_is_gone() {
    let scene = Scene::synced(20).await;
    let first = scene.keyed("POST", "/disconnect", "one-click").await.ok();
    scene.delete(DEMO).await;
    assert_eq!(scene.keyed("POST", "/disconnect", "one-click").await.ok(), first);
    scene.keyed("POST", "/disconnect", "another-click").await.problem(404, "not_found");
}
