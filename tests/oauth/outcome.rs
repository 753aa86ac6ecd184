//! What a flow leaves in the item of the integration while it is not finished.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_reconnect_that_was_only_started_changes_nothing() {
    let world = active().await;
    let (before, lines) = (picture(&world).await, history(&world).await);
    let fragment = returned(&world, &world.admin(DEMO)).await;
    assert!(fragment.contains_key("ticket"));
    assert_eq!(picture(&world).await, before);
    assert!(added_to(&world, &lines).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_first_connect_stays_in_configuring_and_can_be_repeated() {
    let world = World::by_hand().await;
    let started = start(&world.admin(DEMO)).await;
    let denied = world.consent(started.url.as_str(), &Consent { deny: true, ..Consent::default() });
    world.follow(&denied).await;
    let integration = detail(&world).await;
    assert_eq!(
        (integration["status"].as_str(), integration["connected"].as_bool()),
        (Some("Configuring"), Some(false))
    );
    assert_eq!(integration["actions"], json!(["connect", "delete"]));
    world.connect(DEMO).await.ok();
    assert_eq!(detail(&world).await["status"], "Testing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finish_after_a_disconnect_connects_nothing() {
    let world = active().await;
    let fragment = returned(&world, &world.admin(DEMO)).await;
    world.act(DEMO, "disconnect").await;
    let (before, asked) = (picture(&world).await, exchanges(&world));
    complete(&world.admin(DEMO), &fragment).await.problem(409, "start_again");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, asked));
    assert_eq!(detail(&world).await["status"], "Disconnected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finish_after_a_delete_brings_nothing_back_and_does_not_touch_one_created_anew() {
    let world = active().await;
    let admin = world.admin(DEMO);
    let (early, late) = (returned(&world, &admin).await, returned(&world, &admin).await);
    world.delete(DEMO).await;
    let (before, asked) = (picture(&world).await, exchanges(&world));
    complete(&admin, &early).await.problem(409, "start_again");
    assert_eq!(picture(&world).await, before);
    admin.get("/integrations/google-calendar").await.problem(404, "not_found");

    admin.post("/integrations", &json!({ "provider": GOOGLE })).await.ok();
    let before = picture(&world).await;
    complete(&admin, &late).await.problem(409, "start_again");
    assert_eq!((picture(&world).await, exchanges(&world)), (before, asked));
    assert_eq!(detail(&world).await["status"], "Draft");
}
