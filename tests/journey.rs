//! The whole way, over HTTP.

use crate::world::{DEMO, World};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_connects_google_calendar_and_sees_the_events() {
    let world = World::new().await;
    let integration = world.connected(DEMO).await;
    assert_eq!(integration["status"], "Active");
    assert_eq!(integration["account"]["label"], "ada@example.com");
    assert_eq!(integration["settings"]["resources"], json!(["ada@example.com"]));
    assert_eq!(integration["settings"]["writeResource"], "ada@example.com");

    let admin = world.admin(DEMO);
    let runs = admin.get("/integrations/google-calendar/runs").await.ok();
    assert_eq!(runs["runs"][0]["outcome"], "succeeded");
    assert_eq!(runs["runs"][0]["trigger"], "connect");
    let path = "/integrations/google-calendar/records?from=2026-03-16T00:00:00Z&to=2026-04-16T00:00:00Z";
    let agenda = world.viewer(DEMO).get(path).await.ok();
    assert!(!agenda["occurrences"].as_array().expect("occurrences").is_empty());
}
