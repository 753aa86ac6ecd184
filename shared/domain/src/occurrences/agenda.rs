//! Where a store keeps an event so that one range query finds it.

use super::recurrence::Recurrence;
use super::span::Span;
use super::timeline::Timeline;
use super::{Item, Role, Window, earlier, later};
use crate::record::CalendarEvent;
use chrono::{DateTime, TimeDelta, Utc};

/// The longest single event that is found by its start.
const SHORT: TimeDelta = TimeDelta::hours(24);

/// The kind of index key of an event, and the time in it.
///
/// Everything that can matter to a window `[from, to)` is found by four range queries: `Single` with a start in
/// `[from − 24 h, to)`, `Long` with an end ≥ `from`, `Series` with an until ≥ `from` (none sorts last), and
/// `Exception` with a latest ≥ [`exceptions_since`]. They may find more than that; [`super::occurrences`] decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgendaSlot {
    /// A single event of 24 hours at most.
    Single {
        /// Its start.
        start: DateTime<Utc>,
    },
    /// A single event of more than 24 hours.
    Long {
        /// Its end.
        end: DateTime<Utc>,
    },
    /// A series.
    Series {
        /// When it is over ([`last_end`]); none if it goes on for ever.
        until: Option<DateTime<Utc>>,
    },
    /// An exception of a series.
    Exception {
        /// Its end, or where the occurrence that it stands for would have started, whatever is later.
        latest: DateTime<Utc>,
    },
}

/// Where to keep an event; nothing for one that can never be seen, because it has no start.
pub fn agenda_slot(event: &CalendarEvent) -> Option<AgendaSlot> {
    let span = Span::of(event);
    match (Role::of(event), span) {
        (Role::Exception, span) => {
            let original = event.exception_of.as_ref()?.original_start.sort_instant();
            let end = span.map_or(original, |span| span.end.sort_instant());
            Some(AgendaSlot::Exception { latest: original.max(end) })
        }
        (Role::Series, Some(_)) => Some(AgendaSlot::Series { until: last_end(event) }),
        (Role::Single, Some(span)) if span.length() > SHORT => Some(AgendaSlot::Long { end: span.end.sort_instant() }),
        (Role::Single, Some(span)) => Some(AgendaSlot::Single { start: span.start.sort_instant() }),
        (Role::Series | Role::Single, None) => None,
    }
}

/// A time at which the event, with all its occurrences, is over. It may be later than the true one (dates taken out
/// are not looked at), never earlier. Nothing for a series that goes on for ever or too long to be counted, and for
/// an event without a start.
pub fn last_end(event: &CalendarEvent) -> Option<DateTime<Utc>> {
    let first = Span::of(event)?;
    if Role::of(event) != Role::Series {
        return Some(first.end.sort_instant());
    }
    let timeline = Timeline::of(&first.start);
    let last = Recurrence::read(&event.recurrence, &timeline).last_start(&timeline)?;
    Some(later(last, first.length()))
}

/// The earliest `latest` of an exception that can matter to the window, given the series among the items: one that
/// was moved away from before the window may have left an occurrence that reaches into it. At most `from − 24 h`, so
/// that a store may ask for that much in parallel and ask again only for a calendar with longer series.
pub fn exceptions_since(window: Window, items: &[Item]) -> DateTime<Utc> {
    let series = items.iter().filter(|item| Role::of(&item.event) == Role::Series);
    let longest = series.filter_map(|item| Span::of(&item.event)).map(|span| span.length()).max();
    earlier(window.from(), longest.unwrap_or(SHORT).max(SHORT))
}
