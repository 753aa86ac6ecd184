//! Inserting and changing events, as the API does for a client and the Rust handle for a test.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    calendar::{Body, Calendar, Entry, timestamp},
    errors::ApiError,
    filter::instant,
    recurrence,
};

/// Set by Google alone; what a client sends for them is ignored.
const READ_ONLY: &[&str] =
    &["kind", "etag", "htmlLink", "created", "updated", "creator", "recurringEventId", "iCalUID"];

/// What no other event has, be it a copy or not.
const OF_ONE_EVENT: &[&str] = &[
    "id",
    "etag",
    "htmlLink",
    "created",
    "updated",
    "creator",
    "organizer",
    "iCalUID",
    "sequence",
    "recurringEventId",
    "originalStartTime",
];

/// Fields whose change raises the iCalendar sequence.
const RESCHEDULING: &[&str] = &["start", "end", "recurrence", "status"];

/// Makes a complete event of what a client sends and puts it into the calendar.
pub(crate) fn insert(calendar: &mut Calendar, sent: Body, now: DateTime<Utc>) -> Result<Body, ApiError> {
    let id = match sent.get("id").and_then(Value::as_str) {
        Some(id) if is_valid_id(id) => id.to_owned(),
        Some(_) => return Err(ApiError::invalid("id", "Invalid resource id value.")),
        None => new_id(calendar),
    };
    let mut body = skeleton(calendar, &id, now);
    merge(&mut body, sent);
    body.insert("id".into(), json!(id));
    check(&body)?;
    Ok(calendar.add(body)?.body.clone())
}

/// Changes an event by JSON merge. The id of an occurrence that is no exception yet makes it one; a deleted event
/// comes back when its status is set to a living one.
pub(crate) fn patch(
    calendar: &mut Calendar,
    id: &str,
    sent: Body,
    if_match: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Body, ApiError> {
    let target = Target::of(calendar, id)?;
    if target.kind == TargetKind::Deleted && !matches!(status(&sent), Some("confirmed" | "tentative")) {
        return Err(ApiError::not_found());
    }
    meets(&target.etag, if_match)?;
    if status(&sent) == Some("cancelled") {
        target.delete(calendar, id, now)?;
        return Ok(calendar.get(id).ok_or_else(ApiError::not_found)?.body.clone());
    }
    let body = merged(target.body.clone(), sent)?;
    target.put(calendar, id, body, now)
}

/// Deletes an event or cancels an occurrence.
pub(crate) fn delete(
    calendar: &mut Calendar,
    id: &str,
    if_match: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    if calendar.get(id).is_some_and(Entry::is_cancelled) {
        return Err(ApiError::deleted());
    }
    let target = Target::of(calendar, id)?;
    meets(&target.etag, if_match)?;
    target.delete(calendar, id, now)
}

/// Copies an event as a person does in Google's own calendar: another event, but for its private extended properties.
pub(crate) fn duplicate(calendar: &mut Calendar, id: &str, now: DateTime<Utc>) -> Result<Body, ApiError> {
    let original = calendar.get(id).filter(|entry| !entry.is_cancelled()).ok_or_else(ApiError::not_found)?.body.clone();
    let mut body = skeleton(calendar, &new_id(calendar), now);
    for (field, value) in original {
        if !OF_ONE_EVENT.contains(&field.as_str()) {
            body.insert(field, value);
        }
    }
    Ok(calendar.add(body)?.body.clone())
}

/// What a write is about: the event as it is, was, or would be.
struct Target {
    etag: String,
    body: Body,
    kind: TargetKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TargetKind {
    /// An event, or an exception that may be cancelled.
    Living,
    Deleted,
    /// An occurrence that is no exception yet.
    Occurrence,
}

impl Target {
    fn of(calendar: &Calendar, id: &str) -> Result<Self, ApiError> {
        let Some(entry) = calendar.get(id) else {
            let (series, body) = occurrence_of(calendar, id)?;
            return Ok(Self { etag: series.etag(), body, kind: TargetKind::Occurrence });
        };
        let (kind, body) = match (entry.dead, entry.is_cancelled()) {
            (true, _) => (TargetKind::Deleted, former(calendar, entry)?),
            (false, true) => (TargetKind::Living, uncancelled(calendar, &entry.body)?),
            (false, false) => (TargetKind::Living, entry.body.clone()),
        };
        Ok(Self { etag: entry.etag(), body, kind })
    }

    fn put(&self, calendar: &mut Calendar, id: &str, mut body: Body, now: DateTime<Utc>) -> Result<Body, ApiError> {
        body.insert("updated".into(), json!(timestamp(now)));
        let entry = match self.kind {
            TargetKind::Occurrence => calendar.add(body)?,
            TargetKind::Living | TargetKind::Deleted => {
                calendar.edit(id, now, |place| *place = body).ok_or_else(ApiError::not_found)?
            }
        };
        Ok(entry.body.clone())
    }

    fn delete(&self, calendar: &mut Calendar, id: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
        if self.kind == TargetKind::Occurrence {
            calendar.add(self.body.clone())?;
        }
        calendar.delete(id, now)
    }
}

/// What a client sends, over what is there; a new iCalendar sequence if it moves the event.
fn merged(mut body: Body, sent: Body) -> Result<Body, ApiError> {
    let former: Vec<Option<Value>> = RESCHEDULING.iter().map(|field| body.get(*field).cloned()).collect();
    merge(&mut body, sent);
    check(&body)?;
    if RESCHEDULING.iter().map(|field| body.get(*field).cloned()).ne(former) {
        let sequence = body.get("sequence").and_then(Value::as_u64).unwrap_or_default();
        body.insert("sequence".into(), json!(sequence + 1));
    }
    Ok(body)
}

/// The occurrence with this id, which is no event of its own, and its series.
pub(crate) fn occurrence_of<'a>(calendar: &'a Calendar, id: &str) -> Result<(&'a Entry, Body), ApiError> {
    let (series, _) = id.rsplit_once('_').ok_or_else(ApiError::not_found)?;
    let series = calendar.get(series).filter(|series| !series.dead).ok_or_else(ApiError::not_found)?;
    let body = recurrence::occurrence(&series.body, id).ok_or_else(ApiError::not_found)?;
    Ok((series, body))
}

/// A deleted event as it was. An exception does not come back without its series.
fn former(calendar: &Calendar, entry: &Entry) -> Result<Body, ApiError> {
    let former = entry.former.as_ref().ok_or_else(ApiError::not_found)?;
    let series = former.get("recurringEventId").and_then(Value::as_str);
    match series.is_none_or(|id| calendar.get(id).is_some_and(|series| !series.dead)) {
        true => Ok(former.clone()),
        false => Err(ApiError::not_found()),
    }
}

/// An exception that was cancelled and is changed comes back as its occurrence was.
fn uncancelled(calendar: &Calendar, tombstone: &Body) -> Result<Body, ApiError> {
    let text = |field: &str| tombstone.get(field).and_then(Value::as_str);
    let series = text("recurringEventId").and_then(|id| calendar.get(id)).ok_or_else(ApiError::not_found)?;
    let start = tombstone.get("originalStartTime").ok_or_else(ApiError::not_found)?;
    recurrence::exception(&series.body, text("id").unwrap_or_default(), start).ok_or_else(ApiError::not_found)
}

fn status(sent: &Body) -> Option<&str> {
    sent.get("status").and_then(Value::as_str)
}

fn new_id(calendar: &Calendar) -> String {
    format!("new{:023}", calendar.sequence() + 1)
}

fn meets(etag: &str, if_match: Option<&str>) -> Result<(), ApiError> {
    match if_match {
        Some(wanted) if wanted != "*" && wanted != etag => Err(ApiError::condition_not_met()),
        _ => Ok(()),
    }
}

/// 5 to 1024 characters of base32hex.
fn is_valid_id(id: &str) -> bool {
    (5..=1024).contains(&id.len()) && id.bytes().all(|byte| matches!(byte, b'a'..=b'v' | b'0'..=b'9'))
}

/// What Google fills in by itself, in its order of fields.
pub(crate) fn skeleton(calendar: &Calendar, id: &str, now: DateTime<Utc>) -> Body {
    let of_calendar = json!({ "email": calendar.id, "self": true });
    let value = json!({
        "kind": "calendar#event",
        "etag": "",
        "id": id,
        "status": "confirmed",
        "htmlLink": format!("https://www.google.com/calendar/event?eid={id}"),
        "created": timestamp(now),
        "updated": timestamp(now),
        "creator": of_calendar,
        "organizer": of_calendar,
        "iCalUID": format!("{id}@google.com"),
        "sequence": 0,
        "reminders": { "useDefault": true },
        "eventType": "default",
    });
    value.as_object().cloned().unwrap_or_default()
}

/// RFC 7396, without what only Google sets.
fn merge(into: &mut Body, sent: Body) {
    for (field, value) in sent {
        if READ_ONLY.contains(&field.as_str()) || field == "id" {
            continue;
        }
        merge_field(into, field, value);
    }
}

fn merge_field(into: &mut Body, field: String, value: Value) {
    match value {
        Value::Null => {
            into.shift_remove(&field);
        }
        Value::Object(parts) if into.get(&field).is_some_and(Value::is_object) => {
            if let Some(inner) = into.get_mut(&field).and_then(Value::as_object_mut) {
                parts.into_iter().for_each(|(name, part)| merge_field(inner, name, part));
            }
        }
        value => {
            into.insert(field, value);
        }
    }
}

fn check(body: &Body) -> Result<(), ApiError> {
    let (start, end) = (body.get("start"), body.get("end"));
    let (Some(start), Some(end)) = (start, end) else {
        let message = if end.is_none() { "Missing end time." } else { "Missing start time." };
        return Err(ApiError::required(message));
    };
    let all_day = |time: &Value| time.get("date").is_some();
    let both = |time: &Value| all_day(time) == time.get("dateTime").is_some();
    if all_day(start) != all_day(end) || both(start) || both(end) {
        return Err(ApiError::bad_request("Invalid start time and end time."));
    }
    match (instant(start), instant(end)) {
        (Some(start), Some(end)) if end < start => Err(ApiError::invalid("end", "The specified time range is empty.")),
        (Some(_), Some(_)) if body.contains_key("recurrence") && !all_day(start) && start.get("timeZone").is_none() => {
            Err(ApiError::required("Missing time zone definition for start time."))
        }
        (Some(_), Some(_)) => Ok(()),
        _ => Err(ApiError::bad_request("Invalid value for time.")),
    }
}
