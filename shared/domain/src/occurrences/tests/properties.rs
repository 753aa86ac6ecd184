use super::super::walk::walk;
use super::*;
use chrono::NaiveDateTime;
use proptest::prelude::*;
use rrule::{RRule, RRuleSet, Tz, Unvalidated};
use std::collections::BTreeMap;

/// Rules as calendars have them, without an end.
fn rule() -> impl Strategy<Value = String> {
    let form = prop::sample::select(vec![
        "FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=8,20",
        "FREQ=DAILY;BYMONTH=1,6,11",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=MO,WE,SU",
        "FREQ=WEEKLY;BYDAY=SU,MO;WKST=SU",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=-1,15",
        "FREQ=MONTHLY;BYDAY=2TU,-1FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-2",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "FREQ=YEARLY;BYYEARDAY=1,100,-1",
        "FREQ=YEARLY;BYWEEKNO=1,20,53;BYDAY=MO",
        "FREQ=HOURLY;BYHOUR=9,10,11",
        "FREQ=HOURLY;BYMINUTE=0,30;BYDAY=SA",
    ]);
    (form, 1u16..15).prop_map(|(form, interval)| format!("{form};INTERVAL={interval}"))
}

fn end() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), some_end()]
}

fn some_end() -> impl Strategy<Value = String> {
    prop_oneof![
        (1u32..200).prop_map(|count| format!(";COUNT={count}")),
        (1u32..28).prop_map(|day| format!(";UNTIL=202609{day:02}T070000Z")),
    ]
}

fn zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kathmandu"])
}

/// A start in one of the years 2015 to 2026, at any quarter of an hour.
fn start() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..12 * 365 * 96).prop_map(|quarters| at("2015-01-01T00:00:00Z") + TimeDelta::minutes(15 * quarters))
}

fn series(start: DateTime<Utc>, minutes: i64, zone: &str, lines: &[String]) -> Item {
    item(json!({
        "id": "s",
        "start": instant(&start.to_rfc3339(), zone),
        "end": instant(&(start + TimeDelta::minutes(minutes)).to_rfc3339(), zone),
        "recurrence": lines,
    }))
}

fn by_id(window: Window, items: &[Item]) -> BTreeMap<String, Occurrence> {
    occurrences(window, items).into_iter().map(|found| (found.id.clone(), found)).collect()
}

/// What the rule names from its start on, walked step by step.
fn walked_from_the_start(rule: &RRule, first: NaiveDateTime, to: NaiveDateTime) -> Vec<NaiveDateTime> {
    let set = RRuleSet::new(first.and_utc().with_timezone(&Tz::UTC)).rrule(rule.clone());
    set.into_iter().map(|at| at.naive_utc()).take_while(|at| *at <= to).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn two_windows_side_by_side_show_what_the_window_over_both_shows(
        rules in prop::collection::vec((rule(), end()), 1..3),
        start in start(),
        minutes in 0i64..4000,
        zone in zone(),
        from in 0i64..400,
        (first, second) in (1i64..46, 1i64..46),
        exception in 0usize..20,
    ) {
        let lines: Vec<String> = rules.iter().map(|(rule, end)| format!("RRULE:{rule}{end}")).collect();
        let mut items = vec![series(start, minutes, zone, &lines)];
        let a = at("2025-10-01T00:00:00Z") + TimeDelta::days(from);
        let b = a + TimeDelta::days(first);
        let c = b + TimeDelta::days(second);
        let whole = Window::new(a, c).unwrap();
        if let Some(moved) = occurrences(whole, &items).get(exception) {
            let to = moved.start.sort_instant() + TimeDelta::days(10);
            items.push(item(json!({
                "id": "x",
                "exceptionOf": { "series": "s", "originalStart": moved.start },
                "start": instant(&to.to_rfc3339(), zone),
            })));
        }
        let mut parts = by_id(Window::new(a, b).unwrap(), &items);
        parts.extend(by_id(Window::new(b, c).unwrap(), &items));
        prop_assert_eq!(parts, by_id(whole, &items));
    }

    #[test]
    fn jumping_ahead_finds_what_walking_finds(rule in rule(), start in start(), from in 0i64..700) {
        let first = start.naive_utc();
        let rule: RRule<Unvalidated> = rule.parse().unwrap();
        let rule = rule.validate(start.with_timezone(&Tz::UTC)).unwrap();
        let from = at("2025-06-01T00:00:00Z") + TimeDelta::days(from);
        let to = from + TimeDelta::days(92);
        let reach = Reach { from, to };
        let jumped: Vec<_> = walk(&rule, first, reach).collect();
        let mut walked = walked_from_the_start(&rule, first, to.naive_utc());
        walked.retain(|at| *at >= from.naive_utc());
        let inside = |at: &NaiveDateTime| (from.naive_utc()..=to.naive_utc()).contains(at);
        prop_assert_eq!(jumped.into_iter().filter(inside).collect::<Vec<_>>(), walked);
    }

    #[test]
    fn nothing_takes_place_after_the_last_end(rule in rule(), end in some_end(), start in start(), minutes in 0i64..4000) {
        let series = series(start, minutes, "Europe/Berlin", &[format!("RRULE:{rule}{end}")]);
        let last = last_end(&series.event).expect("the series ends");
        let after = Window::new(last + TimeDelta::seconds(1), last + TimeDelta::days(92)).unwrap();
        prop_assert_eq!(occurrences(after, &[series]), vec![]);
    }
}
