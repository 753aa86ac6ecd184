use super::*;

fn series() -> Item {
    hourly_meeting("2026-11-02T09:00:00Z", "UTC", &["RRULE:FREQ=DAILY"])
}

/// An exception of the occurrence of `day` at nine, with these further fields.
fn exception(day: u32, fields: Value) -> Item {
    let mut event = json!({
        "id": format!("x{day:02}"),
        "exceptionOf": { "series": "s", "originalStart": instant(&format!("2026-11-{day:02}T09:00:00Z"), "UTC") },
    });
    for (name, value) in fields.as_object().expect("an object") {
        event[name] = value.clone();
    }
    item(event)
}

fn moved(day: u32, start: &str, end: &str) -> Item {
    exception(day, json!({ "start": instant(start, "UTC"), "end": instant(end, "UTC") }))
}

#[test]
fn a_cancelled_exception_removes_its_occurrence_alone() {
    let items = [series(), exception(23, json!({ "status": "cancelled" }))];
    let expected = ["2026-11-22T09:00Z", "2026-11-24T09:00Z"];
    assert_eq!(starts(window("2026-11-22", "2026-11-25"), &items), expected);
}

#[test]
fn an_exception_appears_where_it_was_moved_to() {
    let items = [moved(23, "2026-11-24T15:00:00Z", "2026-11-24T15:30:00Z"), series()];
    let found = occurrences(window("2026-11-23", "2026-11-25"), &items);
    let ids: Vec<_> = found.iter().map(|found| found.id.as_str()).collect();
    assert_eq!(ids, ["s_20261124T090000Z", "x23"]);
    assert_eq!(found[1].series, Some(ExternalId::parse("s").unwrap()));
    assert_eq!(show(&found[1].end), "2026-11-24T15:30Z");
}

#[test]
fn an_exception_moved_out_of_the_window_leaves_it_and_one_moved_in_enters() {
    let out = [series(), moved(23, "2026-12-24T09:00:00Z", "2026-12-24T10:00:00Z")];
    assert!(occurrences(window("2026-11-23", "2026-11-24"), &out).is_empty());

    let far = [series(), moved(5, "2026-11-23T18:00:00Z", "2026-11-23T19:00:00Z")];
    assert_eq!(ids(window("2026-11-23", "2026-11-24"), &far), ["s_20261123T090000Z", "x05"]);
}

#[test]
fn a_renamed_occurrence_has_its_own_content() {
    let time = json!({
        "title": "Retrospective",
        "start": instant("2026-11-23T09:00:00Z", "UTC"),
        "end": instant("2026-11-23T10:00:00Z", "UTC"),
    });
    let found = occurrences(window("2026-11-23", "2026-11-25"), &[series(), exception(23, time)]);
    let titles: Vec<_> = found.iter().map(|found| (found.id.as_str(), found.event.title.as_str())).collect();
    assert_eq!(titles, [("x23", "Retrospective"), ("s_20261124T090000Z", "")]);
}

#[test]
fn an_exception_without_its_series_stands_for_itself_unless_it_is_cancelled() {
    let items = [
        moved(23, "2026-11-23T18:00:00Z", "2026-11-23T19:00:00Z"),
        exception(24, json!({ "status": "cancelled", "start": instant("2026-11-24T09:00:00Z", "UTC") })),
    ];
    assert_eq!(ids(window("2026-11-23", "2026-11-25"), &items), ["x23"]);
}

#[test]
fn an_exception_counts_only_in_its_own_calendar_and_series() {
    let elsewhere = Item { resource: ResourceId::parse("home").unwrap(), ..series() };
    let mut other = (*series().event).clone();
    other.id = ExternalId::parse("other").unwrap();
    let other = Item { event: Arc::new(other), ..series() };
    let items = [series(), elsewhere, other, exception(23, json!({ "status": "cancelled" }))];
    let found = occurrences(window("2026-11-23", "2026-11-24"), &items);
    let left: Vec<_> = found.iter().map(|found| (found.resource.as_str(), found.id.as_str())).collect();
    assert_eq!(left, [("work", "other_20261123T090000Z"), ("home", "s_20261123T090000Z")]);
}

#[test]
fn an_exception_is_matched_whatever_zone_its_original_start_is_written_in() {
    let cancelled = json!({
        "status": "cancelled",
        "exceptionOf": { "series": "s", "originalStart": instant("2026-11-23T09:00:00Z", "Asia/Tokyo") },
    });
    assert!(occurrences(window("2026-11-23", "2026-11-24"), &[series(), exception(23, cancelled)]).is_empty());
}

#[test]
fn an_exception_of_whole_days_is_matched_by_its_date() {
    let series = whole_days("2026-11-20", "2026-11-21", &["RRULE:FREQ=DAILY"]);
    let of = |original: Value| {
        item(json!({
            "id": "x",
            "status": "cancelled",
            "exceptionOf": { "series": "s", "originalStart": original },
        }))
    };
    let window = window("2026-11-23", "2026-11-24");
    assert!(occurrences(window, &[series.clone(), of(day("2026-11-23"))]).is_empty());
    assert_eq!(occurrences(window, &[series, of(instant("2026-11-23T00:00:00Z", "UTC"))]).len(), 1);
}

#[test]
fn an_exception_of_an_occurrence_that_the_rule_no_longer_names_is_kept() {
    let series = hourly_meeting("2026-11-02T09:00:00Z", "UTC", &["RRULE:FREQ=DAILY;UNTIL=20261110T090000Z"]);
    let items = [series, moved(23, "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")];
    assert_eq!(ids(window("2026-11-23", "2026-11-24"), &items), ["x23"]);
}
