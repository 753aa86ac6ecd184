//! Connecting after a disconnect: another account is welcome, the same one after the revoke window.

use super::*;
use domain::lifecycle::Status;
use sandbox::google::GRACE;

async fn disconnected() -> World {
    let world = active().await;
    let admin = world.admin(DEMO);
    admin.patch("/integrations/google-calendar/settings", &json!({ "intervalMinutes": 30 })).await.ok();
    world.clock.advance(TimeDelta::seconds(1));
    world.act(DEMO, "disconnect").await;
    assert_eq!(detail(&world).await["status"], "Disconnected");
    world.clock.advance(TimeDelta::seconds(1));
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn from_disconnected_another_account_begins_anew_and_the_history_stays() {
    let world = disconnected().await;
    let (before, lines) = (world.stored(DEMO).await, history(&world).await);
    let grace = Consent { account: Some(GRACE.into()), ..Consent::default() };
    world.connect_as(DEMO, &grace).await.ok();

    let stored = world.stored(DEMO).await;
    assert_eq!((stored.id, stored.status), (before.id, Status::Testing));
    assert_ne!(stored.dataset, before.dataset);
    assert!(stored.settings.resources.is_empty() && stored.settings.write_resource.is_none());
    assert_eq!(stored.settings.interval_minutes, 30, "what is not about the account stays");
    assert_eq!(stored.last_success_at, None);
    let added = added_to(&world, &lines).await;
    assert_eq!(added, ["account_replaced", "reconnected", "status_changed Disconnected Testing"]);

    let cleanups: Vec<Value> = world.items_of("CLEANUP#").await.iter().map(plain).collect();
    let former = before.dataset.to_string();
    assert!(cleanups.iter().any(|it| it["dataset"] == former.as_str() && it.get("grant").is_none()), "{cleanups:?}");
    assert!(cleanups.iter().any(|it| it["grant"].is_string() && it["revoke"].is_string()), "{cleanups:?}");
    for cleanup in &cleanups {
        assert!(cleanup["due_pk"].as_str().is_some_and(|pk| pk.starts_with("DUE#cleanup#")), "{cleanup}");
    }

    work(&world).await;
    let integration = detail(&world).await;
    assert_eq!(
        (integration["status"].as_str(), integration["account"]["label"].as_str()),
        (Some("Active"), Some(GRACE))
    );
    assert_eq!(integration["settings"]["resources"], json!([GRACE]));
    let dataset = stored.dataset.to_string();
    let own = world.items_of("INTEGRATION#").await.iter().map(plain).collect::<Vec<_>>();
    let resources = own.iter().filter(|item| item["SK"].as_str().is_some_and(|sk| sk.starts_with("RESOURCE#")));
    let resources: Vec<_> = resources.map(|it| (it["resource"].as_str(), it["dataset"].as_str())).collect();
    assert_eq!(resources, [(Some(GRACE), Some(dataset.as_str()))], "the former account's cursors are forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_former_account_is_no_longer_noted_as_used_and_the_new_one_is() {
    let world = disconnected().await;
    let former = world.stored(DEMO).await.connected.expect("an account").id;
    let grace = Consent { account: Some(GRACE.into()), ..Consent::default() };
    world.connect_as(DEMO, &grace).await.ok();
    let new = world.stored(DEMO).await.connected.expect("an account").id;
    let users = |id: String| {
        let world = &world;
        async move {
            let items = world.items_of(&format!("EXTERNAL#{GOOGLE}#account#{id}")).await;
            items.into_iter().filter(|item| item["SK"]["S"] == format!("ACCOUNT#{DEMO}")).count()
        }
    };
    assert_ne!(former, new);
    assert_eq!((users(former.to_string()).await, users(new.to_string()).await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_account_can_be_connected_again_when_the_revoke_window_is_over_and_finds_its_records() {
    let world = disconnected().await;
    let before = world.stored(DEMO).await;
    world.connect(DEMO).await.problem(409, "still_disconnecting");
    assert_eq!(detail(&world).await["status"], "Disconnected");
    world.clock.advance(TimeDelta::seconds(59));
    world.connect(DEMO).await.problem(409, "still_disconnecting");
    world.clock.advance(TimeDelta::seconds(1));
    world.connect(DEMO).await.ok();
    let after = world.stored(DEMO).await;
    assert_eq!((after.dataset, &after.settings), (before.dataset, &before.settings));
    work(&world).await;
    assert_eq!(detail(&world).await["status"], "Active");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_revoke_window_holds_for_every_tenant_that_uses_the_provider_account() {
    let world = disconnected().await;
    world.connect("other").await.problem(409, "still_disconnecting");
    let other = world.admin("other").get("/integrations/google-calendar").await.ok();
    assert_eq!((other["status"].as_str(), other["connected"].as_bool()), (Some("Configuring"), Some(false)));
    world.clock.advance(TimeDelta::seconds(60));
    world.connect("other").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_connection_to_the_same_provider_account_is_its_own() {
    let world = active().await;
    let before = world.stored(DEMO).await;
    world.connect("other").await.ok();
    let after = world.stored(DEMO).await;
    assert_eq!((after.rev, after.grant), (before.rev, before.grant));
    assert_eq!(grants(&world).len(), 2);
    assert!(grants(&world).iter().any(|(name, _)| name.contains("/grants/other/")));
}
