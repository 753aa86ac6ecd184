//! One `RRULE`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};

/// A rule whose every part is understood.
pub(crate) struct Rule {
    pub(crate) every: Every,
    pub(crate) interval: u32,
    pub(crate) count: Option<usize>,
    pub(crate) until: Option<Until>,
    /// Weekdays; a number says which one of the month, from the end if negative.
    pub(crate) by_day: Vec<(Option<i32>, Weekday)>,
    /// Days of the month, from the end if negative.
    pub(crate) by_month_day: Vec<i32>,
    pub(crate) week_start: Weekday,
}

/// `FREQ`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// The last moment or day at which an occurrence may begin.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Day(NaiveDate),
    Moment(DateTime<Utc>),
}

impl Rule {
    /// Reads what stands behind `RRULE:`; `None` when a part of it is not understood.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut every = None;
        let mut rule = Self {
            every: Every::Day,
            interval: 1,
            count: None,
            until: None,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            week_start: Weekday::Mon,
        };
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=')?;
            match name {
                "FREQ" => every = Some(frequency(value)?),
                "INTERVAL" => rule.interval = value.parse().ok().filter(|interval| *interval > 0)?,
                "COUNT" => rule.count = Some(value.parse().ok()?),
                "UNTIL" => rule.until = Some(until(value)?),
                "BYDAY" => rule.by_day = value.split(',').map(by_day).collect::<Option<_>>()?,
                "BYMONTHDAY" => rule.by_month_day = value.split(',').map(by_month_day).collect::<Option<_>>()?,
                "WKST" => rule.week_start = weekday(value)?,
                _ => return None,
            }
        }
        rule.every = every?;
        rule.is_understood().then_some(rule)
    }

    /// Which one of the month makes sense by month alone, and what of a year only in its plain form.
    fn is_understood(&self) -> bool {
        let numbered = self.by_day.iter().any(|(number, _)| number.is_some());
        match self.every {
            Every::Month => true,
            Every::Day | Every::Week => !numbered && self.by_month_day.is_empty(),
            Every::Year => self.by_day.is_empty() && self.by_month_day.is_empty(),
        }
    }
}

fn frequency(value: &str) -> Option<Every> {
    match value {
        "DAILY" => Some(Every::Day),
        "WEEKLY" => Some(Every::Week),
        "MONTHLY" => Some(Every::Month),
        "YEARLY" => Some(Every::Year),
        _ => None,
    }
}

fn until(value: &str) -> Option<Until> {
    if let Ok(day) = NaiveDate::parse_from_str(value, "%Y%m%d") {
        return Some(Until::Day(day));
    }
    let at = NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%SZ").ok()?;
    Some(Until::Moment(at.and_utc()))
}

/// `MO`, `2TU`, `-1FR`.
fn by_day(value: &str) -> Option<(Option<i32>, Weekday)> {
    let (number, name) = value.split_at_checked(value.len().checked_sub(2)?)?;
    let number = match number {
        "" => None,
        text => Some(text.parse().ok().filter(|number| *number != 0)?),
    };
    Some((number, weekday(name)?))
}

fn by_month_day(value: &str) -> Option<i32> {
    value.parse().ok().filter(|day| *day != 0)
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}
