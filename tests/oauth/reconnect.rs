//! Reconnecting never degrades: until it has succeeded everything stays, and then only the credentials change.

use super::*;
use domain::lifecycle::{ErrorReason, Status};
use sandbox::google::{ADA as ADA_AT_GOOGLE, GRACE};

fn grace() -> Consent {
    Consent { account: Some(GRACE.into()), ..Consent::default() }
}

async fn resources(world: &World) -> Vec<Value> {
    let items = world.items_of("INTEGRATION#").await.into_iter();
    items.filter(|item| item["SK"]["S"].as_str().is_some_and(|sk| sk.starts_with("RESOURCE#"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_at_the_provider_is_refused_and_the_old_grant_works_on() {
    let world = active().await;
    let (before, lines) = (picture(&world).await, history(&world).await);
    let refused = world.connect_as(DEMO, &grace()).await.problem(409, "wrong_account");
    assert_eq!(
        refused["detail"],
        "This is a different account. Disconnect the current integration first, then connect the other account."
    );
    assert_eq!(picture(&world).await, before);
    assert_eq!(added_to(&world, &lines).await, ["connect_ended wrong_account"]);
    let admin = world.admin(DEMO);
    assert_eq!(admin.post("/integrations/google-calendar/test", &json!({})).await.ok()["ok"], true);
    assert_eq!(admin.post("/integrations/google-calendar/sync", &json!({})).await.status, 202);
    work(&world).await;
    let runs = admin.get("/integrations/google-calendar/runs").await.ok();
    assert_eq!(runs["runs"][0]["outcome"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_is_refused_in_pause_and_in_error_too() {
    for paused in [true, false] {
        let world = active().await;
        if paused {
            world.act(DEMO, "pause").await;
        } else {
            world.found_out(DEMO, Err(ErrorReason::CredentialsExpired)).await;
        }
        let before = picture(&world).await;
        world.connect_as(DEMO, &grace()).await.problem(409, "wrong_account");
        assert_eq!(picture(&world).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_account_keeps_settings_history_and_cursors_and_changes_only_the_credentials() {
    let world = active().await;
    world.clock.advance(TimeDelta::minutes(1));
    let (detail_before, stored_before) = (detail(&world).await, world.stored(DEMO).await);
    let (cursors, lines, records) = (resources(&world).await, history(&world).await, world.items_of("RECORDS#").await);
    assert!(!cursors.is_empty() && !records.is_empty());
    world.connect(DEMO).await.ok();

    let (after, stored) = (detail(&world).await, world.stored(DEMO).await);
    assert_eq!(after["settings"], detail_before["settings"]);
    assert_eq!(after["account"], detail_before["account"]);
    assert_eq!(resources(&world).await, cursors);
    assert_eq!(world.items_of("RECORDS#").await, records);
    assert_eq!((stored.id, stored.dataset), (stored_before.id, stored_before.dataset));
    assert_ne!(stored.grant, stored_before.grant);
    assert_eq!(added_to(&world, &lines).await, ["reconnected", "status_changed Active Testing"]);

    let former = stored_before.grant.expect("a grant").to_string();
    let cleanups: Vec<Value> = world.items_of("CLEANUP#").await.iter().map(plain).collect();
    assert_eq!(cleanups.len(), 1, "{cleanups:?}");
    assert_eq!((&cleanups[0]["grant"], cleanups[0].get("revoke")), (&json!(former), None), "the account is still used");

    work(&world).await;
    assert_eq!(detail(&world).await["status"], "Active");
    assert_eq!(added_to(&world, &lines).await.last().map(String::as_str), Some("status_changed Testing Active"));
    let runs = world.admin(DEMO).get("/integrations/google-calendar/runs").await.ok();
    assert_eq!(runs["runs"][0]["kind"], "incremental", "the cursors were used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconnect_hints_at_the_account_that_is_connected() {
    let world = active().await;
    let admin = world.admin(DEMO);
    assert_eq!(start(&admin).await.parameter("login_hint"), ADA_AT_GOOGLE);
    world.act(DEMO, "disconnect").await;
    let fresh = start(&admin).await;
    assert!(!fresh.url.query_pairs().any(|(name, _)| name == "login_hint"), "from Disconnected anybody is welcome");
}

#[tokio::test(flavor = "multi_thread")]
async fn reconnecting_a_paused_integration_leaves_it_paused() {
    let world = active().await;
    world.act(DEMO, "pause").await;
    let (before, lines) = (world.stored(DEMO).await, history(&world).await);
    world.connect(DEMO).await.ok();
    let stored = world.stored(DEMO).await;
    assert_eq!((stored.status, stored.due_at, stored.run.as_ref()), (Status::Paused, None, None));
    assert_ne!(stored.grant, before.grant);
    assert_eq!(added_to(&world, &lines).await, ["reconnected"]);
    work(&world).await;
    assert_eq!(detail(&world).await["status"], "Paused");
    let test = world.admin(DEMO).post("/integrations/google-calendar/test", &json!({})).await.ok();
    assert_eq!((test["ok"].as_bool(), detail(&world).await["status"].as_str()), (Some(true), Some("Paused")));
}

#[tokio::test(flavor = "multi_thread")]
async fn reconnecting_heals_an_integration_whose_credentials_expired() {
    let world = active().await;
    world.found_out(DEMO, Err(ErrorReason::CredentialsExpired)).await;
    let error = detail(&world).await;
    assert_eq!(error["error"]["message"], "Integration credentials have expired. Please reconnect.");
    world.connect(DEMO).await.ok();
    work(&world).await;
    let healed = detail(&world).await;
    assert_eq!((healed["status"].as_str(), &healed["error"]), (Some("Active"), &Value::Null));
    assert_eq!(healed["settings"], error["settings"]);
}
