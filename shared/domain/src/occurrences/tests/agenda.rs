use super::*;

fn slot(event: &Item) -> Option<AgendaSlot> {
    agenda_slot(&event.event)
}

#[test]
fn a_single_event_is_kept_by_its_start_or_if_it_takes_longer_than_a_day_by_its_end() {
    let start = at("2026-11-22T09:00:00Z");
    for (end, expected) in [
        ("2026-11-22T10:00:00Z", AgendaSlot::Single { start }),
        ("2026-11-23T09:00:00Z", AgendaSlot::Single { start }),
        ("2026-11-23T09:00:01Z", AgendaSlot::Long { end: at("2026-11-23T09:00:01Z") }),
    ] {
        let event = item(json!({
            "id": "e",
            "start": instant("2026-11-22T09:00:00Z", "UTC"),
            "end": instant(end, "UTC"),
        }));
        assert_eq!(slot(&event), Some(expected), "{end}");
    }
    let holiday = item(json!({ "id": "e", "start": day("2026-11-22"), "end": day("2026-11-23") }));
    assert_eq!(slot(&holiday), Some(AgendaSlot::Single { start: at("2026-11-22T00:00:00Z") }));
    let trip = item(json!({ "id": "e", "start": day("2026-11-22"), "end": day("2026-11-24") }));
    assert_eq!(slot(&trip), Some(AgendaSlot::Long { end: at("2026-11-24T00:00:00Z") }));
}

#[test]
fn a_series_is_kept_by_when_it_is_over() {
    let table: [(&[&str], Option<&str>); 9] = [
        (&["RRULE:FREQ=DAILY"], None),
        (&["RRULE:FREQ=DAILY;COUNT=3"], Some("2026-09-03T08:00:00Z")),
        (&["RRULE:FREQ=DAILY;UNTIL=20260903T070000Z"], Some("2026-09-03T08:00:00Z")),
        (&["RRULE:FREQ=DAILY;UNTIL=20260903"], Some("2026-09-03T22:59:59Z")),
        (&["RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY"], None),
        (&["RRULE:FREQ=DAILY;COUNT=3", "RDATE:20270101T070000Z"], Some("2027-01-01T08:00:00Z")),
        (&["RDATE:20260101T070000Z"], Some("2026-09-01T08:00:00Z")),
        (&["RRULE:nonsense"], Some("2026-09-01T08:00:00Z")),
        (&["RRULE:FREQ=HOURLY;COUNT=4294967295"], None),
    ];
    for (lines, expected) in table {
        let series = hourly_meeting("2026-09-01T07:00:00Z", "Europe/Berlin", lines);
        assert_eq!(slot(&series), Some(AgendaSlot::Series { until: expected.map(at) }), "{lines:?}");
    }
    let days = whole_days("2026-09-01", "2026-09-03", &["RRULE:FREQ=WEEKLY;UNTIL=20260908"]);
    assert_eq!(last_end(&days.event), Some(at("2026-09-10T00:00:00Z")));
}

#[test]
fn an_exception_is_kept_by_its_end_or_its_original_start_whatever_is_later() {
    let of = |fields: Value| {
        let mut event = json!({
            "id": "x",
            "exceptionOf": { "series": "s", "originalStart": instant("2026-11-22T09:00:00Z", "UTC") },
        });
        for (name, value) in fields.as_object().expect("an object") {
            event[name] = value.clone();
        }
        item(event)
    };
    let time = |text: &str| instant(text, "UTC");
    for (fields, latest) in [
        (json!({ "status": "cancelled" }), "2026-11-22T09:00:00Z"),
        (json!({ "start": time("2026-10-01T09:00:00Z") }), "2026-11-22T09:00:00Z"),
        (json!({ "start": time("2026-12-01T09:00:00Z"), "end": time("2026-12-01T10:00:00Z") }), "2026-12-01T10:00:00Z"),
    ] {
        assert_eq!(slot(&of(fields)), Some(AgendaSlot::Exception { latest: at(latest) }), "{latest}");
    }
}

#[test]
fn an_event_without_a_start_is_kept_nowhere() {
    assert_eq!(slot(&item(json!({ "id": "e" }))), None);
    assert_eq!(slot(&item(json!({ "id": "e", "recurrence": ["RRULE:FREQ=DAILY"] }))), None);
    assert_eq!(last_end(&item(json!({ "id": "e" })).event), None);
}

#[test]
fn exceptions_are_asked_for_as_far_back_as_the_longest_series_reaches() {
    let window = window("2026-11-22", "2026-11-23");
    let short = hourly_meeting("2026-01-01T07:00:00Z", "UTC", &["RRULE:FREQ=DAILY"]);
    let long = whole_days("2026-01-01", "2026-01-06", &["RRULE:FREQ=MONTHLY"]);
    assert_eq!(exceptions_since(window, &[]), at("2026-11-21T00:00:00Z"));
    assert_eq!(exceptions_since(window, std::slice::from_ref(&short)), at("2026-11-21T00:00:00Z"));
    assert_eq!(exceptions_since(window, &[short, long]), at("2026-11-17T00:00:00Z"));
}
