//! Reading and changing one event.

use sandbox::google::{ADA, TEAM_CALENDAR, TOKYO_CALENDAR};
use serde_json::{Value, json};

use crate::support::{Answer, World, events_path, text};

async fn send(world: &World, method: &str, path: &str, token: &str, if_match: Option<&str>, body: Value) -> Answer {
    let authorization = format!("Bearer {token}");
    let mut headers = vec![("authorization", authorization.as_str())];
    headers.extend(if_match.map(|etag| ("if-match", etag)));
    world.send(method, path, &headers, &body.to_string()).await
}

fn meeting() -> Value {
    json!({
        "id": "meeting1",
        "summary": "会議",
        "start": { "dateTime": "2026-11-23T09:00:00+01:00" },
        "end": { "dateTime": "2026-11-23T10:00:00+01:00" },
        "extendedProperties": { "private": { "aura_id": "1", "aura_rev": "1" } },
    })
}

#[tokio::test]
async fn a_change_needs_the_current_etag_when_it_names_one() {
    let world = World::new().await;
    let token = world.access_token().await;
    let inserted = send(&world, "POST", &events_path(ADA), &token, None, meeting()).await.json();
    assert_eq!((&inserted["summary"], &inserted["status"]), (&json!("会議"), &json!("confirmed")));
    let path = format!("{}/meeting1", events_path(ADA));
    let etag = text(&inserted, "etag");

    let rename = json!({ "summary": "renamed", "extendedProperties": { "private": { "aura_rev": "2" } } });
    let renamed = send(&world, "PATCH", &path, &token, Some(etag), rename.clone()).await.json();
    assert_ne!(renamed["etag"], inserted["etag"]);
    assert_eq!(renamed["sequence"], 0);
    assert_eq!(renamed["extendedProperties"]["private"], json!({ "aura_id": "1", "aura_rev": "2" }));

    let stale = send(&world, "PATCH", &path, &token, Some(etag), rename).await;
    assert_eq!((stale.status, stale.reason().as_str()), (412, "conditionNotMet"));
    assert_eq!(send(&world, "DELETE", &path, &token, Some(etag), json!({})).await.status, 412);

    let authorization = format!("Bearer {token}");
    let known = [("authorization", authorization.as_str()), ("if-none-match", text(&renamed, "etag"))];
    assert_eq!(world.send("GET", &path, &known, "").await.status, 304);
    assert_eq!(world.get(&path, &token).await.json(), renamed);

    let moved = json!({ "end": { "dateTime": "2026-11-23T11:00:00+01:00" }, "summary": null });
    let moved = send(&world, "PATCH", &path, &token, Some("*"), moved).await.json();
    assert_eq!((&moved["sequence"], moved.get("summary")), (&json!(1), None));
}

#[tokio::test]
async fn a_deleted_event_stays_as_a_tombstone() {
    let world = World::new().await;
    let token = world.access_token().await;
    let path = format!("{}/meeting1", events_path(ADA));
    send(&world, "POST", &events_path(ADA), &token, None, meeting()).await;
    assert_eq!(send(&world, "DELETE", &path, &token, None, json!({})).await.status, 204);
    let again = send(&world, "DELETE", &path, &token, None, json!({})).await;
    assert_eq!((again.status, again.reason().as_str()), (410, "deleted"));
    assert_eq!(world.get(&path, &token).await.json()["status"], "cancelled");
    let twin = send(&world, "POST", &events_path(ADA), &token, None, meeting()).await;
    assert_eq!((twin.status, twin.reason().as_str()), (409, "duplicate"));
}

#[tokio::test]
async fn wrong_events_are_refused() {
    let world = World::new().await;
    let token = world.access_token().await;
    let with = |change: Value| {
        let mut event = meeting();
        change.as_object().unwrap().iter().for_each(|(name, value)| event[name] = value.clone());
        event
    };
    let cases = [
        (with(json!({ "id": "NOT" })), "invalid"),
        (with(json!({ "end": null })), "required"),
        (with(json!({ "end": { "date": "2026-11-24" } })), "badRequest"),
        (with(json!({ "end": { "dateTime": "2026-11-22T09:00:00Z" } })), "invalid"),
        (with(json!({ "recurrence": ["RRULE:FREQ=DAILY"] })), "required"),
        (json!([]), "badRequest"),
    ];
    for (event, reason) in cases {
        let answer = send(&world, "POST", &events_path(ADA), &token, None, event.clone()).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, reason), "{event}");
    }
    let nowhere = format!("{}/nothing", events_path(ADA));
    assert_eq!(send(&world, "PATCH", &nowhere, &token, None, json!({})).await.reason(), "notFound");
}

#[tokio::test]
async fn a_calendar_that_is_only_read_cannot_be_written() {
    let world = World::new().await;
    let token = world.access_token().await;
    let refused = send(&world, "POST", &events_path(TOKYO_CALENDAR), &token, None, meeting()).await;
    assert_eq!((refused.status, refused.reason().as_str()), (403, "requiredAccessLevel"));
    assert_eq!(send(&world, "POST", &events_path(TEAM_CALENDAR), &token, None, meeting()).await.status, 200);
}
