//! Dates and times as recurrence lines spell them (RFC 5545 §3.3.4, §3.3.5).

use super::later;
use super::timeline::Timeline;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// `20261123`, `20261123T080000` or `20261123T080000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    date: NaiveDate,
    time: Option<NaiveTime>,
    zone: Option<Tz>,
}

impl Stamp {
    /// Reads one; `zone` is the line's `TZID`. Of a period (`start/end`) the start.
    pub(super) fn parse(text: &str, zone: Option<Tz>) -> Option<Self> {
        let text = text.trim();
        let text = text.split_once('/').map_or(text, |(start, _)| start);
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y%m%d") {
            return Some(Self { date, time: None, zone: None });
        }
        let (local, zone) = match text.strip_suffix('Z') {
            Some(local) => (local, Some(Tz::UTC)),
            None => (text, zone),
        };
        let local = NaiveDateTime::parse_from_str(local, "%Y%m%dT%H%M%S").ok()?;
        Some(Self { date: local.date(), time: Some(local.time()), zone })
    }

    /// The day that is meant, where a day is meant: every stamp of a series of whole days, else a stamp without time.
    pub(super) fn day(&self, timeline: &Timeline) -> Option<NaiveDate> {
        (timeline.is_all_day() || self.time.is_none()).then_some(self.date)
    }

    /// The start of the occurrence that is meant. A day alone means the usual time on that day.
    pub(super) fn start(&self, timeline: &Timeline) -> Option<DateTime<Utc>> {
        match (self.time, timeline.is_all_day()) {
            (Some(time), false) => timeline.instant(self.date.and_time(time), self.zone),
            _ => timeline.instant(self.date.and_time(timeline.first_wall().time()), None),
        }
    }

    /// The last instant at which an occurrence may start, when this stands behind `UNTIL`. A day counts whole.
    pub(super) fn last_start(&self, timeline: &Timeline) -> Option<DateTime<Utc>> {
        if self.time.is_some() || timeline.is_all_day() {
            return self.start(timeline);
        }
        let midnight = timeline.instant(self.date.succ_opt()?.and_time(NaiveTime::MIN), None)?;
        Some(later(midnight, TimeDelta::seconds(-1)))
    }
}
