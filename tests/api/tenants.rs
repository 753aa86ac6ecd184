//! Ids, cursors and keys of another account: refused, and nothing is told.

use crate::world::{Client, DEMO, GOOGLE, World};
use chrono::TimeDelta;
use serde_json::{Value, json};

const RUNS: &str = "/integrations/google-calendar/runs";
const CHANGES: &str = "/integrations/google-calendar/records?updatedSince=2026-03-20T00:00:00Z";
const WHOLE: &str = "/integrations/google-calendar/records";
const AGENDA: &str = "/integrations/google-calendar/records?from=2026-03-16T00:00:00Z&to=2026-04-16T00:00:00Z";

/// Two accounts, both connected and with two runs.
async fn two_tenants() -> (World, Client, Client) {
    let world = World::by_hand().await;
    for account in [DEMO, "other"] {
        world.connect(account).await.ok();
        world.work(account, TimeDelta::minutes(5)).await;
        world.admin(account).post("/integrations/google-calendar/sync", &json!({})).await.ok();
        world.work(account, TimeDelta::minutes(5)).await;
    }
    let (ours, theirs) = (world.admin(DEMO), world.admin("other"));
    (world, ours, theirs)
}

async fn cursor(client: &Client, list: &str) -> String {
    let separator = if list.contains('?') { '&' } else { '?' };
    let page = client.get(&format!("{list}{separator}limit=1")).await.ok();
    page["cursor"].as_str().unwrap_or_else(|| panic!("more than one in {list}: {page}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_another_account_is_not_there() {
    let (_world, ours, theirs) = two_tenants().await;
    let runs = theirs.get(RUNS).await.ok();
    for run in runs["runs"].as_array().expect("runs") {
        let id = run["id"].as_str().expect("an id");
        assert_eq!(theirs.get(&format!("{RUNS}/{id}")).await.status, 200);
        let problem = ours.get(&format!("{RUNS}/{id}")).await.problem(404, "not_found");
        assert_eq!(problem["detail"], "There is no such run.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_account_is_refused() {
    let (_world, ours, theirs) = two_tenants().await;
    for list in [RUNS, WHOLE, CHANGES, AGENDA] {
        let separator = if list.contains('?') { '&' } else { '?' };
        let cursor = cursor(&theirs, list).await;
        let path = format!("{list}{separator}cursor={cursor}");
        assert_eq!(theirs.get(&path).await.status, 200, "{list}");
        let problem = ours.get(&path).await.problem(400, "bad_request");
        assert_eq!(problem["detail"], "The cursor does not belong to this list.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_one_list_is_refused_by_every_other_list() {
    let (_world, ours, _) = two_tenants().await;
    let later = "/integrations/google-calendar/records?updatedSince=2026-03-20T01:00:00Z";
    let wider = "/integrations/google-calendar/records?from=2026-03-16T00:00:00Z&to=2026-04-17T00:00:00Z";
    for (of, at) in [
        (RUNS, CHANGES),
        (WHOLE, CHANGES),
        (CHANGES, WHOLE),
        (CHANGES, AGENDA),
        (AGENDA, RUNS),
        (CHANGES, later),
        (AGENDA, wider),
    ] {
        let cursor = cursor(&ours, of).await;
        let separator = if at.contains('?') { '&' } else { '?' };
        ours.get(&format!("{at}{separator}cursor={cursor}")).await.problem(400, "bad_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_of_another_account_or_member_is_not_there() {
    let world = World::by_hand().await;
    let started = world.admin("other").post("/integrations/google-calendar/connect", &json!({})).await.ok();
    let url = started["authorizationUrl"].as_str().expect("a URL");
    let back = world.follow(&world.consent(url, &sandbox::Consent::default())).await;
    let body = json!({ "flow": back["flow"], "ticket": back["ticket"] });
    let ours = world.admin(DEMO).post("/oauth/complete", &body).await.problem(404, "flow_not_found");
    let unknown = json!({ "flow": "0".repeat(64), "ticket": back["ticket"] });
    let none = world.admin(DEMO).post("/oauth/complete", &unknown).await.problem(404, "flow_not_found");
    let without_id = |mut problem: Value| {
        problem["request_id"].take();
        problem
    };
    assert_eq!(without_id(ours), without_id(none), "a flow of somebody else looks like none");
    assert_eq!(world.admin("other").post("/oauth/complete", &body).await.status, 200, "and is still good");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_account_does_changes_nothing_of_another() {
    let (world, ours, theirs) = two_tenants().await;
    let before = theirs.get("/integrations/google-calendar").await.ok();
    ours.patch("/integrations/google-calendar/settings", &json!({ "intervalMinutes": 60 })).await.ok();
    ours.post("/integrations/google-calendar/sync", &json!({})).await.ok();
    world.work(DEMO, TimeDelta::minutes(5)).await;
    assert_eq!(theirs.get("/integrations/google-calendar").await.ok(), before);
    assert_ne!(ours.get("/integrations/google-calendar").await.ok()["id"], before["id"]);
    assert_eq!(before["provider"], GOOGLE);
}
