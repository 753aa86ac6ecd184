//! Several calendars, each with its own cursor.

use super::scene::Scene;
use crate::world::DEMO;
use domain::lifecycle::Status;
use sandbox::PathKind;
use sandbox::google::{ADA, TEAM_CALENDAR, TOKYO_CALENDAR};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_calendar_is_read_in_full_and_the_first_only_for_its_changes() {
    let scene = Scene::synced(200).await;
    let before = scene.resource(DEMO, ADA).await.expect("a resource");
    scene.calendar(ADA).change_some(4);
    scene.choose(&[ADA, TEAM_CALENDAR, TOKYO_CALENDAR]).await;
    scene.page_size(12);
    scene.sandbox().reset_counters();
    assert_eq!(scene.run().await, "succeeded");
    for calendar in [ADA, TEAM_CALENDAR, TOKYO_CALENDAR] {
        scene.assert_equal(DEMO, calendar).await;
    }
    let pages = |calendar: &str| scene.calendar(calendar).events().len().div_ceil(12) as u64;
    assert!(scene.requests(PathKind::Events) <= 1 + pages(TEAM_CALENDAR) + pages(TOKYO_CALENDAR));
    let after = scene.resource(DEMO, ADA).await.expect("a resource");
    assert_eq!(after.window_start, before.window_start, "no second full pull");
    assert_ne!(after.token, before.token);
    assert_ne!(after.token, scene.resource(DEMO, TEAM_CALENDAR).await.expect("a resource").token);

    scene.calendar(TOKYO_CALENDAR).change_some(2);
    scene.sandbox().reset_counters();
    assert_eq!(scene.next_run().await, "succeeded");
    assert_eq!(scene.requests(PathKind::Events), 3, "one page for each calendar");
    scene.assert_equal(DEMO, TOKYO_CALENDAR).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_is_gone_does_not_keep_the_other_from_being_synced() {
    let scene = Scene::synced(100).await;
    scene.choose(&[TEAM_CALENDAR, ADA]).await;
    assert_eq!(scene.run().await, "succeeded");
    scene.calendar(ADA).change_some(5);
    scene.sandbox().google().unshare(ADA, TEAM_CALENDAR).expect("unshared");
    assert_eq!(scene.next_run().await, "error");
    scene.assert_equal(DEMO, ADA).await;
    let view = scene.view().await;
    assert_eq!((&view["status"], &view["error"]["reason"]), (&"Error".into(), &"resource_not_found".into()));
    assert_eq!(view["error"]["message"], "What this integration syncs is no longer available at the provider.");
    assert_eq!(scene.integration().await.due_at, None, "a person has to choose");

    scene.choose(&[ADA]).await;
    assert_eq!(scene.run().await, "succeeded");
    assert_eq!(scene.integration().await.status, Status::Active);
    assert!(scene.records(DEMO, TEAM_CALENDAR).await.iter().all(|record| record.deleted));
    scene.assert_equal(DEMO, ADA).await;
}
