//! From when to when an event takes place.

use crate::record::{CalendarEvent, EventTime};
use chrono::{DateTime, TimeDelta, Utc};

/// Start and end of an event, made whole: an absent end is the start, an end before the start counts as the start,
/// and a whole-day event takes a day at least (RFC 5545 §3.6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: EventTime,
    pub(super) end: EventTime,
}

impl Span {
    /// When the event takes place; nothing for one without a start, such as a cancelled exception.
    pub(super) fn of(event: &CalendarEvent) -> Option<Self> {
        let start = event.start.clone()?;
        let end = event.end.clone().filter(|end| end.sort_instant() > start.sort_instant());
        let end = match (end, &start) {
            (Some(end), _) => end,
            (None, EventTime::Date { date }) => EventTime::Date { date: date.succ_opt()? },
            (None, EventTime::Instant { .. }) => start.clone(),
        };
        Some(Self { start, end })
    }

    pub(super) fn length(&self) -> TimeDelta {
        self.end.sort_instant() - self.start.sort_instant()
    }

    /// The same event at another start; nothing beyond the end of the calendar.
    pub(super) fn moved_to(&self, start: DateTime<Utc>) -> Option<Self> {
        let end = start.checked_add_signed(self.length())?;
        Some(Self { start: at(&self.start, start), end: at(&self.end, end) })
    }
}

fn at(like: &EventTime, at: DateTime<Utc>) -> EventTime {
    match like {
        EventTime::Date { .. } => EventTime::Date { date: at.date_naive() },
        EventTime::Instant { time_zone, .. } => EventTime::Instant { at, time_zone: time_zone.clone() },
    }
}
