use super::*;

/// Zone, start of the series, window, and the starts expected there, in UTC.
type Row = (&'static str, &'static str, (&'static str, &'static str), &'static [&'static str]);

#[test]
fn a_meeting_stays_at_its_hour_on_the_wall_across_daylight_saving() {
    let table: [Row; 7] = [
        (
            "Europe/Berlin",
            "2026-03-02T08:00:00Z",
            ("2026-03-28", "2026-03-31"),
            &["2026-03-28T08:00Z", "2026-03-29T07:00Z", "2026-03-30T07:00Z"],
        ),
        (
            "Europe/Berlin",
            "2026-03-02T08:00:00Z",
            ("2026-10-24", "2026-10-27"),
            &["2026-10-24T07:00Z", "2026-10-25T08:00Z", "2026-10-26T08:00Z"],
        ),
        (
            "America/New_York",
            "2026-01-05T14:00:00Z",
            ("2026-03-07", "2026-03-10"),
            &["2026-03-07T14:00Z", "2026-03-08T13:00Z", "2026-03-09T13:00Z"],
        ),
        (
            "America/New_York",
            "2026-01-05T14:00:00Z",
            ("2026-10-31", "2026-11-03"),
            &["2026-10-31T13:00Z", "2026-11-01T14:00Z", "2026-11-02T14:00Z"],
        ),
        (
            "Australia/Sydney",
            "2026-01-04T22:00:00Z",
            ("2026-04-03", "2026-04-06"),
            &["2026-04-03T22:00Z", "2026-04-04T23:00Z", "2026-04-05T23:00Z"],
        ),
        (
            "Australia/Sydney",
            "2026-01-04T22:00:00Z",
            ("2026-10-02", "2026-10-05"),
            &["2026-10-02T23:00Z", "2026-10-03T22:00Z", "2026-10-04T22:00Z"],
        ),
        (
            "Asia/Kathmandu",
            "2026-01-01T03:15:00Z",
            ("2026-07-01", "2026-07-03"),
            &["2026-07-01T03:15Z", "2026-07-02T03:15Z"],
        ),
    ];
    for (zone, start, (from, to), expected) in table {
        let series = hourly_meeting(start, zone, &["RRULE:FREQ=DAILY"]);
        assert_eq!(starts(window(from, to), &[series]), expected, "{zone} {from}");
    }
}

#[test]
fn a_time_that_the_clock_skips_is_read_with_the_offset_before_the_gap() {
    let table: [Row; 4] = [
        // 02:30 in Berlin does not exist on 29 March: it is 03:30 there.
        (
            "Europe/Berlin",
            "2026-03-27T01:30:00Z",
            ("2026-03-28", "2026-03-31"),
            &["2026-03-28T01:30Z", "2026-03-29T01:30Z", "2026-03-30T00:30Z"],
        ),
        (
            "America/New_York",
            "2026-03-06T07:30:00Z",
            ("2026-03-07", "2026-03-10"),
            &["2026-03-07T07:30Z", "2026-03-08T07:30Z", "2026-03-09T06:30Z"],
        ),
        // A gap of half an hour.
        (
            "Australia/Lord_Howe",
            "2026-10-01T15:45:00Z",
            ("2026-10-02", "2026-10-05"),
            &["2026-10-02T15:45Z", "2026-10-03T15:45Z", "2026-10-04T15:15Z"],
        ),
        // Samoa had no 30 December 2011.
        (
            "Pacific/Apia",
            "2011-12-28T19:00:00Z",
            ("2011-12-29", "2012-01-01"),
            &["2011-12-29T19:00Z", "2011-12-30T19:00Z", "2011-12-31T19:00Z"],
        ),
    ];
    for (zone, start, (from, to), expected) in table {
        let series = hourly_meeting(start, zone, &["RRULE:FREQ=DAILY"]);
        assert_eq!(starts(window(from, to), &[series]), expected, "{zone}");
    }
}

#[test]
fn a_time_that_the_clock_shows_twice_means_the_first() {
    let berlin = hourly_meeting("2026-10-23T00:30:00Z", "Europe/Berlin", &["RRULE:FREQ=DAILY"]);
    let expected = ["2026-10-24T00:30Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z"];
    assert_eq!(starts(window("2026-10-24", "2026-10-27"), &[berlin]), expected);

    let new_york = hourly_meeting("2026-10-30T05:30:00Z", "America/New_York", &["RRULE:FREQ=DAILY"]);
    let expected = ["2026-10-31T05:30Z", "2026-11-01T05:30Z", "2026-11-02T06:30Z"];
    assert_eq!(starts(window("2026-10-31", "2026-11-03"), &[new_york]), expected);
}

#[test]
fn a_series_that_starts_in_the_second_of_two_equal_hours_starts_there() {
    let series = hourly_meeting("2026-10-25T01:30:00Z", "Europe/Berlin", &["RRULE:FREQ=DAILY;COUNT=2"]);
    let expected = ["2026-10-25T01:30Z", "2026-10-26T01:30Z"];
    assert_eq!(starts(window("2026-10-24", "2026-10-28"), &[series]), expected);
}

#[test]
fn an_occurrence_takes_as_long_as_the_first_also_over_the_night_of_the_change() {
    let series = item(json!({
        "id": "s",
        "start": instant("2026-03-27T21:00:00Z", "Europe/Berlin"),
        "end": instant("2026-03-28T05:00:00Z", "Europe/Berlin"),
        "recurrence": ["RRULE:FREQ=DAILY"],
    }));
    let found = occurrences(window("2026-03-29", "2026-03-30"), &[series]);
    let spans: Vec<_> = found.iter().map(|found| (show(&found.start), show(&found.end))).collect();
    let expected = [("2026-03-28T21:00Z", "2026-03-29T05:00Z"), ("2026-03-29T20:00Z", "2026-03-30T04:00Z")];
    assert_eq!(spans, expected.map(|(start, end)| (start.to_string(), end.to_string())));
}

#[test]
fn a_weekday_is_that_of_the_zone() {
    // Monday 08:00 in Auckland is Sunday in UTC.
    let series = hourly_meeting("2026-06-07T20:00:00Z", "Pacific/Auckland", &["RRULE:FREQ=WEEKLY;BYDAY=MO"]);
    assert_eq!(starts(window("2026-06-08", "2026-06-23"), &[series]), ["2026-06-14T20:00Z", "2026-06-21T20:00Z"]);
}

#[test]
fn a_zone_that_nobody_knows_counts_as_utc() {
    let series = hourly_meeting("2026-03-27T08:00:00Z", "Middle-Earth/Shire", &["RRULE:FREQ=DAILY"]);
    let expected = ["2026-03-29T08:00Z", "2026-03-30T08:00Z"];
    assert_eq!(starts(window("2026-03-29", "2026-03-31"), &[series]), expected);
}

#[test]
fn each_end_keeps_its_own_zone() {
    let flight = item(json!({
        "id": "s",
        "start": instant("2026-06-01T10:00:00Z", "Europe/Berlin"),
        "end": instant("2026-06-01T19:00:00Z", "America/New_York"),
        "recurrence": ["RRULE:FREQ=WEEKLY"],
    }));
    let found = occurrences(window("2026-06-08", "2026-06-09"), &[flight]);
    assert_eq!(serde_json::to_value(&found[0].end).unwrap(), instant("2026-06-08T19:00:00Z", "America/New_York"));
}
