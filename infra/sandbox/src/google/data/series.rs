//! Series with exceptions, and what happens where clocks change.

use chrono::{DateTime, Datelike, Duration, NaiveDate};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{
    single::{Maker, event},
    when::{at, clock_changes, day, days_later, instance_suffix, timed},
    words,
};
use crate::google::calendar::Body;

/// A series as it is drawn: the master, and what became of single occurrences.
pub(crate) struct Series {
    pub(crate) master: Body,
    pub(crate) exceptions: Vec<Exception>,
}

/// One occurrence that is not as the series says.
pub(crate) struct Exception {
    pub(crate) suffix: String,
    /// When the occurrence would have begun.
    pub(crate) original: Value,
    pub(crate) kind: ExceptionKind,
}

/// What became of an occurrence.
pub(crate) enum ExceptionKind {
    Cancelled,
    Changed(Body),
}

impl Maker<'_> {
    /// A weekly, daily, monthly or yearly series.
    pub(crate) fn series(&mut self) -> Series {
        match self.dice.below(10) {
            0 => self.birthday(),
            1 | 2 => self.whole_days(),
            3 => self.monthly(),
            _ => self.weekly(),
        }
    }

    fn weekly(&mut self) -> Series {
        let first = at(self.zone, weekday(self.some_date()), 8 + self.dice.below(9), self.dice.pick(&[0, 30]));
        let by_day = first.format("%a").to_string()[..2].to_uppercase();
        let until = days_later(first, 7 * 20).to_utc().format("%Y%m%dT%H%M%SZ");
        let rule = match self.dice.below(4) {
            0 => "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR".to_owned(),
            1 => format!("RRULE:FREQ=WEEKLY;UNTIL={until};BYDAY={by_day}"),
            2 => format!("RRULE:FREQ=WEEKLY;COUNT=30;BYDAY={by_day}"),
            _ => format!("RRULE:FREQ=WEEKLY;BYDAY={by_day}"),
        };
        let title = self.dice.pick(words::TITLES);
        let mut master = event(title, timed(first), timed(first + Duration::minutes(45)));
        master.insert("recurrence".into(), json!([rule]));
        self.decorate(&mut master);
        let exceptions = self.weeks().into_iter().map(|week| self.exception(days_later(first, 7 * week))).collect();
        Series { master, exceptions }
    }

    fn whole_days(&mut self) -> Series {
        let first = self.some_date();
        let mut master = event(self.dice.pick(words::DAYS), day(first), day(first + Duration::days(1)));
        master.insert("recurrence".into(), json!(["RRULE:FREQ=WEEKLY;INTERVAL=1"]));
        let weeks = self.weeks().into_iter();
        let exceptions = weeks.map(|week| self.whole_day_exception(first + Duration::weeks(week))).collect();
        Series { master, exceptions }
    }

    fn monthly(&mut self) -> Series {
        let first = at(self.zone, weekday(self.some_date()).with_day(12).unwrap_or_default(), 15, 0);
        let mut master = event(self.dice.pick(words::TITLES), timed(first), timed(first + Duration::hours(2)));
        let skipped = next_month(first).format("%Y%m%dT%H%M%S");
        let skipped = format!("EXDATE;TZID={}:{skipped}", self.zone.name());
        master.insert("recurrence".into(), json!([skipped, "RRULE:FREQ=MONTHLY;BYMONTHDAY=12"]));
        Series { master, exceptions: Vec::new() }
    }

    fn birthday(&mut self) -> Series {
        let date = self.some_date();
        let mut master = event("🎂 Geburtstag von Noor 🎉", day(date), day(date + Duration::days(1)));
        master.insert("recurrence".into(), json!(["RRULE:FREQ=YEARLY"]));
        master.insert("transparency".into(), json!("transparent"));
        Series { master, exceptions: Vec::new() }
    }

    /// Which occurrences are exceptions: up to four of the first twenty.
    fn weeks(&mut self) -> Vec<i64> {
        let mut weeks: Vec<i64> = (1..20).collect();
        self.dice.shuffle(&mut weeks);
        weeks.truncate(self.dice.below(5) as usize);
        weeks
    }

    fn exception(&mut self, original: DateTime<Tz>) -> Exception {
        let moved = original + Duration::minutes(self.dice.pick(&[-60, 90, 24 * 60]));
        let kind = match self.dice.below(3) {
            0 => ExceptionKind::Cancelled,
            1 => ExceptionKind::Changed(event(self.dice.pick(words::TITLES), timed(original), ends(original))),
            _ => {
                let mut body = event("", timed(moved), ends(moved));
                body.shift_remove("summary");
                ExceptionKind::Changed(body)
            }
        };
        Exception { suffix: instance_suffix(&timed(original)), original: timed(original), kind }
    }

    fn whole_day_exception(&mut self, original: NaiveDate) -> Exception {
        let moved = original + Duration::days(1);
        let kind = match self.dice.percent(50) {
            true => ExceptionKind::Cancelled,
            false => ExceptionKind::Changed(event("Verschoben", day(moved), day(moved + Duration::days(1)))),
        };
        Exception { suffix: instance_suffix(&day(original)), original: day(original), kind }
    }

    /// Where clocks change in this zone: over the gap, in the hour that comes twice, a long day, and a series across.
    pub(crate) fn clock_changes(&mut self) -> Vec<Body> {
        let zone = self.zone;
        let mut events = Vec::new();
        for date in clock_changes(zone, self.now) {
            let (before, after) = (at(zone, date, 1, 30), at(zone, date, 3, 30));
            let twice = at(zone, date, 2, 15);
            let (midnight, next) = (at(zone, date, 0, 0), at(zone, date + Duration::days(1), 0, 0));
            events.push(event("Deployment window (clocks change)", timed(before), timed(after)));
            events.push(event("Backup in the hour of the change", timed(twice), timed(twice + Duration::minutes(30))));
            events.push(event("On call, midnight to midnight", timed(midnight), timed(next)));
            let first = at(zone, date - Duration::days(7), 2, 30);
            let mut series = event("Nightly check", timed(first), timed(first + Duration::minutes(20)));
            series.insert("recurrence".into(), json!(["RRULE:FREQ=DAILY;COUNT=14"]));
            events.push(series);
        }
        events
    }
}

fn next_month(first: DateTime<Tz>) -> DateTime<Tz> {
    let days = (first.date_naive() + chrono::Months::new(1)) - first.date_naive();
    days_later(first, days.num_days())
}

fn ends(start: DateTime<Tz>) -> Value {
    timed(start + Duration::minutes(45))
}

/// The same day, or the Monday after a weekend.
fn weekday(date: NaiveDate) -> NaiveDate {
    date + Duration::days(match date.weekday() {
        chrono::Weekday::Sat => 2,
        chrono::Weekday::Sun => 1,
        _ => 0,
    })
}
