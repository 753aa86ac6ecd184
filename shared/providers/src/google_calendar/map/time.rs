//! Google's dates and times. All-day ends are exclusive there as here.

use super::{unreadable, wire};
use crate::error::ProviderError;
use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use domain::record::EventTime;

/// A day, or an instant with its zone. A time without offset is read in its own zone, or the calendar's.
pub(super) fn event_time(time: &wire::EventDateTime, calendar_zone: Option<&str>) -> Result<EventTime, ProviderError> {
    if let Some(date) = &time.date {
        let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(|_| unreadable("unreadable_date"))?;
        return Ok(EventTime::Date { date });
    }
    let text = time.date_time.as_deref().ok_or_else(|| unreadable("no_time"))?;
    let zone = time.time_zone.as_deref().and_then(zone);
    let at = match DateTime::parse_from_rfc3339(text) {
        Ok(at) => at.to_utc(),
        Err(_) => local_time(text, zone.or_else(|| calendar_zone.and_then(self::zone)))?,
    };
    Ok(EventTime::Instant { at, time_zone: zone.map(|zone| zone.name().to_owned()) })
}

/// The end, of the same kind as the start. Where there is none, or a day that ends before it has begun, the event takes
/// the one day, or no time.
pub(super) fn end_after(start: &EventTime, end: Option<EventTime>) -> Result<EventTime, ProviderError> {
    let shortest = match start {
        EventTime::Date { date } => {
            EventTime::Date { date: date.succ_opt().ok_or_else(|| unreadable("unreadable_date"))? }
        }
        instant => instant.clone(),
    };
    match end {
        None => Ok(shortest),
        Some(end) if end.is_all_day() != start.is_all_day() => Err(unreadable("mixed_times")),
        Some(end) if end.sort_instant() < shortest.sort_instant() => Ok(shortest),
        Some(end) => Ok(end),
    }
}

/// The zone, if the database knows it. Google writes some fixed offsets as `GMT+01:00`; the database's names for them
/// have the opposite sign.
fn zone(name: &str) -> Option<Tz> {
    name.parse().ok().or_else(|| {
        let (sign, hours) = name.strip_prefix("GMT")?.strip_suffix(":00")?.split_at_checked(1)?;
        let sign = match sign {
            "+" => "-",
            "-" => "+",
            _ => return None,
        };
        format!("Etc/GMT{sign}{}", hours.parse::<u8>().ok()?).parse().ok()
    })
}

fn local_time(text: &str, zone: Option<Tz>) -> Result<DateTime<Utc>, ProviderError> {
    let local =
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map_err(|_| unreadable("unreadable_time"))?;
    let zone = zone.ok_or_else(|| unreadable("no_time_zone"))?;
    resolve(local, zone).ok_or_else(|| unreadable("unreadable_time"))
}

/// The first of two instants in autumn; in spring's gap the offset from before it counts (RFC 5545 §3.3.5).
fn resolve(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
        LocalResult::None => {
            let day = TimeDelta::days(1);
            let before = zone.from_local_datetime(&local.checked_sub_signed(day)?).latest()?;
            Some(before.to_utc() + day)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(time: Value) -> Result<String, String> {
        let time = serde_json::from_value(time).unwrap();
        event_time(&time, Some("Asia/Tokyo"))
            .map(|time| match time {
                EventTime::Date { date } => date.to_string(),
                EventTime::Instant { at, time_zone } => {
                    format!("{} {}", at.format("%F %R"), time_zone.as_deref().unwrap_or("-"))
                }
            })
            .map_err(|error| error.code)
    }

    #[test]
    fn days_and_instants_are_told_apart_and_keep_their_zone() {
        assert_eq!(read(json!({ "date": "2026-11-22", "timeZone": "Europe/Berlin" })).unwrap(), "2026-11-22");
        let berlin = json!({ "dateTime": "2026-11-22T09:00:00+01:00", "timeZone": "Europe/Berlin" });
        assert_eq!(read(berlin).unwrap(), "2026-11-22 08:00 Europe/Berlin");
        assert_eq!(read(json!({ "dateTime": "2026-11-22T09:00:00Z" })).unwrap(), "2026-11-22 09:00 -");
    }

    #[test]
    fn a_time_without_offset_is_read_in_its_zone_or_the_calendars() {
        let local = |text, zone| read(json!({ "dateTime": text, "timeZone": zone })).unwrap();
        assert_eq!(local("2026-07-01T09:00:00", json!("Europe/Berlin")), "2026-07-01 07:00 Europe/Berlin");
        assert_eq!(local("2026-07-01T09:00:00", Value::Null), "2026-07-01 00:00 -");
    }

    #[test]
    fn the_hours_that_daylight_saving_repeats_or_skips_have_one_meaning() {
        let berlin = |text| read(json!({ "dateTime": text, "timeZone": "Europe/Berlin" })).unwrap();
        assert_eq!(berlin("2026-10-25T02:30:00"), "2026-10-25 00:30 Europe/Berlin");
        assert_eq!(berlin("2026-03-29T02:30:00"), "2026-03-29 01:30 Europe/Berlin");
    }

    #[test]
    fn fixed_offsets_get_the_databases_name_and_unknown_zones_none() {
        let zoned = |zone| read(json!({ "dateTime": "2026-11-22T09:00:00Z", "timeZone": zone })).unwrap();
        assert_eq!(zoned("GMT-03:00"), "2026-11-22 09:00 Etc/GMT+3");
        assert_eq!(zoned("GMT+01:00"), "2026-11-22 09:00 Etc/GMT-1");
        assert_eq!(zoned("Mars/Olympus"), "2026-11-22 09:00 -");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        assert_eq!(read(json!({})).unwrap_err(), "no_time");
        assert_eq!(read(json!({ "date": "2026-02-30" })).unwrap_err(), "unreadable_date");
        assert_eq!(read(json!({ "dateTime": "tomorrow" })).unwrap_err(), "unreadable_time");
        let time = serde_json::from_value(json!({ "dateTime": "2026-11-22T09:00:00" })).unwrap();
        assert_eq!(event_time(&time, None).unwrap_err().code, "no_time_zone");
    }
}
