//! The shapes of answers, held against Google's API description (Calendar v3, revision 20261030) as the fact sheet
//! gives it: which fields there are, their types, and which are always present.

use sandbox::google::ADA;
use serde_json::Value;

use crate::support::{World, text};

/// A field's type in the API description.
enum Type {
    Text,
    Flag,
    Number,
    List(fn(&Value)),
    Object(fn(&Value)),
    OneOf(&'static [&'static str]),
}
use Type::{Flag, List, Number, Object, OneOf, Text};

const ROLES: &[&str] = &["freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"];

/// Every field is known and of its type, and the required ones are there.
fn check(value: &Value, required: &[(&str, Type)], optional: &[(&str, Type)]) {
    let object = value.as_object().unwrap_or_else(|| panic!("not an object: {value}"));
    for (name, _) in required {
        assert!(object.contains_key(*name), "no {name} in {value}");
    }
    for (name, value) in object {
        let known = required.iter().chain(optional).find(|(known, _)| known == name);
        let (_, kind) = known.unwrap_or_else(|| panic!("the API description has no {name}"));
        check_type(name, value, kind);
    }
}

fn check_type(name: &str, value: &Value, kind: &Type) {
    match kind {
        Text => assert!(value.is_string(), "{name}: {value}"),
        Flag => assert!(value.is_boolean(), "{name}: {value}"),
        Number => assert!(value.is_i64(), "{name}: {value}"),
        List(item) => value.as_array().unwrap_or_else(|| panic!("{name}: {value}")).iter().for_each(item),
        Object(fields) => fields(value),
        OneOf(values) => assert!(value.as_str().is_some_and(|value| values.contains(&value)), "{name}: {value}"),
    }
}

fn any(_: &Value) {}

fn event(value: &Value) {
    if value["status"] == "cancelled" {
        return tombstone(value);
    }
    check(
        value,
        &[
            ("kind", OneOf(&["calendar#event"])),
            ("etag", Text),
            ("id", Text),
            ("status", OneOf(&["confirmed", "tentative"])),
            ("htmlLink", Text),
            ("created", Object(time)),
            ("updated", Object(time)),
            ("creator", Object(person)),
            ("organizer", Object(person)),
            ("start", Object(event_time)),
            ("end", Object(event_time)),
            ("iCalUID", Text),
            ("sequence", Number),
            ("eventType", OneOf(&["default"])),
        ],
        &[
            ("summary", Text),
            ("description", Text),
            ("location", Text),
            ("recurrence", List(rule)),
            ("recurringEventId", Text),
            ("originalStartTime", Object(event_time)),
            ("transparency", OneOf(&["opaque", "transparent"])),
            ("visibility", OneOf(&["default", "public", "private", "confidential"])),
            ("attendees", List(attendee)),
            ("hangoutLink", Text),
            ("conferenceData", Object(conference)),
            ("reminders", Object(reminders)),
        ],
    );
    assert_eq!(value.get("recurringEventId").is_some(), value.get("originalStartTime").is_some());
    let (start, end) = (&value["start"], &value["end"]);
    assert_eq!(start.get("date").is_some(), end.get("date").is_some(), "the two kinds are never mixed: {value}");
    if value.get("recurrence").is_some() && start.get("dateTime").is_some() {
        assert!(start["timeZone"].is_string(), "a series needs a zone: {value}");
    }
}

/// Only the id is certain, and for a cancelled exception whose it was.
fn tombstone(value: &Value) {
    check(
        value,
        &[("kind", OneOf(&["calendar#event"])), ("id", Text), ("status", OneOf(&["cancelled"]))],
        &[("recurringEventId", Text), ("originalStartTime", Object(event_time))],
    );
}

fn event_time(value: &Value) {
    check(value, &[], &[("date", Text), ("dateTime", Object(time)), ("timeZone", Text)]);
    assert_ne!(value.get("date").is_some(), value.get("dateTime").is_some(), "{value}");
}

fn time(value: &Value) {
    assert!(value.as_str().is_some_and(|text| chrono::DateTime::parse_from_rfc3339(text).is_ok()), "{value}");
}

fn rule(value: &Value) {
    let kinds = ["RRULE:", "EXRULE:", "RDATE", "EXDATE"];
    assert!(kinds.iter().any(|kind| value.as_str().is_some_and(|line| line.starts_with(kind))), "{value}");
}

fn person(value: &Value) {
    check(value, &[("email", Text)], &[("displayName", Text), ("self", Flag), ("id", Text)]);
}

fn attendee(value: &Value) {
    let responses = OneOf(&["needsAction", "declined", "tentative", "accepted"]);
    let optional = [("displayName", Text), ("organizer", Flag), ("self", Flag), ("optional", Flag)];
    check(value, &[("email", Text), ("responseStatus", responses)], &optional);
}

fn conference(value: &Value) {
    let fields = [("entryPoints", List(any)), ("conferenceSolution", Object(any)), ("conferenceId", Text)];
    check(value, &fields, &[]);
}

fn reminders(value: &Value) {
    check(value, &[("useDefault", Flag)], &[("overrides", List(any))]);
}

fn calendar_list_entry(value: &Value) {
    check(
        value,
        &[
            ("kind", OneOf(&["calendar#calendarListEntry"])),
            ("etag", Text),
            ("id", Text),
            ("summary", Text),
            ("timeZone", Text),
            ("accessRole", OneOf(ROLES)),
            ("defaultReminders", List(any)),
        ],
        &[
            ("description", Text),
            ("summaryOverride", Text),
            ("colorId", Text),
            ("backgroundColor", Text),
            ("foregroundColor", Text),
            ("selected", Flag),
            ("hidden", Flag),
            ("deleted", Flag),
            ("primary", Flag),
            ("conferenceProperties", Object(any)),
        ],
    );
    assert!(text(value, "timeZone").parse::<chrono_tz::Tz>().is_ok(), "{value}");
}

fn error_item(value: &Value) {
    let required = [("domain", Text), ("reason", Text), ("message", Text)];
    check(value, &required, &[("location", Text), ("locationType", OneOf(&["parameter", "header"]))]);
}

#[tokio::test]
async fn event_listings_have_the_described_shape() {
    let world = World::with(|options| options.events = 3_000).await;
    let token = world.access_token().await;
    for calendar in world.sandbox.google().calendars(ADA).unwrap() {
        let answer = world.events(&token, &calendar, &[("maxResults", "2500"), ("showDeleted", "true")]).await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        check(
            &answer.json(),
            &[
                ("kind", OneOf(&["calendar#events"])),
                ("etag", Text),
                ("summary", Text),
                ("updated", Object(time)),
                ("timeZone", Text),
                ("accessRole", OneOf(ROLES)),
                ("defaultReminders", List(any)),
                ("items", List(event)),
            ],
            &[("description", Text), ("nextPageToken", Text), ("nextSyncToken", Text)],
        );
    }
}

#[tokio::test]
async fn calendar_lists_have_the_described_shape() {
    let world = World::new().await;
    let token = world.access_token().await;
    let list = world.get("/google/calendar/v3/users/me/calendarList", &token).await.json();
    let items = ("items", List(calendar_list_entry));
    let required = [("kind", OneOf(&["calendar#calendarList"])), ("etag", Text), ("nextSyncToken", Text), items];
    check(&list, &required, &[]);
    let entries = list["items"].as_array().unwrap();
    let primary: Vec<&Value> = entries.iter().filter(|entry| entry["primary"] == true).collect();
    assert_eq!((primary.len(), text(primary[0], "id")), (1, ADA));
    let zones: std::collections::BTreeSet<&str> = entries.iter().map(|entry| text(entry, "timeZone")).collect();
    assert!(zones.len() >= 3, "{zones:?}");
}

#[tokio::test]
async fn errors_have_the_described_envelope() {
    let world = World::new().await;
    let token = world.access_token().await;
    let answers = [
        world.events("wrong", ADA, &[]).await,
        world.events(&token, "nothing", &[]).await,
        world.events(&token, ADA, &[("maxResults", "none")]).await,
        world.get("/google/calendar/v3/users/me/calendarList?minAccessRole=king", &token).await,
    ];
    for answer in answers {
        let body = answer.json();
        check(&body, &[("error", Object(any))], &[]);
        let required = [("code", Number), ("message", Text), ("errors", List(error_item))];
        check(&body["error"], &required, &[("status", Text), ("details", List(any))]);
        assert_eq!(body["error"]["code"], answer.status);
    }
}

#[tokio::test]
async fn ids_and_times_of_exceptions_belong_to_their_series() {
    let world = World::with(|options| options.events = 2_000).await;
    let events = world.sandbox.google().events(ADA, "primary").unwrap();
    let series = |id: &str| events.iter().find(|event| event["id"] == id);
    let exceptions = events.iter().filter(|event| event.get("recurringEventId").is_some());
    let mut before_their_series = 0;
    for (place, exception) in events.iter().enumerate().filter(|(_, event)| event.get("recurringEventId").is_some()) {
        let master = series(text(exception, "recurringEventId")).expect("the series is listed");
        let (id, suffix) = text(exception, "id").split_once('_').unwrap();
        assert_eq!(id, text(master, "id"));
        let all_day = exception["originalStartTime"].get("date").is_some();
        assert_eq!(suffix.len(), if all_day { 8 } else { 16 }, "{suffix}");
        before_their_series += usize::from(events[..place].iter().all(|event| event["id"] != master["id"]));
    }
    assert!(exceptions.count() > 10 && before_their_series > 0);
}
