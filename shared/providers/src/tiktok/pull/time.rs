//! The two forms of a time in a file: a text in UTC, and the time since 1970.

use chrono::{DateTime, NaiveDateTime, Utc};

/// From here on a number counts milliseconds: as seconds it would be the year 5138.
const FIRST_IN_MILLISECONDS: i64 = 100_000_000_000;

/// Reads `2026-11-28 10:00:00` (UTC), RFC 3339, or seconds or milliseconds since 1970.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return since_1970(text.parse().ok()?);
    }
    let plain = text.trim_end_matches("UTC").trim_end();
    let naive = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(plain, format).ok());
    naive.map(|naive| naive.and_utc()).or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()))
}

/// Seconds or milliseconds since 1970.
fn since_1970(number: i64) -> Option<DateTime<Utc>> {
    match number {
        number if number >= FIRST_IN_MILLISECONDS => DateTime::from_timestamp_millis(number),
        number => DateTime::from_timestamp(number, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_understood() {
        let ten = DateTime::from_timestamp(1_795_860_000, 0);
        for text in [
            "2026-11-28 10:00:00",
            " 2026-11-28 10:00:00 UTC",
            "2026-11-28T10:00:00",
            "2026-11-28T10:00:00Z",
            "2026-11-28T11:00:00+01:00",
            "1795860000",
            "1795860000000",
        ] {
            assert_eq!(instant(text), ten, "{text}");
        }
        for nonsense in ["", "soon", "28/11/2026 10:00", "2026-13-01 10:00:00", "1.79e9", "-5", "99999999999999999999"]
        {
            assert_eq!(instant(nonsense), None, "{nonsense}");
        }
    }
}
