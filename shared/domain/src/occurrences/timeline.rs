//! Between instants and the wall clock by which a series recurs.
//!
//! Rules are walked on the wall clock alone, without a zone, so that no step of a rule ever meets a gap or an hour
//! that comes twice; only the result is turned into instants, here.

use crate::record::EventTime;
use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// The longest gap in a wall clock: a whole day, where a country crossed the date line.
const LONGEST_GAP_HOURS: i64 = 26;

/// The wall clock of a series.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    zone: Tz,
    all_day: bool,
    first: DateTime<Utc>,
    first_wall: NaiveDateTime,
}

impl Timeline {
    /// The wall clock of a series that starts then.
    pub(super) fn of(start: &EventTime) -> Self {
        let zone = match start {
            EventTime::Instant { time_zone: Some(name), .. } => name.parse().unwrap_or(Tz::UTC),
            EventTime::Instant { time_zone: None, .. } | EventTime::Date { .. } => Tz::UTC,
        };
        let first = start.sort_instant();
        Self { zone, all_day: start.is_all_day(), first, first_wall: wall(zone, first) }
    }

    /// Whether the series is one of whole days.
    pub(super) fn is_all_day(&self) -> bool {
        self.all_day
    }

    /// The start of the series.
    pub(super) fn first(&self) -> DateTime<Utc> {
        self.first
    }

    /// The start of the series on the wall clock, in whole seconds.
    pub(super) fn first_wall(&self) -> NaiveDateTime {
        self.first_wall
    }

    /// The day on the wall at an instant.
    pub(super) fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        wall(self.zone, at).date()
    }

    /// The instant of a time on the wall; in the series' own zone where none is given.
    pub(super) fn instant(&self, wall: NaiveDateTime, zone: Option<Tz>) -> Option<DateTime<Utc>> {
        let zone = zone.unwrap_or(self.zone);
        if zone == self.zone && wall == self.first_wall {
            // The start itself is known exactly, also where the wall shows its time twice.
            return Some(self.first);
        }
        resolve(zone, wall)
    }
}

fn wall(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let wall = at.naive_utc().checked_add_offset(offset).unwrap_or(at.naive_utc());
    wall.with_nanosecond(0).unwrap_or(wall)
}

fn resolve(zone: Tz, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&wall) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(at.to_utc()),
        MappedLocalTime::None => {
            let offset = (1..=LONGEST_GAP_HOURS).find_map(|hours| {
                let before = wall.checked_sub_signed(TimeDelta::hours(hours))?;
                zone.offset_from_local_datetime(&before).latest()
            })?;
            Some(wall.checked_sub_offset(offset.fix())?.and_utc())
        }
    }
}
