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
    assert_eq!(integration["actions"], json!(["connect"]));
    world.connect(DEMO).await.ok();
    assert_eq!(detail(&world).await["status"], "Testing");
}
