//! Event times in a calendar's zone.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// A timed moment as Google writes it: local, with offset and zone.
pub(crate) fn timed(at: DateTime<Tz>) -> Value {
    json!({ "dateTime": at.to_rfc3339_opts(SecondsFormat::Secs, true), "timeZone": at.timezone().name() })
}

/// A day.
pub(crate) fn day(date: NaiveDate) -> Value {
    json!({ "date": date.to_string() })
}

/// The moment at which clocks in the zone show this; an hour later where clocks skip it, the first of two.
pub(crate) fn local(zone: Tz, at: NaiveDateTime) -> DateTime<Tz> {
    let shown = |at: NaiveDateTime| zone.from_local_datetime(&at).earliest();
    shown(at).or_else(|| shown(at + Duration::hours(1))).unwrap_or_else(|| zone.from_utc_datetime(&at))
}

/// The part of an occurrence's id behind the series' id.
pub(crate) fn instance_suffix(original: &Value) -> String {
    match original.get("date").and_then(Value::as_str) {
        Some(date) => date.replace('-', ""),
        None => {
            let text = original.get("dateTime").and_then(Value::as_str).unwrap_or_default();
            let at = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).unwrap_or_default();
            at.format("%Y%m%dT%H%M%SZ").to_string()
        }
    }
}

/// The days within a year around `now` on which the zone's clocks change.
pub(crate) fn clock_changes(zone: Tz, now: DateTime<Utc>) -> Vec<NaiveDate> {
    let today = now.with_timezone(&zone).date_naive();
    let noon_offset = |date: NaiveDate| {
        let noon = local(zone, date.and_hms_opt(12, 0, 0).unwrap_or_default());
        noon.naive_local() - noon.naive_utc()
    };
    (-180..185)
        .map(|days| today + Duration::days(days))
        .filter(|date| noon_offset(*date) != noon_offset(*date - Duration::days(1)))
        .collect()
}

/// At this local time of that day.
pub(crate) fn at(zone: Tz, date: NaiveDate, hour: u32, minute: u32) -> DateTime<Tz> {
    local(zone, date.and_hms_opt(hour, minute, 0).unwrap_or_else(|| date.and_time(chrono::NaiveTime::MIN)))
}

/// The same local time so many days later.
pub(crate) fn days_later(at_first: DateTime<Tz>, days: i64) -> DateTime<Tz> {
    let date = at_first.date_naive() + Duration::days(days);
    at(at_first.timezone(), date, at_first.hour(), at_first.minute())
}
