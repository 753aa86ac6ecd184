//! Reading and changing one event.

use sandbox::google::{ADA, TEAM_CALENDAR, TOKYO_CALENDAR};
use serde_json::{Value, json};

use crate::support::{Answer, World, encoded, events_path, text};

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

#[tokio::test]
async fn a_deleted_event_comes_back_when_its_status_is_set() {
    let world = World::new().await;
    let token = world.access_token().await;
    let path = format!("{}/meeting1", events_path(ADA));
    send(&world, "POST", &events_path(ADA), &token, None, meeting()).await;
    send(&world, "DELETE", &path, &token, None, json!({})).await;
    let (_, sync_token) = world.all_events(&token, ADA, &[("maxResults", "2500")]).await;
    for not_back in [json!({ "summary": "x" }), json!({ "status": "cancelled" })] {
        let refused = send(&world, "PATCH", &path, &token, None, not_back).await;
        assert_eq!((refused.status, refused.reason().as_str()), (404, "notFound"));
    }
    let back = json!({ "status": "confirmed", "summary": "back" });
    assert_eq!(send(&world, "PATCH", &path, &token, Some("\"stale\""), back.clone()).await.status, 412);
    let back = send(&world, "PATCH", &path, &token, None, back).await.json();
    assert_eq!((&back["status"], &back["summary"]), (&json!("confirmed"), &json!("back")));
    assert_eq!(back["extendedProperties"]["private"]["aura_id"], "1", "the rest is as it was");
    let sync_token = sync_token.unwrap();
    let (changed, _) = world.all_events(&token, ADA, &[("syncToken", &sync_token)]).await;
    assert_eq!(changed, [back]);
    assert_eq!(send(&world, "DELETE", &path, &token, None, json!({})).await.status, 204);
}

#[tokio::test]
async fn a_series_comes_back_with_its_exceptions() {
    let world = World::with(|options| options.events = 0).await;
    let calendar = world.sandbox.google().calendar(ADA, "primary").unwrap();
    let time = |at: &str| json!({ "dateTime": at, "timeZone": "Europe/Berlin" });
    let (start, end) = (time("2026-11-23T09:00:00+01:00"), time("2026-11-23T10:00:00+01:00"));
    let rules = ["RRULE:FREQ=DAILY;COUNT=5"];
    calendar.insert(json!({ "id": "series1", "start": start, "end": end, "recurrence": rules })).unwrap();
    calendar.update("series1_20261124T080000Z", json!({ "summary": "moved" })).unwrap();
    calendar.delete("series1_20261125T080000Z").unwrap();
    let before = calendar.events();
    calendar.delete("series1").unwrap();
    assert_eq!(calendar.events(), Vec::<Value>::new());
    let without = calendar.update("series1_20261124T080000Z", json!({ "status": "confirmed" }));
    assert_eq!(without.unwrap_err().reason, "notFound", "an exception does not come back alone");
    calendar.update("series1", json!({ "status": "confirmed" })).unwrap();
    let what = |events: &[Value]| -> Vec<Value> {
        events.iter().map(|event| json!([event["id"], event["status"], event["summary"]])).collect()
    };
    assert_eq!(what(&calendar.events()), what(&before));
}

#[tokio::test]
async fn a_calendar_can_be_made_read_only_for_everybody() {
    let world = World::new().await;
    let token = world.access_token().await;
    let list = "/google/calendar/v3/users/me/calendarList";
    let before = world.get(list, &token).await.json();
    world.sandbox.switch(serde_json::from_value(json!({ "readOnlyCalendar": ADA })).unwrap()).unwrap();
    let refused = send(&world, "POST", &events_path(ADA), &token, None, meeting()).await;
    assert_eq!((refused.status, refused.reason().as_str()), (403, "requiredAccessLevel"));
    assert_eq!(world.events(&token, ADA, &[]).await.json()["accessRole"], "reader");
    let next = format!("{list}?{}", encoded(&[("syncToken", text(&before, "nextSyncToken"))]));
    let changed = world.get(&next, &token).await.json();
    assert_eq!((&changed["items"][0]["id"], &changed["items"][0]["accessRole"]), (&json!(ADA), &json!("reader")));
    assert!(world.sandbox.switch(serde_json::from_value(json!({ "readOnlyCalendar": "x" })).unwrap()).is_err());

    let team = world.sandbox.google().calendar(ADA, TEAM_CALENDAR).unwrap();
    team.set_read_only(true);
    assert_eq!(send(&world, "POST", &events_path(TEAM_CALENDAR), &token, None, meeting()).await.status, 403);
    team.insert(meeting()).expect("the handle writes all the same");
    team.set_read_only(false);
    let path = format!("{}/meeting1", events_path(TEAM_CALENDAR));
    assert_eq!(send(&world, "DELETE", &path, &token, None, json!({})).await.status, 204);
    world.sandbox.reset_switches();
    assert_eq!(send(&world, "POST", &events_path(ADA), &token, None, meeting()).await.status, 200);
    assert_eq!(world.events(&token, ADA, &[]).await.json()["accessRole"], "owner");
}
