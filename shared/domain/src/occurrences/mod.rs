//! Occurrences of calendar events in a window of time.
//!
//! Series are kept as series (product.md §6); this module computes their occurrences with the exceptions applied.
//! How it counts:
//!
//! * A window is half open, `[from, to)`. What ends at `from` is outside, what takes no time at `from` is inside.
//! * A whole day counts from 00:00 UTC of its date to 00:00 UTC of its exclusive end. A viewer in another zone sees
//!   it up to 14 hours earlier or later: widening the window is the caller's business.
//! * A series recurs by the wall clock of its own zone: nine o'clock in Berlin stays nine o'clock across daylight
//!   saving, and each occurrence takes exactly as long as the first (RFC 5545 §3.8.5.3). A wall-clock time that does
//!   not exist is read with the offset before the gap, one that exists twice means the first (RFC 5545 §3.3.5).
//!   An unknown zone counts as UTC. A series of whole days recurs by date, in no zone.
//! * The start of a series is its first occurrence even where the rule does not name it, as in Google's calendar,
//!   unless every rule ended before it.
//! * A rule that cannot be read, or that recurs every minute or second, leaves the first occurrence alone. Nothing
//!   that a rule says makes the expansion panic or run without bound ([`MAX_OCCURRENCES`]).

mod agenda;
mod recurrence;
mod span;
mod stamp;
mod timeline;
mod walk;

#[cfg(test)]
mod tests;

pub use agenda::{AgendaSlot, agenda_slot, exceptions_since, last_end};
pub use walk::{MAX_OCCURRENCES, MAX_STEPS};

use crate::ids::{ExternalId, ResourceId};
use crate::record::{CalendarEvent, EventStatus, EventTime};
use chrono::{DateTime, TimeDelta, Utc};
use recurrence::Recurrence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use span::Span;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use timeline::Timeline;
use walk::{Budget, Reach};

/// The longest window of a request, in days (product.md §6).
pub const LONGEST_WINDOW_DAYS: i64 = 92;

/// A window of time that cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWindow {
    /// `to` is not after `from`.
    #[error("`to` must be later than `from`")]
    Empty,
    /// The window is longer than [`LONGEST_WINDOW_DAYS`].
    #[error("`from` and `to` may be at most {LONGEST_WINDOW_DAYS} days apart")]
    TooLong,
}

/// The half-open window `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Window {
    /// A window that may be asked for; an error if it is empty or longer than [`LONGEST_WINDOW_DAYS`].
    pub fn new(from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Self, InvalidWindow> {
        match to.signed_duration_since(from) {
            length if length <= TimeDelta::zero() => Err(InvalidWindow::Empty),
            length if length > TimeDelta::days(LONGEST_WINDOW_DAYS) => Err(InvalidWindow::TooLong),
            _ => Ok(Self { from, to }),
        }
    }

    /// The first instant inside.
    pub fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// The first instant after it.
    pub fn to(&self) -> DateTime<Utc> {
        self.to
    }

    fn overlaps(&self, span: &Span) -> bool {
        let (start, end) = (span.start.sort_instant(), span.end.sort_instant());
        start < self.to && (end > self.from || start >= self.from)
    }
}

/// An event as it is kept, with the calendar it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The calendar.
    pub resource: ResourceId,
    /// The event: a single one, a series or an exception.
    pub event: Arc<CalendarEvent>,
}

/// An event at one time: a single event, an exception, or one computed occurrence of a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Occurrence {
    /// The provider's id of the event or exception; for a computed occurrence the series' id, `_`, and the original
    /// start in basic format (`20261123T080000Z`, for whole days `20261123`).
    pub id: String,
    /// The series it belongs to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub series: Option<ExternalId>,
    /// The calendar it is in.
    pub resource: ResourceId,
    /// When this occurrence starts.
    pub start: EventTime,
    /// When this occurrence ends, exclusive.
    pub end: EventTime,
    /// What it is: the content of the event, the exception or the series. A series' own start and end are in here,
    /// not those of the occurrence.
    pub event: Arc<CalendarEvent>,
}

/// What happens in the window: single events, exceptions where they were moved to, and the computed occurrences of
/// the series, in order of start and id.
///
/// The items may come in any order and more than once. An exception takes the place of the occurrence that would
/// have started at its `original_start`, in the series of its id in the same calendar; where it is not cancelled it
/// appears at its own time, also if its series is not among the items. To have every exception that counts, ask for
/// those since [`exceptions_since`].
pub fn occurrences(window: Window, items: &[Item]) -> Vec<Occurrence> {
    let replaced = Replaced::of(items);
    let mut seen = HashSet::new();
    let mut found: Vec<Occurrence> = items
        .iter()
        .filter(|item| item.event.status != EventStatus::Cancelled)
        .filter(|item| seen.insert((&item.resource, &item.event.id)))
        .flat_map(|item| match Role::of(&item.event) {
            Role::Series => of_series(window, item, &replaced, &mut Budget::default()),
            Role::Single | Role::Exception => as_it_stands(window, item).into_iter().collect(),
        })
        .collect();
    found.sort_by_cached_key(|found| (found.start.sort_instant(), found.id.clone(), found.resource.clone()));
    found
}

/// What an event is to the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Single,
    Series,
    Exception,
}

impl Role {
    fn of(event: &CalendarEvent) -> Self {
        match event {
            _ if event.exception_of.is_some() => Self::Exception,
            _ if event.is_series() => Self::Series,
            _ => Self::Single,
        }
    }
}

/// The occurrences that exceptions stand for.
struct Replaced<'a>(HashSet<(&'a ResourceId, &'a ExternalId, Moment)>);

/// A start of an occurrence as its identity: a day and the instant of its midnight are not the same.
type Moment = (bool, DateTime<Utc>);

fn moment(time: &EventTime) -> Moment {
    (time.is_all_day(), time.sort_instant())
}

impl<'a> Replaced<'a> {
    fn of(items: &'a [Item]) -> Self {
        let exceptions = items.iter().filter_map(|item| {
            let exception = item.event.exception_of.as_ref()?;
            Some((&item.resource, &exception.series, moment(&exception.original_start)))
        });
        Self(exceptions.collect())
    }

    fn contains(&self, series: &Item, start: &EventTime) -> bool {
        self.0.contains(&(&series.resource, &series.event.id, moment(start)))
    }
}

fn as_it_stands(window: Window, item: &Item) -> Option<Occurrence> {
    let span = Span::of(&item.event).filter(|span| window.overlaps(span))?;
    Some(Occurrence {
        id: item.event.id.to_string(),
        series: item.event.exception_of.as_ref().map(|exception| exception.series.clone()),
        resource: item.resource.clone(),
        start: span.start,
        end: span.end,
        event: Arc::clone(&item.event),
    })
}

fn of_series(window: Window, item: &Item, replaced: &Replaced<'_>, budget: &mut Budget) -> Vec<Occurrence> {
    let Some(first) = Span::of(&item.event) else { return Vec::new() };
    starts(window, &item.event, &first, budget)
        .into_iter()
        .filter_map(|start| first.moved_to(start))
        .filter(|span| window.overlaps(span) && !replaced.contains(item, &span.start))
        .map(|span| Occurrence {
            id: format!("{}_{}", item.event.id, basic_format(&span.start)),
            series: Some(item.event.id.clone()),
            resource: item.resource.clone(),
            start: span.start,
            end: span.end,
            event: Arc::clone(&item.event),
        })
        .collect()
}

fn starts(window: Window, event: &CalendarEvent, first: &Span, budget: &mut Budget) -> BTreeSet<DateTime<Utc>> {
    let timeline = Timeline::of(&first.start);
    let reach = Reach { from: earlier(window.from, first.length()), to: window.to };
    Recurrence::read(&event.recurrence, &timeline).starts(&timeline, reach, budget)
}

fn basic_format(start: &EventTime) -> String {
    match start {
        EventTime::Date { date } => date.format("%Y%m%d").to_string(),
        EventTime::Instant { at, .. } => at.format("%Y%m%dT%H%M%SZ").to_string(),
    }
}

/// An instant moved back, or the first there is.
fn earlier(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// An instant moved on, or the last there is.
fn later(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
