use super::*;

#[test]
fn a_window_is_neither_empty_nor_longer_than_92_days() {
    let from = at("2026-01-01T00:00:00Z");
    let last = from + TimeDelta::days(92);
    assert_eq!(Window::new(from, last).map(|window| window.to()), Ok(last));
    assert_eq!(Window::new(from, from), Err(InvalidWindow::Empty));
    assert_eq!(Window::new(last, from), Err(InvalidWindow::Empty));
    assert_eq!(Window::new(from, last + TimeDelta::seconds(1)), Err(InvalidWindow::TooLong));
    assert_eq!(Window::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC), Err(InvalidWindow::TooLong));
}

#[test]
fn the_window_is_half_open() {
    let window = window("2026-11-22", "2026-11-23");
    let table = [
        ("ends as the window begins", "2026-11-21T23:00:00Z", "2026-11-22T00:00:00Z", false),
        ("reaches into it", "2026-11-21T23:00:00Z", "2026-11-22T00:00:01Z", true),
        ("is inside", "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z", true),
        ("is around it", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", true),
        ("starts in its last second", "2026-11-22T23:59:59Z", "2026-11-23T08:00:00Z", true),
        ("starts as it ends", "2026-11-23T00:00:00Z", "2026-11-23T01:00:00Z", false),
        ("takes no time as it begins", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z", true),
        ("takes no time before it", "2026-11-21T23:59:59Z", "2026-11-21T23:59:59Z", false),
        ("takes no time as it ends", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", false),
        ("ends before it starts", "2026-11-22T10:00:00Z", "2026-11-22T09:00:00Z", true),
    ];
    for (what, start, end, inside) in table {
        let event = item(json!({ "id": "e", "start": instant(start, "UTC"), "end": instant(end, "UTC") }));
        assert_eq!(!occurrences(window, &[event]).is_empty(), inside, "{what}");
    }
}

#[test]
fn a_whole_day_counts_from_midnight_utc_to_its_exclusive_end() {
    let event = item(json!({ "id": "e", "start": day("2026-11-22"), "end": day("2026-11-24") }));
    for (from, to, inside) in [
        ("2026-11-21", "2026-11-22", false),
        ("2026-11-22", "2026-11-23", true),
        ("2026-11-23", "2026-11-24", true),
        ("2026-11-24", "2026-11-25", false),
    ] {
        assert_eq!(!occurrences(window(from, to), std::slice::from_ref(&event)).is_empty(), inside, "{from}");
    }
}

#[test]
fn an_event_without_an_end_ends_as_it_starts_and_a_whole_day_takes_a_day() {
    let items = [
        item(json!({ "id": "call", "start": instant("2026-11-22T09:00:00Z", "UTC") })),
        item(json!({ "id": "holiday", "start": day("2026-11-22"), "end": day("2026-11-22") })),
    ];
    let found = occurrences(window("2026-11-22", "2026-11-23"), &items);
    let spans: Vec<_> = found.iter().map(|found| (show(&found.start), show(&found.end))).collect();
    assert_eq!(
        spans,
        [("2026-11-22".into(), "2026-11-23".into()), ("2026-11-22T09:00Z".into(), "2026-11-22T09:00Z".into()),]
    );
}

#[test]
fn occurrences_come_in_order_of_start_and_id_and_none_twice() {
    let single = |id: &str, start: &str| item(json!({ "id": id, "start": instant(start, "UTC") }));
    let series = hourly_meeting("2026-11-20T09:00:00Z", "UTC", &["RRULE:FREQ=DAILY"]);
    let items = [
        single("z", "2026-11-22T09:00:00Z"),
        single("a", "2026-11-22T12:00:00Z"),
        series.clone(),
        single("b", "2026-11-22T12:00:00Z"),
        single("a", "2026-11-22T12:00:00Z"),
        series,
    ];
    assert_eq!(ids(window("2026-11-22", "2026-11-23"), &items), ["s_20261122T090000Z", "z", "a", "b"]);
}

#[test]
fn a_cancelled_event_does_not_take_place() {
    let start = instant("2026-11-22T09:00:00Z", "UTC");
    let items = [
        item(json!({ "id": "single", "status": "cancelled", "start": start })),
        item(json!({ "id": "series", "status": "cancelled", "start": start, "recurrence": ["RRULE:FREQ=DAILY"] })),
    ];
    assert!(occurrences(window("2026-11-22", "2026-11-29"), &items).is_empty());
}

#[test]
fn an_occurrence_is_written_as_the_api_says() {
    let series = hourly_meeting("2026-11-20T09:00:00Z", "Asia/Kathmandu", &["RRULE:FREQ=DAILY"]);
    let found = occurrences(window("2026-11-22", "2026-11-23"), &[series]);
    let mut written = serde_json::to_value(&found[0]).unwrap();
    assert_eq!(written["event"]["recurrence"], json!(["RRULE:FREQ=DAILY"]));
    written.as_object_mut().unwrap().remove("event");
    assert_eq!(
        written,
        json!({
            "id": "s_20261122T090000Z",
            "series": "s",
            "resource": "work",
            "start": { "kind": "instant", "at": "2026-11-22T09:00:00Z", "timeZone": "Asia/Kathmandu" },
            "end": { "kind": "instant", "at": "2026-11-22T10:00:00Z", "timeZone": "Asia/Kathmandu" },
        })
    );
}
