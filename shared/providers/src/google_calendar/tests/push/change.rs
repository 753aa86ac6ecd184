//! What is sent of a change.

use super::*;

/// The body of a change of these fields, of an event without guests.
async fn body(content: &Appointment, fields: &[Field], current: Value, revive: bool) -> Value {
    let google = Google::answering(vec![Ok(written())]);
    let current = event(current);
    change(&google, &PushChange { content, fields, mark: &mark(), current: &current, revive }).await.unwrap();
    let request = google.request();
    assert_eq!((request.method(), request.uri().path()), (&Method::PATCH, EVENT_PATH));
    assert_eq!(request.headers()["if-match"], "\"5\"");
    assert_bearer(&request);
    json_body(&request)
}

#[tokio::test]
async fn only_the_fields_are_sent_and_always_the_mark() {
    let content = consultation();
    let sent = body(&content, &[Field::Title], json!({}), false).await;
    assert_eq!(sent, json!({ "summary": "Beratung", "extendedProperties": marked() }));
    assert_eq!(body(&content, &[], json!({}), false).await, json!({ "extendedProperties": marked() }));
}

#[tokio::test]
async fn a_text_that_is_cleared_is_null() {
    let mut content = consultation();
    content.location = Some(String::new());
    let sent = body(&content, &[Field::Description, Field::Location], json!({ "location": "x" }), false).await;
    assert_eq!(sent, json!({ "description": null, "location": null, "extendedProperties": marked() }));
}

#[tokio::test]
async fn a_day_becomes_an_instant_and_an_instant_a_day() {
    let instant = body(&consultation(), &[Field::Time], json!({}), false).await;
    let start = json!({ "date": null, "dateTime": "2026-11-23T08:00:00Z", "timeZone": "Europe/Berlin" });
    assert_eq!(instant["start"], start);
    assert_eq!(instant.get("recurrence"), None);

    let day = |date| json!({ "kind": "date", "date": date });
    let content = appointment(json!({ "start": day("2026-12-01"), "end": day("2026-12-02") }));
    let sent = body(&content, &[Field::Time], json!({}), false).await;
    assert_eq!(sent["end"], json!({ "date": "2026-12-02", "dateTime": null, "timeZone": null }));
}

#[tokio::test]
async fn an_instant_that_names_no_zone_keeps_the_one_that_google_has() {
    let at = |text| json!({ "kind": "instant", "at": text });
    let content = appointment(json!({ "start": at("2026-12-01T08:00:00.5Z"), "end": at("2026-12-01T09:00:00Z") }));
    let sent = body(&content, &[Field::Time], json!({}), false).await;
    assert_eq!(sent["start"], json!({ "date": null, "dateTime": "2026-12-01T08:00:00.500Z" }));
}

#[tokio::test]
async fn a_series_that_becomes_a_single_event_loses_its_rule_and_an_occurrence_never_gets_one() {
    let rule = json!(["RRULE:FREQ=DAILY"]);
    let sent = body(&consultation(), &[Field::Time], json!({ "recurrence": rule }), false).await;
    assert_eq!(sent["recurrence"], json!([]));

    let mut series = consultation();
    series.recurrence = vec!["RRULE:FREQ=DAILY".to_owned()];
    assert_eq!(body(&series, &[Field::Time], json!({}), false).await["recurrence"], rule);
    let occurrence = json!({ "recurringEventId": "s", "originalStartTime": { "date": "2026-11-22" } });
    assert_eq!(body(&series, &[Field::Time], occurrence, true).await.get("recurrence"), None);
}

#[tokio::test]
async fn what_is_revived_is_sent_completely() {
    let sent = body(&consultation(), &[], json!({ "status": "cancelled", "description": "old" }), true).await;
    let expected = json!({
        "start": { "date": null, "dateTime": "2026-11-23T08:00:00Z", "timeZone": "Europe/Berlin" },
        "end": { "date": null, "dateTime": "2026-11-23T08:45:00Z", "timeZone": "Europe/Berlin" },
        "recurrence": [], "attendees": [], "summary": "Beratung", "description": null, "location": null,
        "status": "confirmed", "extendedProperties": marked(),
    });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn nothing_is_changed_without_a_condition() {
    for etag in [Value::Null, json!("line\nbreak")] {
        let google = Google::answering(vec![]);
        let current = event(json!({ "etag": etag }));
        let current = CalendarEvent { etag: etag.as_str().map(str::to_owned), ..current };
        let content = consultation();
        let wanted =
            PushChange { content: &content, fields: &Field::ALL, mark: &mark(), current: &current, revive: false };
        let PushError::Failed(error) = change(&google, &wanted).await.unwrap_err() else { panic!() };
        assert_eq!((error.class, error.code.as_str()), (FailureClass::PermanentRecord, "no_etag"));
    }
}
