//! Google's events as Aura's, pure. What cannot be mapped is told apart, so that its page survives it.

mod text;
mod time;

use self::text::Cutter;
use super::{mark, wire};
use crate::contract::Pulled;
use crate::error::ProviderError;
use chrono::{DateTime, Utc};
use domain::failure::FailureClass;
use domain::ids::ExternalId;
use domain::record::{Attendee, CalendarEvent, EventStatus, EventTime, ExceptionOf, Record};

/// Most attendees that are kept.
const MOST_ATTENDEES: usize = 200;
/// Longest recurrence, in bytes over all its lines. It is not cut: a series without some of its `EXDATE`s is another one.
const LONGEST_RECURRENCE: usize = 32 * 1024;

/// One entry of a page. `calendar_zone` is the calendar's own, for times that name none.
pub(super) fn entry(entry: wire::Entry<wire::Event>, calendar_zone: Option<&str>) -> Pulled {
    let id = entry.id.and_then(|id| ExternalId::parse(id).ok());
    let read = entry.read.ok_or_else(|| unreadable("unreadable_event"));
    match read.and_then(|event| event_of(event, calendar_zone)) {
        Ok(pulled) => pulled,
        Err(error) => Pulled::Unreadable { id, error },
    }
}

fn unreadable(code: &str) -> ProviderError {
    ProviderError::new(FailureClass::PermanentRecord, code)
}

fn event_of(event: wire::Event, calendar_zone: Option<&str>) -> Result<Pulled, ProviderError> {
    let id = event.id.as_deref().and_then(|id| ExternalId::parse(id).ok()).ok_or_else(|| unreadable("no_event_id"))?;
    let is_exception = event.recurring_event_id.is_some() && event.original_start_time.is_some();
    if event.status.as_deref() == Some("cancelled") && !is_exception {
        return Ok(Pulled::Gone(id));
    }
    Ok(Pulled::Record(Record::CalendarEvent(record(id, event, calendar_zone)?)))
}

/// An event that was asked for by itself. Of a cancelled one as much as can be mapped: only its id is certain.
pub(super) fn event(mut event: wire::Event) -> Result<CalendarEvent, ProviderError> {
    let id = event.id.as_deref().and_then(|id| ExternalId::parse(id).ok()).ok_or_else(|| unreadable("no_event_id"))?;
    if status(event.status.as_deref()) == EventStatus::Cancelled {
        leave_out_what_cannot_be_mapped(&mut event);
    }
    record(id, event, None)
}

/// Where an occurrence would start by the rule of its series.
pub(super) fn original_start(event: &wire::Event, calendar_zone: Option<&str>) -> Option<EventTime> {
    time::event_time(event.original_start_time.as_ref()?, calendar_zone).ok()
}

fn leave_out_what_cannot_be_mapped(event: &mut wire::Event) {
    if times(EventStatus::Cancelled, event, None).is_err() {
        (event.start, event.end) = (None, None);
    }
    if exception_of(event, None).is_err() {
        event.recurring_event_id = None;
    }
    if recurrence_length(&event.recurrence) > LONGEST_RECURRENCE {
        event.recurrence.clear();
    }
}

fn record(id: ExternalId, event: wire::Event, calendar_zone: Option<&str>) -> Result<CalendarEvent, ProviderError> {
    let status = status(event.status.as_deref());
    let (start, end) = times(status, &event, calendar_zone)?;
    let exception_of = exception_of(&event, calendar_zone)?;
    let mut cut = Cutter::new(event.attendees_omitted || event.attendees.len() > MOST_ATTENDEES);
    let conference_link = conference_link(&mut cut, event.hangout_link, event.conference_data);
    Ok(CalendarEvent {
        id,
        status,
        title: cut.text(event.summary, text::TITLE).unwrap_or_default(),
        description: cut.text(event.description, text::DESCRIPTION),
        location: cut.text(event.location, text::LOCATION),
        start,
        end,
        recurrence: recurrence(event.recurrence)?,
        exception_of,
        attendees: event.attendees.into_iter().filter_map(|one| attendee(&mut cut, one)).take(MOST_ATTENDEES).collect(),
        organizer: event.organizer.and_then(|organizer| cut.whole(organizer.email, text::EMAIL)),
        transparent: event.transparency.as_deref() == Some("transparent"),
        private: matches!(event.visibility.as_deref(), Some("private" | "confidential")),
        event_type: cut.whole(event.event_type, text::TOKEN),
        link: cut.link(event.html_link),
        conference_link,
        etag: cut.whole(event.etag, text::ETAG),
        updated: event.updated.as_deref().and_then(instant),
        truncated: cut.was_cut(),
        mark: event.extended_properties.and_then(|properties| mark::read(properties.private?)),
    })
}

fn status(status: Option<&str>) -> EventStatus {
    match status {
        Some("cancelled") => EventStatus::Cancelled,
        Some("tentative") => EventStatus::Tentative,
        _ => EventStatus::Confirmed,
    }
}

type StartAndEnd = (Option<EventTime>, Option<EventTime>);

/// Start and end. A cancelled exception may have neither.
fn times(status: EventStatus, event: &wire::Event, zone: Option<&str>) -> Result<StartAndEnd, ProviderError> {
    let Some(start) = &event.start else {
        let allowed = status == EventStatus::Cancelled;
        return if allowed { Ok((None, None)) } else { Err(unreadable("no_start")) };
    };
    let start = time::event_time(start, zone)?;
    let end = event.end.as_ref().map(|end| time::event_time(end, zone)).transpose()?;
    let end = time::end_after(&start, end)?;
    Ok((Some(start), Some(end)))
}

fn exception_of(event: &wire::Event, zone: Option<&str>) -> Result<Option<ExceptionOf>, ProviderError> {
    let Some(series) = &event.recurring_event_id else { return Ok(None) };
    let series = ExternalId::parse(series.as_str()).map_err(|_| unreadable("no_series_id"))?;
    let original = event.original_start_time.as_ref().ok_or_else(|| unreadable("no_original_start"))?;
    Ok(Some(ExceptionOf { series, original_start: time::event_time(original, zone)? }))
}

fn recurrence(lines: Vec<String>) -> Result<Vec<String>, ProviderError> {
    match recurrence_length(&lines) > LONGEST_RECURRENCE {
        true => Err(unreadable("recurrence_too_long")),
        false => Ok(lines),
    }
}

fn recurrence_length(lines: &[String]) -> usize {
    lines.iter().map(String::len).sum()
}

/// An attendee; rooms and people whose address Google hides have none and are left out.
fn attendee(cut: &mut Cutter, attendee: wire::EventAttendee) -> Option<Attendee> {
    Some(Attendee {
        email: cut.whole(attendee.email, text::EMAIL)?,
        name: cut.text(attendee.display_name, text::NAME),
        response: cut.whole(attendee.response_status, text::TOKEN),
        organizer: attendee.organizer,
        optional: attendee.optional,
        comment: cut.text(attendee.comment, text::COMMENT),
        additional_guests: attendee.additional_guests,
    })
}

fn conference_link(
    cut: &mut Cutter,
    hangout: Option<String>,
    conference: Option<wire::ConferenceData>,
) -> Option<String> {
    let entries = conference.map(|conference| conference.entry_points).unwrap_or_default();
    let video = entries.into_iter().find(|entry| entry.entry_point_type.as_deref() == Some("video"));
    cut.link(hangout.or_else(|| video?.uri))
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests;
