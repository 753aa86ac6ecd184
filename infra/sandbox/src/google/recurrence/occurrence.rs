//! One occurrence of a series, as an event.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, SecondsFormat};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::Series;
use crate::google::{
    calendar::Body,
    data::when::{day, instance_suffix, timed},
    filter::instant,
};

/// The occurrence of `series` that has this id, `<series>_<original start as UTC basic format>`, if there is one.
/// Of a series that cannot be expanded every well-formed id is one.
pub(crate) fn occurrence(series: &Body, id: &str) -> Option<Body> {
    let suffix = id.strip_prefix(series.get("id")?.as_str()?)?.strip_prefix('_')?;
    series.get("recurrence")?;
    let start = original_start(suffix, series)?;
    let is_one = Series::of(series).is_none_or(|all| all.has(&start));
    if is_one { exception(series, id, &start) } else { None }
}

/// The occurrence of `series` that begins at `start`.
pub(crate) fn instance(series: &Body, start: &Value) -> Option<Body> {
    let id = format!("{}_{}", series.get("id")?.as_str()?, instance_suffix(start));
    exception(series, &id, start)
}

/// As [`instance`], under this id.
pub(crate) fn exception(series: &Body, id: &str, start: &Value) -> Option<Body> {
    let length = instant(series.get("end")?)? - instant(series.get("start")?)?;
    let mut body = series.clone();
    body.shift_remove("recurrence");
    body.insert("id".into(), json!(id));
    body.insert("recurringEventId".into(), series.get("id")?.clone());
    body.insert("originalStartTime".into(), start.clone());
    body.insert("start".into(), start.clone());
    body.insert("end".into(), later(start, length)?);
    Some(body)
}

/// The same kind of event time, this much later, with the offset that its zone has then.
pub(crate) fn later(time: &Value, by: Duration) -> Option<Value> {
    let mut time = time.clone();
    if let Some(date) = time.get("date").and_then(Value::as_str) {
        let date: NaiveDate = date.parse().ok()?;
        time["date"] = json!((date + by).to_string());
        return Some(time);
    }
    let at = DateTime::parse_from_rfc3339(time.get("dateTime")?.as_str()?).ok()? + by;
    let zone = time.get("timeZone").and_then(Value::as_str).and_then(|name| name.parse::<Tz>().ok());
    let text = match zone {
        Some(zone) => at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true),
        None => at.to_rfc3339_opts(SecondsFormat::Secs, true),
    };
    time["dateTime"] = json!(text);
    Some(time)
}

fn original_start(suffix: &str, series: &Body) -> Option<Value> {
    let start = series.get("start")?;
    if start.get("date").is_some() {
        return Some(day(NaiveDate::parse_from_str(suffix, "%Y%m%d").ok()?));
    }
    let at = NaiveDateTime::parse_from_str(suffix, "%Y%m%dT%H%M%SZ").ok()?.and_utc();
    let zone: Tz = start.get("timeZone")?.as_str()?.parse().ok()?;
    Some(timed(at.with_timezone(&zone)))
}
