//! Inserting and changing events, as the API does for a client and the Rust handle for a test.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::{
    calendar::{Body, Calendar, timestamp},
    errors::ApiError,
    filter::instant,
};

/// Set by Google alone; what a client sends for them is ignored.
const READ_ONLY: &[&str] =
    &["kind", "etag", "htmlLink", "created", "updated", "creator", "recurringEventId", "iCalUID"];

/// Fields whose change raises the iCalendar sequence.
const RESCHEDULING: &[&str] = &["start", "end", "recurrence", "status"];

/// Makes a complete event of what a client sends and puts it into the calendar.
pub(crate) fn insert(calendar: &mut Calendar, sent: Body, now: DateTime<Utc>) -> Result<Body, ApiError> {
    let id = match sent.get("id").and_then(Value::as_str) {
        Some(id) if is_valid_id(id) => id.to_owned(),
        Some(_) => return Err(ApiError::invalid("id", "Invalid resource id value.")),
        None => format!("new{:023}", calendar.sequence() + 1),
    };
    let mut body = skeleton(calendar, &id, now);
    merge(&mut body, sent);
    body.insert("id".into(), json!(id));
    check(&body)?;
    Ok(calendar.add(body)?.body.clone())
}

/// Changes an event by JSON merge. The id of an occurrence that is no exception yet makes it one.
pub(crate) fn patch(
    calendar: &mut Calendar,
    id: &str,
    sent: Body,
    if_match: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Body, ApiError> {
    make_exception(calendar, id, if_match, now)?;
    let entry = calendar.get(id).ok_or_else(ApiError::not_found)?;
    if entry.dead {
        return Err(ApiError::not_found());
    }
    meets(&entry.etag(), if_match)?;
    if sent.get("status").and_then(Value::as_str) == Some("cancelled") {
        calendar.delete(id, now)?;
        return Ok(calendar.get(id).ok_or_else(ApiError::not_found)?.body.clone());
    }
    let mut body = match entry.is_cancelled() {
        true => revived(calendar, &entry.body, now)?,
        false => entry.body.clone(),
    };
    let former: Vec<Option<Value>> = RESCHEDULING.iter().map(|field| body.get(*field).cloned()).collect();
    merge(&mut body, sent);
    check(&body)?;
    if RESCHEDULING.iter().map(|field| body.get(*field).cloned()).ne(former) {
        let sequence = body.get("sequence").and_then(Value::as_u64).unwrap_or_default();
        body.insert("sequence".into(), json!(sequence + 1));
    }
    let changed = calendar.edit(id, now, |place| *place = body).ok_or_else(ApiError::not_found)?;
    Ok(changed.body.clone())
}

/// Deletes an event or cancels an occurrence.
pub(crate) fn delete(
    calendar: &mut Calendar,
    id: &str,
    if_match: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    make_exception(calendar, id, if_match, now)?;
    let entry = calendar.get(id).ok_or_else(ApiError::not_found)?;
    meets(&entry.etag(), if_match)?;
    calendar.delete(id, now)
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

/// `<series>_<original start>`: makes the exception if the series lives and the occurrence is not one yet.
/// Nobody can have seen an etag of it before, as the sandbox lists no occurrences.
fn make_exception(
    calendar: &mut Calendar,
    id: &str,
    if_match: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    if calendar.get(id).is_some() {
        return Ok(());
    }
    let (series, original) = id.rsplit_once('_').ok_or_else(ApiError::not_found)?;
    let series = calendar.get(series).ok_or_else(ApiError::not_found)?;
    if series.dead || !series.body.contains_key("recurrence") {
        return Err(ApiError::not_found());
    }
    meets("", if_match)?;
    let start = original_start(original, &series.body).ok_or_else(ApiError::not_found)?;
    let body = exception(&series.body, id, &start, now).ok_or_else(ApiError::not_found)?;
    calendar.add(body)?;
    Ok(())
}

/// An exception that was cancelled and is changed comes back as its occurrence was.
fn revived(calendar: &Calendar, tombstone: &Body, now: DateTime<Utc>) -> Result<Body, ApiError> {
    let text = |field: &str| tombstone.get(field).and_then(Value::as_str);
    let series = text("recurringEventId").and_then(|id| calendar.get(id)).ok_or_else(ApiError::not_found)?;
    let start = tombstone.get("originalStartTime").ok_or_else(ApiError::not_found)?;
    exception(&series.body, text("id").unwrap_or_default(), start, now).ok_or_else(ApiError::not_found)
}

/// The occurrence of `series` that begins at `start`, as an event of its own.
pub(crate) fn exception(series: &Body, id: &str, start: &Value, now: DateTime<Utc>) -> Option<Body> {
    let length = instant(series.get("end")?)? - instant(series.get("start")?)?;
    let mut body = series.clone();
    body.shift_remove("recurrence");
    body.insert("id".into(), json!(id));
    body.insert("recurringEventId".into(), series.get("id")?.clone());
    body.insert("originalStartTime".into(), start.clone());
    body.insert("start".into(), start.clone());
    body.insert("end".into(), later(start, length)?);
    body.insert("updated".into(), json!(timestamp(now)));
    Some(body)
}

/// The same kind of event time, this much later.
pub(crate) fn later(time: &Value, by: chrono::Duration) -> Option<Value> {
    let mut time = time.clone();
    if let Some(date) = time.get("date").and_then(Value::as_str) {
        let date: NaiveDate = date.parse().ok()?;
        time["date"] = json!((date + by).to_string());
    } else {
        let at = DateTime::parse_from_rfc3339(time.get("dateTime")?.as_str()?).ok()?;
        time["dateTime"] = json!((at + by).to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    }
    Some(time)
}

fn original_start(text: &str, series: &Body) -> Option<Value> {
    let start = series.get("start")?;
    if start.get("date").is_some() {
        let date = NaiveDate::parse_from_str(text, "%Y%m%d").ok()?;
        return Some(json!({ "date": date.to_string() }));
    }
    let at = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()?.and_utc();
    let name = start.get("timeZone")?.as_str()?;
    let zone: chrono_tz::Tz = name.parse().ok()?;
    let local = at.with_timezone(&zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    Some(json!({ "dateTime": local, "timeZone": name }))
}
