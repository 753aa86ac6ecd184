//! The occurrences of a series: what its `recurrence` lines mean in its zone.
//!
//! Known are `FREQ=DAILY|WEEKLY|MONTHLY|YEARLY` with `INTERVAL`, `COUNT`, `UNTIL`, `BYDAY`, `BYMONTHDAY` and `WKST`
//! (RFC 5545 §3.3.10), `EXDATE` and `RDATE`. Whatever else a line says makes the series one that cannot be expanded.

mod dates;
mod occurrence;
mod rule;

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use serde_json::Value;

use self::{
    dates::days,
    rule::{Rule, Until},
};
use super::{
    calendar::Body,
    data::when::{day, local, timed},
    filter::instant,
};
pub(crate) use occurrence::{exception, instance, later, occurrence};

/// No rule has more occurrences than this; an endless one ends here.
const MOST: usize = 5_000;

/// A series that can be expanded.
pub(crate) struct Series {
    first: NaiveDateTime,
    /// `None`: whole days.
    zone: Option<Tz>,
    rules: Vec<Rule>,
    added: Vec<NaiveDateTime>,
    skipped: BTreeSet<NaiveDateTime>,
}

impl Series {
    /// Reads an event; `None` if it is no series, or one that the sandbox cannot expand.
    pub(crate) fn of(event: &Body) -> Option<Self> {
        let start = event.get("start")?;
        let (first, zone) = match start.get("date").and_then(Value::as_str) {
            Some(date) => (midnight(date.parse().ok()?), None),
            None => {
                let zone: Tz = start.get("timeZone")?.as_str()?.parse().ok()?;
                (instant(start)?.with_timezone(&zone).naive_local(), Some(zone))
            }
        };
        let mut series = Self { first, zone, rules: Vec::new(), added: Vec::new(), skipped: BTreeSet::new() };
        for line in event.get("recurrence")?.as_array()? {
            series.read(line.as_str()?)?;
        }
        Some(series)
    }

    /// When each occurrence begins, as an event time; the earliest first.
    pub(crate) fn starts(&self) -> impl Iterator<Item = Value> + '_ {
        self.moments().into_iter().map(|at| self.time(at))
    }

    /// Whether an occurrence begins at this event time.
    fn has(&self, start: &Value) -> bool {
        let Some(wanted) = instant(start) else { return false };
        let day = Duration::days(1);
        let near = wanted.naive_utc() - day..wanted.naive_utc() + day;
        self.moments().range(near).any(|at| instant(&self.time(*at)) == Some(wanted))
    }

    fn moments(&self) -> BTreeSet<NaiveDateTime> {
        let ruled = self.rules.iter().flat_map(|rule| self.ruled(rule));
        let all = ruled.chain(self.added.iter().copied());
        all.filter(|at| !self.skipped.contains(at)).collect()
    }

    fn ruled(&self, rule: &Rule) -> Vec<NaiveDateTime> {
        let days = days(rule, self.first.date()).take(rule.count.unwrap_or(MOST).min(MOST));
        let starts = days.map(|date| date.and_time(self.first.time()));
        starts.take_while(|at| rule.until.is_none_or(|until| !self.is_after(*at, until))).collect()
    }

    fn is_after(&self, at: NaiveDateTime, until: Until) -> bool {
        match (until, self.zone) {
            (Until::Day(day), _) => at.date() > day,
            (Until::Moment(moment), Some(zone)) => local(zone, at) > moment,
            (Until::Moment(moment), None) => at > moment.naive_utc(),
        }
    }

    fn time(&self, at: NaiveDateTime) -> Value {
        match self.zone {
            Some(zone) => timed(local(zone, at)),
            None => day(at.date()),
        }
    }

    fn read(&mut self, line: &str) -> Option<()> {
        let (head, values) = line.split_once(':')?;
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        match name {
            "RRULE" => self.rules.push(Rule::parse(values)?),
            "EXDATE" => self.skipped.extend(self.listed(parameters, values)?),
            "RDATE" => self.added.extend(self.listed(parameters, values)?),
            _ => return None,
        }
        Some(())
    }

    /// The values of `EXDATE` or `RDATE` as clocks in the series' zone show them.
    fn listed(&self, parameters: &str, values: &str) -> Option<Vec<NaiveDateTime>> {
        let named = parameters.split(';').find_map(|part| part.strip_prefix("TZID="));
        let named: Option<Tz> = named.map(str::parse).transpose().ok()?;
        values.split(',').filter(|value| !value.is_empty()).map(|value| self.moment(named, value)).collect()
    }

    fn moment(&self, named: Option<Tz>, value: &str) -> Option<NaiveDateTime> {
        if let Ok(date) = NaiveDate::parse_from_str(value, "%Y%m%d") {
            return Some(date.and_time(if self.zone.is_some() { self.first.time() } else { NaiveTime::MIN }));
        }
        let zone = self.zone?;
        if let Ok(utc) = NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%SZ") {
            return Some(utc.and_utc().with_timezone(&zone).naive_local());
        }
        let at = NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S").ok()?;
        Some(local(named.unwrap_or(zone), at).with_timezone(&zone).naive_local())
    }
}

fn midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN)
}
