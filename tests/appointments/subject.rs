//! What a history is about: appointments, occurrences of a series, and a person's copies.

use super::book::Book;
use chrono::{DateTime, TimeDelta, Utc};
use domain::appointment::{Appointment, OccurrenceOf};
use domain::ids::AppointmentId;
use domain::record::EventTime;

/// What kind of appointment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anything may become of it.
    Free,
    /// A weekly series that stays where it is, so that its occurrences have a place.
    Series,
    /// The occurrence so many weeks after the beginning of the first subject's series.
    Occurrence(i64),
}

/// One appointment of a history.
pub(super) struct Subject {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) book: Book,
    /// What Aura put, the newest last; `None` for a cancellation.
    pub(super) wishes: Vec<Option<Appointment>>,
    pub(super) event: Option<String>,
}

impl Subject {
    pub(super) fn of(seed: u64, number: usize, kind: Kind) -> Self {
        Self { id: format!("h{seed}-{number}"), kind, book: Book::default(), wishes: vec![], event: None }
    }

    pub(super) fn is_occurrence(&self) -> bool {
        matches!(self.kind, Kind::Occurrence(_))
    }

    /// What Aura wants now.
    pub(super) fn wanted(&self) -> Option<&Appointment> {
        self.wishes.last().and_then(Option::as_ref)
    }

    /// What Aura wanted last, be it cancelled since.
    pub(super) fn last_content(&self) -> Option<&Appointment> {
        self.wishes.iter().rev().flatten().next()
    }

    /// Aura's last word is a cancellation.
    pub(super) fn is_cancelled(&self) -> bool {
        self.wishes.last().is_some_and(Option::is_none)
    }

    /// How the API names an occurrence of this series.
    pub(super) fn occurrence(&self, weeks: i64) -> Option<OccurrenceOf> {
        let series = AppointmentId::parse(self.id.as_str()).expect("an id");
        let original_start = at_occurrence(self.last_content()?, weeks).start;
        Some(OccurrenceOf { series, original_start })
    }
}

/// An event that a person made of an appointment's: by "duplicate", with everything in it.
pub(super) struct Copy {
    pub(super) id: String,
    /// As the person left it; `None`: deleted again.
    pub(super) content: Option<Appointment>,
    /// It was not told yet: as many calls as the ledger had at its last change.
    pub(super) untold: Option<usize>,
}

/// An occurrence as its series makes it.
pub(super) fn at_occurrence(series: &Appointment, weeks: i64) -> Appointment {
    let later = |time: &EventTime| match time {
        EventTime::Date { date } => EventTime::Date { date: *date + TimeDelta::weeks(weeks) },
        EventTime::Instant { at, time_zone } => {
            EventTime::Instant { at: *at + TimeDelta::weeks(weeks), time_zone: time_zone.clone() }
        }
    };
    Appointment { start: later(&series.start), end: later(&series.end), recurrence: vec![], ..series.clone() }
}

/// The id of the occurrence of a series' event that would start there.
pub(super) fn occurrence_id(series: &str, original_start: DateTime<Utc>) -> String {
    format!("{series}_{}", original_start.format("%Y%m%dT%H%M%SZ"))
}
