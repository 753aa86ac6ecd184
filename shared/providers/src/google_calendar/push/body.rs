//! What an event is written as, pure.

use super::super::mark;
use super::attendees;
use crate::contract::PushChange;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::appointment::{Appointment, AppointmentMark, Field};
use domain::ids::ExternalId;
use domain::record::EventTime;
use serde_json::{Map, Value, json};

/// A new event. What it does not have is left out.
pub(super) fn insert(id: &ExternalId, content: &Appointment, mark: &AppointmentMark) -> Value {
    let (start, end) = times(content);
    let mut body = Map::from_iter([
        ("id".to_owned(), json!(id)),
        ("summary".to_owned(), json!(content.title)),
        ("start".to_owned(), start.into()),
        ("end".to_owned(), end.into()),
        ("extendedProperties".to_owned(), mark::write(mark)),
    ]);
    let mut put = |name: &str, value: Option<Value>| value.map(|value| body.insert(name.to_owned(), value));
    put("description", text(&content.description).map(Value::from));
    put("location", text(&content.location).map(Value::from));
    put("recurrence", (!content.recurrence.is_empty()).then(|| json!(content.recurrence)));
    put("attendees", (!content.attendees.is_empty()).then(|| attendees::new(&content.attendees)));
    Value::Object(body)
}

/// A change of these fields; the mark always goes with it. Google merges objects, so what is to be cleared is null.
pub(super) fn change(change: &PushChange<'_>, fields: &[Field]) -> Value {
    let mut body = Map::new();
    for field in fields {
        body.extend(field_of(*field, change));
    }
    if change.revive {
        body.insert("status".to_owned(), json!("confirmed"));
    }
    body.insert("extendedProperties".to_owned(), mark::write(change.mark));
    Value::Object(body)
}

fn field_of(field: Field, change: &PushChange<'_>) -> Map<String, Value> {
    let content = change.content;
    let one = |name: &str, value: Value| Map::from_iter([(name.to_owned(), value)]);
    match field {
        Field::Time => time_of(change),
        Field::Attendees => one("attendees", attendees::merged(&content.attendees, change.current)),
        Field::Title => one("summary", json!(content.title)),
        Field::Description => one("description", json!(text(&content.description))),
        Field::Location => one("location", json!(text(&content.location))),
    }
}

/// Start, end and recurrence. An occurrence has none of its own, and where neither side has one there is none to clear.
fn time_of(change: &PushChange<'_>) -> Map<String, Value> {
    let (start, end) = times(change.content);
    let mut time = Map::from_iter([("start".to_owned(), replacing(start)), ("end".to_owned(), replacing(end))]);
    let lines = &change.content.recurrence;
    let has_recurrence = change.revive || !lines.is_empty() || !change.current.recurrence.is_empty();
    if has_recurrence && change.current.exception_of.is_none() {
        time.insert("recurrence".to_owned(), json!(lines));
    }
    time
}

/// Start and end. An end that names no zone is thought of in the start's: Google wants both of a series.
fn times(content: &Appointment) -> (Map<String, Value>, Map<String, Value>) {
    let zone = zone(&content.start);
    (time(&content.start, zone), time(&content.end, self::zone(&content.end).or(zone)))
}

fn zone(time: &EventTime) -> Option<&str> {
    match time {
        EventTime::Date { .. } => None,
        EventTime::Instant { time_zone, .. } => time_zone.as_deref(),
    }
}

fn time(time: &EventTime, zone: Option<&str>) -> Map<String, Value> {
    let texts = match time {
        EventTime::Date { date } => [("date", Some(date.to_string())), ("timeZone", None)],
        EventTime::Instant { at, .. } => [("dateTime", Some(rfc3339(at))), ("timeZone", zone.map(str::to_owned))],
    };
    texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))).collect()
}

/// The time, with null for what it is not, so that a day can become an instant and the other way round. An instant that
/// names no zone keeps the one that Google has.
fn replacing(mut time: Map<String, Value>) -> Value {
    let others: &[&str] = if time.contains_key("date") { &["dateTime", "timeZone"] } else { &["date"] };
    time.extend(others.iter().map(|name| ((*name).to_owned(), Value::Null)));
    Value::Object(time)
}

/// A text; none for one that says nothing.
fn text(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}

/// RFC 3339 in UTC.
pub(super) fn rfc3339(at: &DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
