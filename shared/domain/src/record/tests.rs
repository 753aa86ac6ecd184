use super::*;
use serde_json::{Value, json};

fn event(fields: Value) -> CalendarEvent {
    let mut whole = json!({ "id": "e", "status": "confirmed" });
    for (name, value) in fields.as_object().expect("an object") {
        whole[name] = value.clone();
    }
    serde_json::from_value(whole).expect("an event")
}

fn at(text: &str) -> Value {
    json!({ "kind": "instant", "at": text, "timeZone": "Europe/Berlin" })
}

fn day(date: &str) -> Value {
    json!({ "kind": "date", "date": date })
}

#[test]
fn an_event_without_content_is_written_without_empty_fields() {
    let written = serde_json::to_value(event(json!({}))).unwrap();
    let expected = json!({ "id": "e", "status": "confirmed", "title": "", "transparent": false, "private": false });
    assert_eq!(written, expected);
}

#[test]
fn a_record_reads_back_as_it_was_written() {
    let full = json!({
        "kind": "calendar_event",
        "id": "e1",
        "status": "tentative",
        "title": "進捗会議",
        "description": "<b>bold</b>",
        "location": "Room 5",
        "start": at("2026-11-22T09:00:00Z"),
        "end": { "kind": "instant", "at": "2026-11-22T10:00:00Z" },
        "recurrence": ["RRULE:FREQ=DAILY"],
        "exceptionOf": { "series": "s", "originalStart": day("2026-11-22") },
        "attendees": [{ "email": "ada@example.com", "name": "Ada", "response": "accepted", "organizer": true }],
        "organizer": "ada@example.com",
        "transparent": true,
        "private": true,
        "eventType": "focusTime",
        "link": "https://calendar.example/e1",
        "conferenceLink": "https://meet.example/e1",
        "etag": "\"1\"",
        "updated": "2026-11-20T09:00:00Z",
        "truncated": true,
    });
    let record: Record = serde_json::from_value(full.clone()).unwrap();
    assert_eq!(record.id().as_str(), "e1");
    assert_eq!(serde_json::to_value(&record).unwrap(), full);

    let lead = json!({
        "kind": "lead",
        "id": "l1",
        "created": "2026-11-20T09:00:00Z",
        "phone": "+4930123456",
        "properties": { "size": "12" },
        "test": false,
        "form": "172036835026334",
        "owner": "page:138124712925158",
        "source": { "ad": "1", "adName": "Spring", "platform": "ig" },
        "via": "backfill",
        "truncated": true,
    });
    let record: Record = serde_json::from_value(lead.clone()).unwrap();
    assert_eq!(record.id().as_str(), "l1");
    assert_eq!(serde_json::to_value(&record).unwrap(), lead);
}

#[test]
fn a_lead_of_before_forms_were_kept_is_still_read() {
    let lead = json!({ "kind": "lead", "id": "l1", "created": "2026-11-20T09:00:00Z" });
    let Record::Lead(lead) = serde_json::from_value(lead).unwrap() else { panic!("not a lead") };
    assert_eq!((lead.form.as_str(), lead.owner.as_str(), lead.truncated), ("", "", false));
    assert_eq!((lead.source, lead.via), (LeadSource::default(), Via::Reconciliation));
}

#[test]
fn an_id_with_control_characters_is_refused() {
    let lead = json!({ "kind": "lead", "id": "a\nb", "created": "2026-11-20T09:00:00Z" });
    assert!(serde_json::from_value::<Record>(lead).is_err());
}

#[test]
fn an_event_takes_the_time_from_its_start_to_its_end() {
    let (nine, ten) = (at("2026-11-22T09:00:00Z"), at("2026-11-22T10:00:00Z"));
    for (fields, expected) in [
        (json!({ "start": nine, "end": ten }), TimeDelta::hours(1)),
        (json!({ "start": ten, "end": nine }), TimeDelta::zero()),
        (json!({ "start": nine }), TimeDelta::zero()),
        (json!({ "end": ten }), TimeDelta::zero()),
        (json!({ "start": day("2026-03-28"), "end": day("2026-03-30") }), TimeDelta::days(2)),
    ] {
        assert_eq!(event(fields.clone()).duration(), expected, "{fields}");
    }
}

#[test]
fn a_day_is_sorted_by_its_midnight_in_utc() {
    let date = EventTime::Date { date: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap() };
    assert_eq!(date.sort_instant().to_rfc3339(), "2026-11-22T00:00:00+00:00");
    assert!(date.is_all_day());
    let instant: EventTime = serde_json::from_value(at("2026-11-22T09:00:00+01:00")).unwrap();
    assert_eq!(instant.sort_instant().to_rfc3339(), "2026-11-22T08:00:00+00:00");
    assert!(!instant.is_all_day());
}

#[test]
fn an_event_with_recurrence_lines_is_a_series() {
    assert!(event(json!({ "recurrence": ["RDATE:20261122T090000Z"] })).is_series());
    assert!(!event(json!({})).is_series());
}
