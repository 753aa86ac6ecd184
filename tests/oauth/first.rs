//! The first connect of an integration.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_first_connect_goes_from_draft_over_configuring_and_testing_to_active_with_a_line_for_each() {
    let world = World::by_hand().await;
    let step = || world.clock.advance(TimeDelta::seconds(1));
    let admin = world.admin(DEMO);
    admin.post("/integrations", &json!({ "provider": GOOGLE })).await.ok();
    assert_eq!(detail(&world).await["status"], "Draft");
    step();
    let started = start(&admin).await;
    assert_eq!(detail(&world).await["status"], "Configuring");
    step();
    let fragment = world.follow(&agree(&world, &started)).await;
    assert_eq!(detail(&world).await["status"], "Configuring");
    complete(&admin, &fragment).await.ok();
    assert_eq!(detail(&world).await["status"], "Testing");
    step();
    work(&world).await;
    let integration = detail(&world).await;
    assert_eq!((integration["status"].as_str(), integration["connected"].as_bool()), (Some("Active"), Some(true)));

    let lines = history(&world).await;
    let moves = lines.iter().filter(|line| line["line"]["event"]["type"] == "status_changed");
    let moves: Vec<_> = moves.map(|line| (told(&line["line"]["event"]), line["line"]["actor"].clone())).collect();
    let ada = json!({ "kind": "member", "id": ADA });
    let expected = [
        ("status_changed Draft Configuring".to_owned(), ada.clone()),
        ("status_changed Configuring Testing".to_owned(), ada),
        ("status_changed Testing Active".to_owned(), json!({ "kind": "system" })),
    ];
    assert_eq!(moves, expected);
    assert!(lines.iter().any(|line| told(&line["line"]["event"]) == "created"));
}

#[tokio::test(flavor = "multi_thread")]
async fn connect_creates_the_integration_where_there_is_none() {
    let world = World::by_hand().await;
    let admin = world.admin(DEMO);
    admin.get("/integrations/google-calendar").await.problem(404, "not_found");
    start(&admin).await;
    assert_eq!(detail(&world).await["status"], "Configuring");
    assert_eq!(admin.get("/integrations").await.ok()["plan"]["used"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_the_provider_refuses_ends_a_first_connect_in_error_with_its_reason() {
    let (world, tap) = tapped().await;
    world.connect(DEMO).await.ok();
    let refusal = r#"{"error":{"code":403,"errors":[{"reason":"insufficientPermissions"}]}}"#;
    tap.answer("/calendarList", 403, "application/json", refusal);
    work(&world).await;
    let integration = detail(&world).await;
    assert_eq!(integration["status"], "Error");
    assert_eq!(integration["error"]["reason"], "insufficient_permissions");
}
