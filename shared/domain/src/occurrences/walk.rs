//! Walking one rule on the wall clock, from close before where it matters, and never without bound.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use rrule::{Frequency, RRule, RRuleSet, RRuleSetIter, Tz};
use std::ops::RangeInclusive;

/// The most occurrences of one series in one request; what comes after them is left out. A calendar's busiest
/// series, hourly for 92 days, has 2,208.
pub const MAX_OCCURRENCES: usize = 5_000;

/// The most steps that are walked for one series in one request. Only a rule with `COUNT` is walked from its start:
/// this is 137 years of days.
pub const MAX_STEPS: usize = 50_000;

/// How far the wall clock of any zone, and a gap in it, can be from UTC; generously.
const ZONE_SLACK: TimeDelta = TimeDelta::days(2);

/// What may still be spent on one series.
#[derive(Debug)]
pub(super) struct Budget {
    steps: usize,
    occurrences: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: MAX_STEPS, occurrences: MAX_OCCURRENCES }
    }
}

impl Budget {
    /// A budget for looking at occurrences without keeping them.
    pub(super) fn of_steps() -> Self {
        Self { steps: MAX_STEPS, occurrences: usize::MAX }
    }

    /// Takes a step; false if no more are left.
    pub(super) fn step(&mut self) -> bool {
        spend(&mut self.steps)
    }

    /// Keeps an occurrence; false if no more may be kept.
    pub(super) fn keep(&mut self) -> bool {
        spend(&mut self.occurrences)
    }

    /// Whether it was spent, so that something may be missing.
    pub(super) fn is_spent(&self) -> bool {
        self.steps == 0 || self.occurrences == 0
    }

    /// How many steps were walked.
    #[cfg(test)]
    pub(super) fn walked(&self) -> usize {
        MAX_STEPS - self.steps
    }
}

fn spend(purse: &mut usize) -> bool {
    let affordable = *purse > 0;
    *purse = purse.saturating_sub(1);
    affordable
}

/// The time in which starts are looked for, both ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

impl Reach {
    /// From the beginning to the end.
    pub(super) const EVERYTHING: Self = Self { from: DateTime::<Utc>::MIN_UTC, to: DateTime::<Utc>::MAX_UTC };

    /// Whether an instant is in it.
    pub(super) fn contains(&self, at: DateTime<Utc>) -> bool {
        (self.from..=self.to).contains(&at)
    }

    /// The same, but not beyond this.
    pub(super) fn until(self, last: Option<DateTime<Utc>>) -> Self {
        Self { to: last.map_or(self.to, |last| last.min(self.to)), ..self }
    }

    /// What a wall clock of any zone can show within it, and more.
    fn on_any_wall(&self) -> RangeInclusive<NaiveDateTime> {
        let from = self.from.naive_utc().checked_sub_signed(ZONE_SLACK).unwrap_or(NaiveDateTime::MIN);
        let to = self.to.naive_utc().checked_add_signed(ZONE_SLACK).unwrap_or(NaiveDateTime::MAX);
        from..=to
    }
}

/// The wall-clock times at which the rule of a series starts an occurrence, in order: at least those within reach.
pub(super) fn walk(rule: &RRule, first: NaiveDateTime, reach: Reach) -> impl Iterator<Item = NaiveDateTime> + use<> {
    let (from, to) = reach.on_any_wall().into_inner();
    steps(rule, jump(rule, first, from))
        .map(|step| step.naive_utc())
        .take_while(move |wall| *wall <= to)
        .skip_while(move |wall| *wall < first)
}

fn steps(rule: &RRule, start: NaiveDateTime) -> RRuleSetIter {
    let set = RRuleSet::new(start.and_utc().with_timezone(&Tz::UTC)).rrule(rule.clone()).limit();
    (&set).into_iter()
}

/// The latest start of a period of the rule that is not after `target`, to walk from there as if from the beginning;
/// the beginning itself for a rule with `COUNT`, whose occurrences must be counted.
///
/// The rule has taken what it needs from its real start before (`RRule::validate`), so a whole period can begin at
/// midnight of its first day.
fn jump(rule: &RRule, first: NaiveDateTime, target: NaiveDateTime) -> NaiveDateTime {
    if rule.get_count().is_some() || target <= first {
        return first;
    }
    let interval = i64::from(rule.get_interval());
    let whole = |passed: i64| passed / interval * interval;
    let days = (target.date() - first.date()).num_days();
    let start = match rule.get_freq() {
        Frequency::Yearly => {
            let years = whole(i64::from(target.year()) - i64::from(first.year()));
            (years > 0).then(|| year_start(first.year(), years)).flatten()
        }
        Frequency::Monthly => {
            let months = whole(months(target.date()) - months(first.date()));
            (months > 0).then(|| month_start(self::months(first.date()) + months)).flatten()
        }
        Frequency::Weekly => {
            let into_week = i64::from(first.weekday().days_since(rule.get_week_start()));
            let weeks = whole((days + into_week) / 7);
            (weeks > 0).then(|| days_after(first, weeks * 7 - into_week)).flatten()
        }
        Frequency::Daily => Some(whole(days)).filter(|days| *days > 0).and_then(|days| days_after(first, days)),
        Frequency::Hourly => hours_after(first, whole((target - first).num_hours())),
        Frequency::Minutely | Frequency::Secondly => None,
    };
    start.unwrap_or(first)
}

fn months(date: NaiveDate) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

fn month_start(months: i64) -> Option<NaiveDateTime> {
    let year = i32::try_from(months.div_euclid(12)).ok()?;
    let month = u32::try_from(months.rem_euclid(12)).ok()? + 1;
    Some(NaiveDate::from_ymd_opt(year, month, 1)?.and_time(NaiveTime::MIN))
}

fn year_start(year: i32, years: i64) -> Option<NaiveDateTime> {
    month_start((i64::from(year) + years) * 12)
}

fn days_after(first: NaiveDateTime, days: i64) -> Option<NaiveDateTime> {
    Some(first.date().checked_add_signed(TimeDelta::try_days(days)?)?.and_time(NaiveTime::MIN))
}

fn hours_after(first: NaiveDateTime, hours: i64) -> Option<NaiveDateTime> {
    if hours == 0 {
        return None;
    }
    let hour = first.date().and_hms_opt(first.hour(), 0, 0)?;
    hour.checked_add_signed(TimeDelta::try_hours(hours)?)
}
