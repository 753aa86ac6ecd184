//! What a full listing leaves out when it is asked to.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::Value;

use super::{calendar::Entry, errors::ApiError, query::Query};

/// Conditions on a full listing; none of them goes with a sync token, except `eventTypes`.
pub(crate) struct Filter {
    time_min: Option<DateTime<Utc>>,
    time_max: Option<DateTime<Utc>>,
    updated_min: Option<DateTime<Utc>>,
    text: Option<String>,
    ical_uid: Option<String>,
    private: Vec<String>,
    shared: Vec<String>,
    event_types: Vec<String>,
}

impl Filter {
    pub(crate) fn of(query: &Query) -> Result<Self, ApiError> {
        let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect();
        let filter = Self {
            time_min: query.time("timeMin")?,
            time_max: query.time("timeMax")?,
            updated_min: query.time("updatedMin")?,
            text: query.one("q")?.map(str::to_lowercase),
            ical_uid: query.one("iCalUID")?.map(str::to_owned),
            private: owned(query.all("privateExtendedProperty")),
            shared: owned(query.all("sharedExtendedProperty")),
            event_types: owned(query.all("eventTypes")),
        };
        match (filter.time_min, filter.time_max) {
            (Some(min), Some(max)) if max <= min => {
                Err(ApiError::invalid("timeMax", "The specified time range is empty."))
            }
            _ => Ok(filter),
        }
    }

    /// Whether the entry passes. Tombstones have no type and always pass that condition.
    pub(crate) fn has_type(&self, entry: &Entry) -> bool {
        let of = entry.text("eventType");
        self.event_types.is_empty() || of.is_none_or(|of| self.event_types.iter().any(|wanted| wanted == of))
    }

    /// Whether the entry passes all conditions.
    pub(crate) fn passes(&self, entry: &Entry) -> bool {
        self.has_type(entry)
            && self.time_min.is_none_or(|min| end(entry).is_none_or(|end| end > min))
            && self.time_max.is_none_or(|max| start(entry).is_none_or(|start| start < max))
            && self.updated_min.is_none_or(|min| moment(entry.text("updated")).is_none_or(|at| at >= min))
            && self.ical_uid.as_deref().is_none_or(|uid| entry.text("iCalUID") == Some(uid))
            && self.text.as_deref().is_none_or(|text| mentions(entry, text))
            && self.private.iter().all(|pair| has_property(entry, "private", pair))
            && self.shared.iter().all(|pair| has_property(entry, "shared", pair))
    }
}

fn mentions(entry: &Entry, text: &str) -> bool {
    ["summary", "description", "location"]
        .iter()
        .filter_map(|field| entry.text(field))
        .any(|value| value.to_lowercase().contains(text))
}

fn has_property(entry: &Entry, side: &str, pair: &str) -> bool {
    let Some((key, value)) = pair.split_once('=') else { return false };
    entry.body.get("extendedProperties").and_then(|all| all.get(side)?.get(key)?.as_str()) == Some(value)
}

fn start(entry: &Entry) -> Option<DateTime<Utc>> {
    entry.body.get("start").or_else(|| entry.body.get("originalStartTime")).and_then(instant)
}

/// When the event is over; a series counts until the last day of its rule, and for ever without one.
fn end(entry: &Entry) -> Option<DateTime<Utc>> {
    match entry.body.get("recurrence") {
        Some(rules) => rules.as_array()?.iter().filter_map(Value::as_str).find_map(until),
        None => entry.body.get("end").or_else(|| entry.body.get("originalStartTime")).and_then(instant),
    }
}

fn until(rule: &str) -> Option<DateTime<Utc>> {
    let value = rule.strip_prefix("RRULE:")?.split(';').find_map(|part| part.strip_prefix("UNTIL="))?;
    let timed = NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%SZ").ok();
    let day = || NaiveDate::parse_from_str(value, "%Y%m%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    timed.or_else(day).map(|at| at.and_utc() + chrono::Duration::days(1))
}

/// The moment of an event time; a day begins at midnight UTC, which is near enough for a window.
pub(crate) fn instant(time: &Value) -> Option<DateTime<Utc>> {
    let day =
        || time.get("date")?.as_str()?.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    moment(time.get("dateTime").and_then(Value::as_str)).or_else(day)
}

fn moment(text: Option<&str>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text?).ok().map(|at| at.to_utc())
}
