//! Appointments: what Aura wants a calendar event to be, and how a change of Aura and a change made at the provider
//! become one.

mod merge;

pub use merge::{Base, Merged, Overridden, Side, merge};

use crate::ids::{AppointmentId, IntegrationId};
use crate::record::{CalendarEvent, EventTime};
use chrono::SubsecRound;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest title, in characters.
pub const LONGEST_TITLE: usize = 1_000;
/// Longest description, in characters.
pub const LONGEST_DESCRIPTION: usize = 8_000;
/// Longest location, in characters.
pub const LONGEST_LOCATION: usize = 1_000;
/// Most people that can be invited.
pub const MOST_ATTENDEES: usize = 200;
/// Most lines of a recurrence.
pub const MOST_RECURRENCE_LINES: usize = 50;
/// Longest recurrence, in bytes over all its lines; a provider's event with a much longer one is not read.
pub const LONGEST_RECURRENCE: usize = 16 * 1024;
/// Largest appointment, in bytes over all its texts: it is kept several times over in one item of at most 400 KB.
pub const LARGEST: usize = 40 * 1024;

/// What an appointment is. Everything that both sides can change, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Appointment {
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Description, plain text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// Place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub location: Option<String>,
    /// Start.
    pub start: EventTime,
    /// End, exclusive: of the same kind as the start and after it.
    pub end: EventTime,
    /// `RRULE`, `RDATE`, `EXRULE` and `EXDATE` lines of a series (RFC 5545 §3.8.5), without `DTSTART`. A series needs a
    /// time zone, or days.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub recurrence: Vec<String>,
    /// E-mail addresses of who is invited.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub attendees: Vec<String>,
}

/// Which occurrence of which series an appointment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OccurrenceOf {
    /// The appointment that is the series.
    pub series: AppointmentId,
    /// Where the occurrence would start by the series' rule.
    pub original_start: EventTime,
}

impl OccurrenceOf {
    /// Whether both name the same occurrence, in whatever zone its start is thought of.
    pub fn is_same(&self, other: &Self) -> bool {
        let (one, other_start) = (&self.original_start, &other.original_start);
        self.series == other.series
            && one.is_all_day() == other_start.is_all_day()
            && one.sort_instant() == other_start.sort_instant()
    }
}

/// How an event at the provider says that Aura wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentMark {
    /// The appointment.
    pub appointment: AppointmentId,
    /// The revision that was written.
    pub revision: u64,
    /// The integration that wrote it. Another one's mark is a copy.
    pub integration: IntegrationId,
}

/// What is decided by itself when both sides changed an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Start, end and recurrence, which only make sense together.
    Time,
    /// Who is invited.
    Attendees,
    /// The title.
    Title,
    /// The description.
    Description,
    /// The place.
    Location,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Time, Self::Attendees, Self::Title, Self::Description, Self::Location];
}

impl Appointment {
    /// What an event at the provider is; `None` for one without start or end, such as a cancelled occurrence.
    pub fn of(event: &CalendarEvent) -> Option<Self> {
        let invited = event.attendees.iter().filter(|attendee| !attendee.organizer);
        Some(Self {
            title: event.title.clone(),
            description: event.description.clone(),
            location: event.location.clone(),
            start: event.start.clone()?,
            end: event.end.clone()?,
            recurrence: event.recurrence.clone(),
            attendees: invited.map(|attendee| attendee.email.clone()).collect(),
        })
    }

    /// Whether both say the same of a field. A zone that one side does not name is the other's; the order of people and
    /// the case of their addresses mean nothing; an empty text is none.
    pub fn agrees(&self, other: &Self, field: Field) -> bool {
        match field {
            Field::Time => {
                same_time(&self.start, &other.start)
                    && same_time(&self.end, &other.end)
                    && same_set(&self.recurrence, &other.recurrence)
            }
            Field::Attendees => same_set(&self.attendees, &other.attendees),
            Field::Title => self.title.trim() == other.title.trim(),
            Field::Description => text(&self.description) == text(&other.description),
            Field::Location => text(&self.location) == text(&other.location),
        }
    }

    /// The fields of which they say something different.
    pub fn differs(&self, other: &Self) -> Vec<Field> {
        Field::ALL.into_iter().filter(|field| !self.agrees(other, *field)).collect()
    }

    /// The occurrence of this series that would start there, as the series makes it.
    #[must_use]
    pub fn occurrence(&self, original_start: &EventTime) -> Self {
        let start = match (&self.start, original_start) {
            (EventTime::Instant { time_zone, .. }, EventTime::Instant { at, .. }) => {
                EventTime::Instant { at: *at, time_zone: time_zone.clone() }
            }
            _ => original_start.clone(),
        };
        let length = self.end.sort_instant() - self.start.sort_instant();
        let end = match &start {
            EventTime::Date { date } => EventTime::Date { date: *date + length },
            EventTime::Instant { at, time_zone } => {
                EventTime::Instant { at: *at + length, time_zone: time_zone.clone() }
            }
        };
        Self { start, end, recurrence: vec![], ..self.clone() }
    }

    /// Takes a field over from another one.
    pub fn take(&mut self, field: Field, from: &Self) {
        match field {
            Field::Time => {
                self.start = from.start.clone();
                self.end = from.end.clone();
                self.recurrence.clone_from(&from.recurrence);
            }
            Field::Attendees => self.attendees.clone_from(&from.attendees),
            Field::Title => self.title.clone_from(&from.title),
            Field::Description => self.description.clone_from(&from.description),
            Field::Location => self.location.clone_from(&from.location),
        }
    }

    /// The same without fractions of a second, which calendars do not keep.
    #[must_use]
    pub fn in_whole_seconds(mut self) -> Self {
        for time in [&mut self.start, &mut self.end] {
            if let EventTime::Instant { at, .. } = time {
                *at = at.trunc_subsecs(0);
            }
        }
        self
    }

    /// How large its texts are.
    pub fn bytes(&self) -> usize {
        let texts = [&self.title].into_iter().chain(&self.description).chain(&self.location);
        texts.chain(&self.recurrence).chain(&self.attendees).map(String::len).sum()
    }

    /// What is wrong with it, as the name of the field and a sentence; `None` when it can be written.
    pub fn problem(&self) -> Option<(&'static str, &'static str)> {
        let too_long =
            |text: &Option<String>, most: usize| text.as_ref().is_some_and(|text| text.chars().count() > most);
        if self.title.chars().count() > LONGEST_TITLE {
            return Some(("title", "The title is too long."));
        }
        if too_long(&self.description, LONGEST_DESCRIPTION) {
            return Some(("description", "The description is too long."));
        }
        if too_long(&self.location, LONGEST_LOCATION) {
            return Some(("location", "The location is too long."));
        }
        let too_large = self.bytes() > LARGEST;
        let whole = || too_large.then_some(("appointment", "All of it together is too large."));
        self.time_problem().or_else(|| self.attendee_problem()).or_else(whole)
    }

    fn time_problem(&self) -> Option<(&'static str, &'static str)> {
        if self.start.is_all_day() != self.end.is_all_day() {
            return Some(("end", "Start and end are both days or both instants."));
        }
        // A day's end is exclusive, so it is after the start; an instant's may be the start itself.
        let (start, end) = (self.start.sort_instant(), self.end.sort_instant());
        if end < start || (self.start.is_all_day() && end == start) {
            return Some(("end", "The end is before the start."));
        }
        if [&self.start, &self.end].into_iter().any(|time| zone(time).is_some_and(|zone| !is_zone(zone))) {
            return Some(("start", "The time zone is not known."));
        }
        self.recurrence_problem()
    }

    fn recurrence_problem(&self) -> Option<(&'static str, &'static str)> {
        const NAMES: [&str; 4] = ["RRULE", "RDATE", "EXRULE", "EXDATE"];
        let lines = &self.recurrence;
        let known = |line: &String| {
            let name = line.split([':', ';']).next().unwrap_or_default();
            NAMES.contains(&name) && line.len() <= 2_000 && !line.contains(['\r', '\n'])
        };
        let length: usize = lines.iter().map(String::len).sum();
        if lines.len() > MOST_RECURRENCE_LINES || length > LONGEST_RECURRENCE || !lines.iter().all(known) {
            return Some(("recurrence", "The recurrence is not one of RFC 5545 without DTSTART."));
        }
        let without_zone = !self.start.is_all_day() && zone(&self.start).is_none();
        (!lines.is_empty() && without_zone).then_some(("start", "A series needs a time zone."))
    }

    fn attendee_problem(&self) -> Option<(&'static str, &'static str)> {
        let is_address = |text: &String| {
            let plain = text.len() <= 320 && !text.chars().any(|one| one.is_control() || one.is_whitespace());
            plain && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        };
        let fine = self.attendees.len() <= MOST_ATTENDEES && self.attendees.iter().all(is_address);
        (!fine).then_some(("attendees", "Attendees are e-mail addresses, at most 200."))
    }
}

fn zone(time: &EventTime) -> Option<&str> {
    match time {
        EventTime::Date { .. } => None,
        EventTime::Instant { time_zone, .. } => time_zone.as_deref(),
    }
}

fn is_zone(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}

fn same_time(one: &EventTime, other: &EventTime) -> bool {
    let zones = match (zone(one), zone(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    one.is_all_day() == other.is_all_day() && one.sort_instant() == other.sort_instant() && zones
}

fn same_set(one: &[String], other: &[String]) -> bool {
    let sorted = |texts: &[String]| {
        let mut texts: Vec<String> = texts.iter().map(|text| text.trim().to_lowercase()).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    sorted(one) == sorted(other)
}

fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests;
