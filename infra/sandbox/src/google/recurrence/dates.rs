//! The days that a rule names, from the first one on.

use chrono::{Datelike, Duration, Months, NaiveDate};

use super::rule::{Every, Rule};

/// Periods without an occurrence after which nothing more is looked for, such as `BYMONTHDAY=31` of every
/// twelfth month from June on.
const MOST_PERIODS: u32 = 20_000;

/// Days in their order; endless rules give very many.
pub(crate) fn days(rule: &Rule, first: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
    (0..MOST_PERIODS).flat_map(move |period| in_period(rule, first, period)).filter(move |date| *date >= first)
}

/// The days of the rule's period of this number, in their order.
fn in_period(rule: &Rule, first: NaiveDate, period: u32) -> Vec<NaiveDate> {
    let steps = period.saturating_mul(rule.interval);
    let mut days = match rule.every {
        Every::Day => of_day(rule, first, steps),
        Every::Week => of_week(rule, first, steps),
        Every::Month => of_month(rule, first, steps),
        Every::Year => of_year(first, steps).into_iter().collect(),
    };
    days.sort();
    days.dedup();
    days
}

fn of_day(rule: &Rule, first: NaiveDate, days: u32) -> Vec<NaiveDate> {
    let date = first.checked_add_signed(Duration::days(i64::from(days)));
    let wanted = |date: &NaiveDate| rule.by_day.is_empty() || rule.by_day.iter().any(|(_, day)| *day == date.weekday());
    date.into_iter().filter(wanted).collect()
}

fn of_week(rule: &Rule, first: NaiveDate, weeks: u32) -> Vec<NaiveDate> {
    let from_start = |date: NaiveDate| i64::from(date.weekday().days_since(rule.week_start));
    let start = first - Duration::days(from_start(first));
    let Some(week) = start.checked_add_signed(Duration::weeks(i64::from(weeks))) else { return Vec::new() };
    if rule.by_day.is_empty() {
        return vec![week + Duration::days(from_start(first))];
    }
    let places = rule.by_day.iter().map(|(_, day)| i64::from(day.days_since(rule.week_start)));
    places.map(|place| week + Duration::days(place)).collect()
}

fn of_month(rule: &Rule, first: NaiveDate, months: u32) -> Vec<NaiveDate> {
    let Some(month) = first.with_day(1).and_then(|month| month.checked_add_months(Months::new(months))) else {
        return Vec::new();
    };
    let days = i32::try_from(length(month)).unwrap_or_default();
    let usual = i32::try_from(first.day()).unwrap_or_default();
    let by_number = |number: &i32| match *number < 0 {
        true => days + number + 1,
        false => *number,
    };
    let by_date =
        |numbers: &[i32]| -> Vec<NaiveDate> { numbers.iter().filter_map(|one| on(month, by_number(one))).collect() };
    match (rule.by_month_day.as_slice(), rule.by_day.is_empty()) {
        ([], true) => by_date(&[usual]),
        (numbers, true) => by_date(numbers),
        ([], false) => by_weekday(rule, month, days),
        (numbers, false) => {
            let weekdays = by_weekday(rule, month, days);
            by_date(numbers).into_iter().filter(|date| weekdays.contains(date)).collect()
        }
    }
}

fn by_weekday(rule: &Rule, month: NaiveDate, days: i32) -> Vec<NaiveDate> {
    let is_wanted = |date: &NaiveDate| {
        let day = i32::try_from(date.day()).unwrap_or_default();
        let (forth, back) = ((day - 1) / 7 + 1, -((days - day) / 7 + 1));
        rule.by_day
            .iter()
            .any(|(number, weekday)| *weekday == date.weekday() && number.is_none_or(|at| at == forth || at == back))
    };
    (1..=days).filter_map(|day| on(month, day)).filter(is_wanted).collect()
}

/// The same day of a later year; none where the 29th of February is missing.
fn of_year(first: NaiveDate, years: u32) -> Option<NaiveDate> {
    first.with_year(first.year().checked_add(i32::try_from(years).ok()?)?)
}

fn on(month: NaiveDate, day: i32) -> Option<NaiveDate> {
    month.with_day(u32::try_from(day).ok()?)
}

fn length(month: NaiveDate) -> u32 {
    month.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).map_or(28, |last| last.day())
}
