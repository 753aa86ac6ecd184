use super::*;
use proptest::prelude::*;

fn quarter() -> Window {
    window("2026-09-01", "2026-12-02")
}

#[test]
fn a_rule_that_cannot_be_read_leaves_the_first_occurrence() {
    for line in [
        "RRULE:",
        "RRULE:FREQ=SOMETIMES",
        "RRULE:BYDAY=MO",
        "RRULE:FREQ=DAILY;COUNT=lots",
        "RRULE:FREQ=DAILY;COUNT=0",
        "RRULE:FREQ=DAILY;INTERVAL=0",
        "RRULE:FREQ=DAILY;INTERVAL=-1",
        "RRULE:FREQ=DAILY;UNTIL=tomorrow",
        "RRULE:FREQ=DAILY;BYHOUR=25",
        "RRULE:FREQ=WEEKLY;BYDAY=€",
        "RRULE:FREQ=WEEKLY;BYDAY=2MO",
        "RRULE:FREQ=DAILY;FREQ=WEEKLY",
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=MINUTELY;BYHOUR=5",
        "EXRULE:FREQ=SOMETIMES",
    ] {
        let series = hourly_meeting("2026-09-01T07:00:00Z", "UTC", &["RRULE:FREQ=DAILY", line]);
        assert_eq!(starts(quarter(), &[series]), ["2026-09-01T07:00Z"], "{line}");
    }
}

#[test]
fn a_date_that_cannot_be_read_is_passed_over() {
    let lines = ["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:soon,20260902T070000Z", "RDATE;TZID=Nowhere:x", "COMMENT:y", "?"];
    let series = hourly_meeting("2026-09-01T07:00:00Z", "UTC", &lines);
    assert_eq!(starts(quarter(), &[series]), ["2026-09-01T07:00Z", "2026-09-03T07:00Z"]);
}

#[test]
fn a_rule_that_names_no_day_ever_ends() {
    for rule in [
        "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "RRULE:FREQ=HOURLY;BYMONTH=4;BYMONTHDAY=31;BYHOUR=5",
        "RRULE:FREQ=MONTHLY;BYMONTH=6;BYMONTHDAY=31;COUNT=4000000000",
    ] {
        let series = hourly_meeting("2026-09-01T07:00:00Z", "UTC", &[rule]);
        assert_eq!(starts(quarter(), &[series]), ["2026-09-01T07:00Z"], "{rule}");
    }
}

#[test]
fn a_series_of_too_many_occurrences_is_cut_off() {
    let sixty = (0..60).map(|minute| minute.to_string()).collect::<Vec<_>>().join(",");
    for rule in [
        format!("RRULE:FREQ=HOURLY;BYMINUTE={sixty};BYSECOND={sixty}"),
        format!("RRULE:FREQ=HOURLY;COUNT=4294967295;BYMINUTE={sixty}"),
    ] {
        let series = hourly_meeting("2026-09-01T07:00:00Z", "UTC", &[&rule]);
        let found = occurrences(quarter(), &[series]).len();
        assert!((MAX_OCCURRENCES - 1..=MAX_OCCURRENCES).contains(&found), "{rule}: {found}");
    }
    let series = hourly_meeting("1990-01-01T07:00:00Z", "UTC", &["RRULE:FREQ=HOURLY;COUNT=4294967295"]);
    assert!(occurrences(quarter(), &[series]).is_empty());
}

#[test]
fn a_series_of_too_many_rules_does_not_recur() {
    let series = hourly_meeting("2026-09-01T07:00:00Z", "UTC", &["RRULE:FREQ=DAILY"; 11]);
    assert_eq!(occurrences(quarter(), &[series]).len(), 1);
}

#[test]
fn the_ends_of_the_calendar_are_no_trap() {
    for start in ["-262143-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z", "+262142-12-31T23:59:59Z"]
    {
        let first = instant(start, "Pacific/Apia");
        for (end, lines) in [("+262142-12-31T23:59:59Z", vec![]), (start, vec!["RRULE:FREQ=YEARLY"])] {
            let event = item(json!({ "id": "e", "start": first, "end": instant(end, "UTC"), "recurrence": lines }));
            let _ = agenda_slot(&event.event);
            for from in
                [DateTime::<Utc>::MIN_UTC, at("2026-01-01T00:00:00Z"), DateTime::<Utc>::MAX_UTC - TimeDelta::days(1)]
            {
                let window = Window::new(from, from + TimeDelta::days(1)).unwrap();
                assert!(occurrences(window, std::slice::from_ref(&event)).len() <= 2, "{start} {from}");
            }
        }
    }
}

/// Texts that are nearly rules.
fn line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["RRULE", "EXRULE", "RDATE", "EXDATE;TZID=Europe/Berlin", "EXDATE;VALUE=DATE"]);
    let key = prop::sample::select(vec![
        "FREQ",
        "COUNT",
        "INTERVAL",
        "UNTIL",
        "BYDAY",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYMONTH",
        "BYSETPOS",
        "BYHOUR",
        "BYMINUTE",
        "WKST",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"])
            .prop_map(String::from),
        (-400i32..400).prop_map(|number| number.to_string()),
        prop::collection::vec(-60i32..60, 1..4).prop_map(|numbers| numbers
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")),
        "[-+]?[0-9]{0,2}(MO|TU|SU|ä)",
        "2026(09|11|13)[0-3][0-9](T[0-2][0-9]3000Z?)?",
        "\\PC{0,8}",
    ];
    let parts = prop::collection::vec((key, value), 0..4);
    let freq = prop::sample::select(vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]);
    (name, freq, parts).prop_map(|(name, freq, parts)| {
        let parts: String = parts.iter().map(|(key, value)| format!(";{key}={value}")).collect();
        format!("{name}:FREQ={freq}{parts}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_makes_the_expansion_panic(lines in prop::collection::vec(line(), 1..3), all_day: bool) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let series = match all_day {
            true => whole_days("2024-02-29", "2024-03-02", &lines),
            false => hourly_meeting("2025-10-26T01:30:00Z", "Europe/Berlin", &lines),
        };
        let _ = agenda_slot(&series.event);
        let found = occurrences(quarter(), &[series]);
        prop_assert!(found.len() <= MAX_OCCURRENCES + 2);
    }
}
