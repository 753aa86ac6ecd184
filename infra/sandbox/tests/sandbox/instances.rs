//! The occurrences of a series, and the exceptions that come of changing one.

use sandbox::google::{ADA, CalendarHandle};
use serde_json::{Value, json};

use crate::support::{Answer, World, encoded, events_path, text};

fn berlin(start: &str, end: &str, rules: &[&str]) -> Value {
    let time = |at: &str| json!({ "dateTime": at, "timeZone": "Europe/Berlin" });
    json!({ "id": "series1", "summary": "Stand-up", "start": time(start), "end": time(end), "recurrence": rules })
}

fn days(start: &str, end: &str, rules: &[&str]) -> Value {
    json!({ "id": "series1", "start": { "date": start }, "end": { "date": end }, "recurrence": rules })
}

fn calendar(world: &World) -> CalendarHandle {
    world.sandbox.google().calendar(ADA, "primary").unwrap()
}

async fn with(series: Value) -> (World, String) {
    let world = World::with(|options| options.events = 0).await;
    calendar(&world).insert(series).unwrap();
    let token = world.access_token().await;
    (world, token)
}

async fn list(world: &World, token: &str, query: &[(&str, &str)]) -> Answer {
    world.get(&format!("{}/series1/instances?{}", events_path(ADA), encoded(query)), token).await
}

async fn items(world: &World, token: &str, query: &[(&str, &str)]) -> Vec<Value> {
    let answer = list(world, token, query).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

fn suffixes(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| text(item, "id").strip_prefix("series1_").unwrap()).collect()
}

async fn expansion(series: Value) -> Vec<String> {
    let (world, token) = with(series).await;
    let items = items(&world, &token, &[("maxResults", "8")]).await;
    suffixes(&items).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn rules_are_expanded_in_the_zone_of_the_series() {
    let at_nine = |rules: &[&str]| berlin("2026-03-27T09:00:00+01:00", "2026-03-27T09:30:00+01:00", rules);
    let cases: [(Value, &[&str]); 12] = [
        // Clocks change on the 29th of March.
        (at_nine(&["RRULE:FREQ=DAILY;COUNT=3"]), &["20260327T080000Z", "20260328T080000Z", "20260329T070000Z"]),
        (
            at_nine(&["RRULE:FREQ=DAILY;INTERVAL=3;UNTIL=20260402T070000Z"]),
            &["20260327T080000Z", "20260330T070000Z", "20260402T070000Z"],
        ),
        (at_nine(&["RRULE:FREQ=DAILY;UNTIL=20260328"]), &["20260327T080000Z", "20260328T080000Z"]),
        (
            at_nine(&["RRULE:FREQ=WEEKLY;BYDAY=MO,FR;COUNT=4"]),
            &["20260327T080000Z", "20260330T070000Z", "20260403T070000Z", "20260406T070000Z"],
        ),
        (at_nine(&["RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2"]), &["20260327T080000Z", "20260410T070000Z"]),
        (
            at_nine(&["EXDATE;TZID=Europe/Berlin:20260328T090000,20260330T090000", "RRULE:FREQ=DAILY;COUNT=5"]),
            &["20260327T080000Z", "20260329T070000Z", "20260331T070000Z"],
        ),
        (
            at_nine(&[
                "EXDATE:20260328T080000Z",
                "RDATE;TZID=Europe/Berlin:20260401T090000",
                "RRULE:FREQ=DAILY;COUNT=2",
            ]),
            &["20260327T080000Z", "20260401T070000Z"],
        ),
        (at_nine(&["RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=2"]), &["20260327T080000Z", "20260424T070000Z"]),
        (days("2026-01-31", "2026-02-01", &["RRULE:FREQ=MONTHLY;COUNT=3"]), &["20260131", "20260331", "20260531"]),
        (
            days("2026-01-01", "2026-01-02", &["RRULE:FREQ=MONTHLY;BYMONTHDAY=-1,1;COUNT=4"]),
            &["20260101", "20260131", "20260201", "20260228"],
        ),
        (days("2028-02-29", "2028-03-01", &["RRULE:FREQ=YEARLY;COUNT=2"]), &["20280229", "20320229"]),
        (
            days("2026-11-23", "2026-11-25", &["EXDATE;VALUE=DATE:20261130", "RRULE:FREQ=WEEKLY;UNTIL=20261207"]),
            &["20261123", "20261207"],
        ),
    ];
    for (series, expected) in cases {
        assert_eq!(expansion(series.clone()).await, expected, "{}", series["recurrence"]);
    }
}

#[tokio::test]
async fn an_occurrence_looks_like_an_event() {
    let start = "2026-03-28T09:00:00+01:00";
    let (world, token) = with(berlin(start, "2026-03-28T09:30:00+01:00", &["RRULE:FREQ=DAILY"])).await;
    let second = &items(&world, &token, &[("maxResults", "2")]).await[1];
    let zoned = |at: &str| json!({ "dateTime": at, "timeZone": "Europe/Berlin" });
    assert_eq!(second["start"], zoned("2026-03-29T09:00:00+02:00"));
    assert_eq!(second["end"], zoned("2026-03-29T09:30:00+02:00"));
    assert_eq!((&second["originalStartTime"], &second["recurringEventId"]), (&second["start"], &json!("series1")));
    assert_eq!((&second["summary"], second.get("recurrence")), (&json!("Stand-up"), None));
    let path = format!("{}/series1_20260329T070000Z", events_path(ADA));
    assert_eq!(&world.get(&path, &token).await.json(), second);
    let never = format!("{}/series1_20260329T080000Z", events_path(ADA));
    assert_eq!(world.get(&never, &token).await.reason(), "notFound");
}

#[tokio::test]
async fn a_window_an_original_start_and_pages_narrow_it() {
    let start = "2026-03-27T09:00:00+01:00";
    let (world, token) = with(berlin(start, "2026-03-27T09:30:00+01:00", &["RRULE:FREQ=DAILY"])).await;
    let window = [("timeMin", "2026-03-28T08:30:00Z"), ("timeMax", "2026-03-31T07:00:00Z")];
    let all = items(&world, &token, &window).await;
    assert_eq!(suffixes(&all), ["20260329T070000Z", "20260330T070000Z"]);
    let one = items(&world, &token, &[("originalStart", "2026-03-30T09:00:00+02:00")]).await;
    assert_eq!(suffixes(&one), ["20260330T070000Z"]);

    let first = list(&world, &token, &[("maxResults", "2"), window[0]]).await.json();
    let next = text(&first, "nextPageToken");
    let second = items(&world, &token, &[("maxResults", "2"), window[0], ("pageToken", next)]).await;
    assert_eq!(suffixes(&second), ["20260331T070000Z", "20260401T070000Z"]);
    assert_eq!(list(&world, &token, &[("pageToken", next)]).await.reason(), "invalid", "of another query");
    assert_eq!(list(&world, &token, &[window[0], ("timeMax", window[0].1)]).await.status, 400);
}

#[tokio::test]
async fn changing_or_deleting_an_occurrence_makes_an_exception() {
    let start = "2026-03-27T09:00:00+01:00";
    let (world, token) = with(berlin(start, "2026-03-27T09:30:00+01:00", &["RRULE:FREQ=DAILY;COUNT=4"])).await;
    let path = |suffix: &str| format!("{}/series1_{suffix}", events_path(ADA));
    let changed = json!({ "summary": "Late", "start": { "dateTime": "2026-03-28T12:00:00+01:00" },
        "end": { "dateTime": "2026-03-28T12:30:00+01:00" } });
    let changed = world.call("PATCH", &path("20260328T080000Z"), &token, &changed).await.json();
    assert_eq!((&changed["recurringEventId"], &changed["summary"]), (&json!("series1"), &json!("Late")));
    assert_eq!(changed["originalStartTime"]["dateTime"], "2026-03-28T09:00:00+01:00");
    assert_eq!(world.call("DELETE", &path("20260329T070000Z"), &token, &json!({})).await.status, 204);
    assert_eq!(world.call("DELETE", &path("20260329T070000Z"), &token, &json!({})).await.reason(), "deleted");

    let shown = items(&world, &token, &[]).await;
    assert_eq!(suffixes(&shown), ["20260327T080000Z", "20260328T080000Z", "20260330T070000Z"]);
    assert_eq!(shown[1], changed);
    let all = items(&world, &token, &[("showDeleted", "true")]).await;
    assert_eq!((all.len(), &all[2]["status"]), (4, &json!("cancelled")));
    let listed = calendar(&world).events();
    assert_eq!(listed.len(), 3, "the series and its two exceptions");

    for nothing in ["20260329T080000Z", "20260401T070000Z", "20260328", "x"] {
        assert_eq!(world.call("PATCH", &path(nothing), &token, &json!({})).await.reason(), "notFound", "{nothing}");
        assert_eq!(world.call("DELETE", &path(nothing), &token, &json!({})).await.reason(), "notFound", "{nothing}");
    }
}

#[tokio::test]
async fn an_occurrence_has_the_etag_of_its_series_until_it_is_an_exception() {
    let start = "2026-03-27T09:00:00+01:00";
    let (world, token) = with(berlin(start, "2026-03-27T09:30:00+01:00", &["RRULE:FREQ=DAILY;COUNT=4"])).await;
    let etag = text(&items(&world, &token, &[]).await[1], "etag").to_owned();
    let path = format!("{}/series1_20260328T080000Z", events_path(ADA));
    let authorization = format!("Bearer {token}");
    let send = async |etag: &str, body: Value| {
        let headers = [("authorization", authorization.as_str()), ("if-match", etag)];
        world.send("PATCH", &path, &headers, &body.to_string()).await
    };
    assert_eq!(send("\"stale\"", json!({ "summary": "x" })).await.status, 412);
    assert_eq!(send(&etag, json!({ "end": { "date": "2026-01-01" } })).await.status, 400);
    assert_eq!(calendar(&world).events().len(), 1, "a refused change makes no exception");
    assert_eq!(send(&etag, json!({ "summary": "x" })).await.status, 200);
    assert_eq!(send(&etag, json!({ "summary": "y" })).await.status, 412);
}

#[tokio::test]
async fn what_is_no_series_has_no_occurrences() {
    let (world, token) = with(days("2026-11-23", "2026-11-24", &["RRULE:FREQ=HOURLY"])).await;
    assert_eq!(list(&world, &token, &[]).await.reason(), "invalid");
    calendar(&world).update("series1", json!({ "recurrence": null })).unwrap();
    assert_eq!(list(&world, &token, &[]).await.status, 400);
    calendar(&world).delete("series1").unwrap();
    assert_eq!(list(&world, &token, &[]).await.status, 404);
}
