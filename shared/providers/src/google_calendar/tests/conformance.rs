//! The provider against Google's own description of its API, which is not committed: `GOOGLE_CALENDAR_DESCRIPTION` is
//! the path of `calendar.v3.json` out of the package google-api-python-client, as `.ci/run tests` fetches it. Without
//! it these tests are left out and say so.

mod answers;
mod check;
mod document;
mod requests;

use self::check::{Checked, check};
use self::document::Document;
use super::super::{scopes, wire};
use super::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_request_is_one_that_google_describes() {
    let Some(document) = Document::find() else { return };
    let mut called = BTreeSet::new();
    for request in requests::all().await {
        let Checked { method, problems } = check(&document, &request);
        assert_eq!(problems, [""; 0], "{} {}", request.method(), request.uri());
        called.insert(method.expect("a request without problems has a method"));
    }
    let expected = [
        "calendar.calendarList.list",
        "calendar.channels.stop",
        "calendar.events.delete",
        "calendar.events.get",
        "calendar.events.insert",
        "calendar.events.instances",
        "calendar.events.list",
        "calendar.events.patch",
        "calendar.events.watch",
    ];
    assert_eq!(called.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    for id in &called {
        let covers = |scope: &&str| document.scopes_of(id).contains(scope);
        assert!(scopes::REQUESTED.iter().any(covers), "no scope that is asked for covers {id}");
    }
}

#[tokio::test]
async fn every_answer_that_google_describes_is_taken() {
    let Some(document) = Document::find() else { return };
    for events in answers::of(&document, "Events") {
        let events: wire::Events = read(&events);
        assert!(events.items.iter().all(|entry| entry.read.is_some()));
    }
    for list in answers::of(&document, "CalendarList") {
        let list: wire::CalendarList = read(&list);
        assert!(list.items.iter().all(|entry| entry.read.is_some()));
    }
    for entry in answers::of(&document, "CalendarListEntry") {
        read::<wire::CalendarListEntry>(&entry);
    }
    for channel in answers::of(&document, "Channel") {
        read::<wire::Channel>(&channel);
    }
    for event in answers::of(&document, "Event") {
        read::<wire::Event>(&event);
    }
    map::event(read(&answers::full(&document, "Event"))).unwrap();
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

/// The check is worth as much as what it finds.
#[test]
fn the_check_finds_what_google_does_not_describe() {
    let Some(document) = Document::find() else { return };
    let root = "https://www.googleapis.com/calendar/v3";
    let problems = |method: &str, path: &str, body: Value| {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder().method(method).uri(format!("{root}{path}")).body(body).unwrap();
        check(&document, &request).problems
    };
    let events = "/calendars/a/events";
    let day = json!({ "date": "2026-11-22" });
    assert_eq!(problems("POST", events, json!({ "start": day, "end": day })), [""; 0]);
    for (method, path, body, problem) in [
        ("GET", "/calendars/a/evnts", json!(null), "there is no such method"),
        ("PUT", events, json!(null), "there is no such method"),
        ("GET", "/calendars/a/events?singleEvent=true", json!(null), "no parameter singleEvent"),
        ("GET", "/calendars/a/events?singleEvents=yes", json!(null), "singleEvents=yes is no boolean"),
        ("GET", "/calendars/a/events?orderBy=start", json!(null), "orderBy=start is none of its values"),
        ("GET", "/calendars/a/events?maxResults=0", json!(null), "maxResults=0 is below 1"),
        ("GET", "/calendars/a/events?timeMin=2026-11-22", json!(null), "timeMin=2026-11-22 is no date-time"),
        ("GET", "/calendars/a/events?q=a&q=b", json!(null), "q is there twice"),
        ("GET", events, json!({}), "a body that is not asked for"),
        ("POST", events, json!(null), "no body in JSON"),
        ("POST", events, json!({ "start": day }), "end is required"),
        ("PATCH", "/calendars/a/events/e", json!({ "titel": "x" }), "titel is not described"),
        ("PATCH", "/calendars/a/events/e", json!({ "htmlLink": "x" }), "htmlLink is read-only"),
        ("PATCH", "/calendars/a/events/e", json!({ "summary": 5 }), "summary is no string"),
        ("PATCH", "/calendars/a/events/e", json!({ "start": { "date": "soon" } }), "start.date is no date"),
        ("PATCH", "/calendars/a/events/e", json!({ "attendees": [{ "self": true }] }), "attendees[].self is read-only"),
        ("POST", "/calendars/a/events/watch", json!({ "expiration": 5 }), "expiration is no string"),
        ("POST", "/channels/stop", json!({ "id": null }), "id is null"),
    ] {
        assert_eq!(problems(method, path, body), [problem], "{method} {path}");
    }
}
