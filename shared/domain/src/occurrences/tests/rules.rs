use super::*;

#[test]
fn rules_of_timed_series_name_their_starts() {
    // The first of September 2026 is a Tuesday; nine in Berlin is seven in UTC until 25 October.
    let table: [(&[&str], &str); 22] = [
        (&["RRULE:FREQ=DAILY;COUNT=3"], "01 02 03"),
        (&["rrule:freq=daily;count=3"], "01 02 03"),
        (&["RRULE:FREQ=DAILY;INTERVAL=10"], "01 11 21"),
        (&["RRULE:FREQ=DAILY;UNTIL=20260903T070000Z"], "01 02 03"),
        (&["RRULE:FREQ=DAILY;UNTIL=20260903T065959Z"], "01 02"),
        (&["RRULE:FREQ=DAILY;UNTIL=20260903T090000"], "01 02 03"),
        (&["RRULE:FREQ=DAILY;UNTIL=20260903"], "01 02 03"),
        (&["RRULE:UNTIL=20260903T235959Z;FREQ=DAILY"], "01 02 03"),
        (&["RRULE:FREQ=DAILY;UNTIL=20260801"], ""),
        (&["RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4"], "01 03 08 10"),
        (&["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=MO;COUNT=4"], "01 06 15 20"),
        (&["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU;COUNT=4"], "01 13 15 27"),
        (&["RRULE:FREQ=MONTHLY;BYDAY=-1WE"], "01 30"),
        (&["RRULE:FREQ=MONTHLY;BYDAY=1TU,3TU"], "01 15"),
        (&["RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1"], "01 30"),
        (&["RRULE:FREQ=MONTHLY;BYMONTHDAY=-1"], "01 30"),
        (&["RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20260902T090000,20260903T090000"], "01 04"),
        (&["RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260902T070000Z", "EXDATE;VALUE=DATE:20260903"], "01 04"),
        (&["RRULE:FREQ=DAILY;COUNT=2", "RDATE;TZID=America/New_York:20260910T030000"], "01 02 10"),
        (&["RDATE;VALUE=DATE:20260905", "RDATE;VALUE=PERIOD:20260907T070000Z/PT1H"], "01 05 07"),
        (&["RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=2", "RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=2"], "01 04 08 11"),
        (&["RRULE:FREQ=DAILY;COUNT=8", "EXRULE:FREQ=WEEKLY;BYDAY=SA,SU"], "01 02 03 04 07 08"),
    ];
    for (lines, days) in table {
        let series = hourly_meeting("2026-09-01T07:00:00Z", "Europe/Berlin", lines);
        let expected: Vec<_> = days.split_whitespace().map(|day| format!("2026-09-{day}T07:00Z")).collect();
        assert_eq!(starts(window("2026-09-01", "2026-10-01"), &[series]), expected, "{lines:?}");
    }
}

#[test]
fn rules_of_whole_days_go_by_date() {
    let table: [(&[&str], &str); 7] = [
        (&["RRULE:FREQ=DAILY;UNTIL=20260903"], "01 02 03"),
        (&["RRULE:FREQ=DAILY;UNTIL=20260903T000000Z"], "01 02 03"),
        (&["RRULE:FREQ=WEEKLY;COUNT=3"], "01 08 15"),
        (&["RRULE:FREQ=DAILY;COUNT=4", "EXDATE;VALUE=DATE:20260902"], "01 03 04"),
        (&["RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20260902T000000"], "01 03 04"),
        (&["RDATE;VALUE=DATE:20260911,20260920"], "01 11 20"),
        (&["RRULE:FREQ=MONTHLY;BYDAY=2SU"], "01 13"),
    ];
    for (lines, days) in table {
        let series = whole_days("2026-09-01", "2026-09-02", lines);
        let expected: Vec<_> = days.split_whitespace().map(|day| format!("2026-09-{day}")).collect();
        assert_eq!(starts(window("2026-09-01", "2026-10-01"), &[series]), expected, "{lines:?}");
    }
}

#[test]
fn the_29th_of_february_comes_in_leap_years_and_the_31st_in_long_months() {
    let birthday = whole_days("2020-02-29", "2020-03-01", &["RRULE:FREQ=YEARLY"]);
    for (year, expected) in [("2026", 0), ("2027", 0), ("2028", 1)] {
        let window = window(&format!("{year}-02-01"), &format!("{year}-04-01"));
        assert_eq!(occurrences(window, std::slice::from_ref(&birthday)).len(), expected, "{year}");
    }
    let rent = whole_days("2025-12-31", "2026-01-01", &["RRULE:FREQ=MONTHLY"]);
    assert_eq!(starts(window("2026-02-01", "2026-05-01"), &[rent]), ["2026-03-31"]);
}

#[test]
fn the_start_is_an_occurrence_even_where_the_rule_does_not_name_it() {
    let series = hourly_meeting("2026-09-01T07:00:00Z", "UTC", &["RRULE:FREQ=WEEKLY;BYDAY=FR"]);
    assert_eq!(starts(window("2026-09-01", "2026-09-08"), &[series]), ["2026-09-01T07:00Z", "2026-09-04T07:00Z"]);
}

#[test]
fn the_start_can_be_excluded() {
    let series = hourly_meeting("2026-09-01T07:00:00Z", "UTC", &["RRULE:FREQ=DAILY", "EXDATE:20260901T070000Z"]);
    assert_eq!(starts(window("2026-09-01", "2026-09-03"), &[series]), ["2026-09-02T07:00Z"]);
}

#[test]
fn an_occurrence_of_several_days_is_found_by_its_tail() {
    let fair = whole_days("2026-01-05", "2026-01-10", &["RRULE:FREQ=MONTHLY"]);
    let found = occurrences(window("2026-04-09", "2026-04-10"), &[fair]);
    assert_eq!(found.len(), 1);
    assert_eq!((show(&found[0].start), show(&found[0].end)), ("2026-04-05".into(), "2026-04-10".into()));
    assert_eq!(found[0].id, "s_20260405");
}

#[test]
fn a_series_before_the_epoch_still_recurs() {
    let series = whole_days("1931-06-30", "1931-07-01", &["RRULE:FREQ=YEARLY"]);
    assert_eq!(starts(window("2026-06-01", "2026-07-31"), &[series]), ["2026-06-30"]);
}

#[test]
fn a_count_is_counted_from_the_start_of_the_series() {
    // 25 November 2026 is day 13,478 of the series.
    let series = hourly_meeting("1990-01-01T07:00:00Z", "UTC", &["RRULE:FREQ=DAILY;COUNT=13478"]);
    assert_eq!(starts(window("2026-11-24", "2026-12-20"), &[series]), ["2026-11-24T07:00Z", "2026-11-25T07:00Z"]);
}

fn walked(lines: &[&str], start: &str) -> usize {
    let series = hourly_meeting(start, "Europe/Berlin", lines);
    let mut budget = Budget::default();
    let first = Span::of(&series.event).unwrap();
    super::super::starts(window("2026-09-01", "2026-12-02"), &series.event, &first, &mut budget);
    budget.walked()
}

#[test]
fn an_old_series_costs_what_the_window_holds() {
    for (lines, at_most) in [
        (["RRULE:FREQ=HOURLY"], 97 * 24),
        (["RRULE:FREQ=DAILY"], 97),
        (["RRULE:FREQ=DAILY;INTERVAL=3"], 34),
        (["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"], 77),
        (["RRULE:FREQ=MONTHLY;BYDAY=-1FR"], 6),
        (["RRULE:FREQ=YEARLY"], 2),
        (["RRULE:FREQ=DAILY;UNTIL=20000101T000000Z"], 0),
    ] {
        let walked = walked(&lines, "1990-01-01T08:00:00Z");
        assert!(walked <= at_most, "{lines:?} took {walked} steps");
    }
}
