use super::*;
use chrono::TimeZone;
use serde_json::{Value, json};

fn entry(value: Value, calendar_zone: Option<&str>) -> Pulled {
    super::entry(serde_json::from_value(value).unwrap(), calendar_zone)
}

fn event(value: Value) -> CalendarEvent {
    match entry(value, Some("Europe/Berlin")) {
        Pulled::Record(Record::CalendarEvent(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn problem(value: Value) -> String {
    match entry(value, None) {
        Pulled::Unreadable { error, .. } => {
            assert_eq!(error.class, FailureClass::PermanentRecord);
            error.code
        }
        other => panic!("{other:?}"),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_recorded_page_of_events_maps_as_reviewed() {
    let page: Value = serde_json::from_str(include_str!("../fixtures/events.json")).unwrap();
    let zone = page["timeZone"].as_str();
    let entries: Vec<Value> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| match entry(item.clone(), zone) {
            Pulled::Record(record) => json!({ "record": record }),
            Pulled::Gone(id) => json!({ "gone": id }),
            Pulled::Lead(lead) => panic!("{lead:?}"),
            Pulled::Unreadable { error, .. } => json!({ "unreadable": error.to_string() }),
        })
        .collect();
    insta::assert_json_snapshot!(entries);
}

#[test]
fn a_cancelled_exception_stays_and_any_other_cancelled_event_is_gone() {
    let exception = event(json!({
        "id": "s_20261123T080000Z", "status": "cancelled", "recurringEventId": "s",
        "originalStartTime": { "dateTime": "2026-11-23T09:00:00+01:00", "timeZone": "Europe/Berlin" }
    }));
    assert_eq!((exception.status, &exception.start, &exception.end), (EventStatus::Cancelled, &None, &None));
    let of = exception.exception_of.unwrap();
    assert_eq!((of.series.as_str(), of.original_start.sort_instant()), ("s", at("2026-11-23T08:00:00Z")));

    for gone in [
        json!({ "id": "e", "status": "cancelled" }),
        json!({ "id": "e", "status": "cancelled", "start": { "date": "2026-11-22" }, "recurrence": ["RRULE:FREQ=DAILY"] }),
        json!({ "id": "e", "status": "cancelled", "recurringEventId": "s" }),
    ] {
        assert_eq!(entry(gone, None), Pulled::Gone(ExternalId::parse("e").unwrap()));
    }
}

#[test]
fn an_event_that_cannot_be_mapped_is_told_apart() {
    let day = json!({ "date": "2026-11-22" });
    assert_eq!(problem(json!("text")), "unreadable_event");
    assert_eq!(problem(json!({ "id": "e", "summary": 5 })), "unreadable_event");
    assert_eq!(problem(json!({ "start": day })), "no_event_id");
    assert_eq!(problem(json!({ "id": "", "status": "cancelled" })), "no_event_id");
    assert_eq!(problem(json!({ "id": "e" })), "no_start");
    assert_eq!(problem(json!({ "id": "e", "start": day, "recurringEventId": "s" })), "no_original_start");
    let mixed = json!({ "id": "e", "start": day, "end": { "dateTime": "2026-11-22T09:00:00Z" } });
    assert_eq!(problem(mixed), "mixed_times");
    let endless = json!({ "id": "e", "start": day, "recurrence": ["RDATE:".repeat(20_000)] });
    assert_eq!(problem(endless), "recurrence_too_long");
}

#[test]
fn a_missing_end_is_the_same_day_or_the_same_instant() {
    let days = event(json!({ "id": "e", "start": { "date": "2026-11-22" } }));
    assert_eq!(days.end.unwrap().sort_instant(), Utc.with_ymd_and_hms(2026, 11, 23, 0, 0, 0).unwrap());
    let backwards = event(json!({ "id": "e", "start": { "date": "2026-11-22" }, "end": { "date": "2026-11-22" } }));
    assert_eq!(backwards.duration(), chrono::TimeDelta::days(1));
    let instant = event(json!({ "id": "e", "start": { "dateTime": "2026-11-22T09:00:00Z" } }));
    assert_eq!(instant.end, instant.start);
}

#[test]
fn links_that_are_not_web_addresses_are_left_out() {
    let event = event(json!({
        "id": "e", "start": { "date": "2026-11-22" }, "htmlLink": "javascript:alert(1)",
        "conferenceData": { "entryPoints": [
            { "entryPointType": "phone", "uri": "tel:+49" },
            { "entryPointType": "video", "uri": "https://meet.example.com/abc" }
        ] }
    }));
    assert_eq!(event.link, None);
    assert_eq!(event.conference_link.as_deref(), Some("https://meet.example.com/abc"));
}

#[test]
fn omitted_attendees_and_attendees_without_address_are_noticed() {
    let event = event(json!({
        "id": "e", "start": { "date": "2026-11-22" }, "attendeesOmitted": true,
        "attendees": [{ "displayName": "Room" }, { "email": "ada@example.com", "organizer": true }]
    }));
    assert!(event.truncated);
    assert_eq!(event.attendees.len(), 1);
    assert!(event.attendees[0].organizer);
}

#[test]
fn the_largest_record_stays_far_below_the_size_of_an_item() {
    let long = |text: &str| text.repeat(100_000);
    let attendee =
        json!({ "email": "\"".repeat(text::EMAIL), "displayName": long("\u{7}\""), "responseStatus": "accepted" });
    let event = event(json!({
        "id": "x".repeat(1024), "start": { "date": "2026-11-22" }, "summary": long("\""), "description": long("\"\u{1}"),
        "location": long("\\"), "attendees": vec![attendee; 300], "recurrence": ["R".repeat(LONGEST_RECURRENCE)],
        "htmlLink": format!("https://example.com/{}", long("x")), "etag": long("x"), "eventType": long("x"),
    }));
    assert!(event.truncated);
    assert_eq!((event.link.as_ref(), event.etag.as_ref(), event.event_type.as_ref()), (None, None, None));
    assert!(event.attendees.len() <= MOST_ATTENDEES);
    assert!(!event.attendees[0].name.as_ref().unwrap().contains('\u{7}'));
    let size = serde_json::to_string(&Record::CalendarEvent(event)).unwrap().len();
    assert!(size < 250 * 1024, "{size}");
}

#[test]
fn of_many_attendees_the_first_are_kept() {
    let attendees: Vec<Value> = (0..300).map(|n| json!({ "email": format!("{n}@example.com") })).collect();
    let event = event(json!({ "id": "e", "start": { "date": "2026-11-22" }, "attendees": attendees }));
    assert!(event.truncated);
    assert_eq!((event.attendees.len(), event.attendees[199].email.as_str()), (200, "199@example.com"));
}

#[test]
fn a_cut_never_splits_a_character() {
    let description = "ö".repeat(text::DESCRIPTION);
    let event =
        event(json!({ "id": "e", "start": { "date": "2026-11-22" }, "description": format!("x{description}") }));
    let kept = event.description.unwrap();
    assert!(event.truncated && kept.len() == text::DESCRIPTION - 1 && kept.ends_with('ö'));
}

#[test]
fn an_event_carries_the_mark_that_aura_wrote() {
    let properties = json!({
        "private": { "auraAppointment": "a-1", "auraRevision": "7", "theirs": "x",
            "auraIntegration": "019365a0-0000-7000-8000-000000000001" },
        "shared": { "theirs": "y" }
    });
    let marked = |properties| {
        event(json!({ "id": "e", "start": { "date": "2026-11-22" }, "extendedProperties": properties })).mark
    };
    let mark = marked(properties).unwrap();
    assert_eq!((mark.appointment.as_str(), mark.revision), ("a-1", 7));
    for none in [json!(null), json!({}), json!({ "private": { "auraAppointment": "a-1" } }), json!({ "shared": {} })] {
        assert_eq!(marked(none), None);
    }
}
