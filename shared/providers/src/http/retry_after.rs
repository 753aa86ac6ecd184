//! How long a provider asks to wait (RFC 9110 §10.2.3).

use chrono::{DateTime, FixedOffset, TimeDelta};
use http::HeaderMap;
use http::header::{DATE, HeaderName, RETRY_AFTER};

/// No wait is taken for longer than this.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// The wait that `Retry-After` asks for, at most 24 hours: seconds, or a date, which counts from the answer's own `Date`
/// so that no clock is read. `None` without the header, or where it cannot be understood.
pub fn retry_after(headers: &HeaderMap) -> Option<TimeDelta> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large for the type is far beyond the cap.
        true if !text.is_empty() => text.parse().ok().and_then(TimeDelta::try_seconds).unwrap_or(LONGEST),
        _ => date(headers, RETRY_AFTER)? - date(headers, DATE)?,
    };
    Some(wait.clamp(TimeDelta::zero(), LONGEST))
}

/// IMF-fixdate (RFC 9110 §5.6.7) is also a date of RFC 2822; the obsolete forms are not sent by anybody today.
fn date(headers: &HeaderMap, name: HeaderName) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc2822(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(retry: &str, date: Option<&str>) -> Option<i64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        retry_after(&headers).map(|wait| wait.num_seconds())
    }

    #[test]
    fn seconds_and_dates_are_understood_and_capped_at_a_day() {
        let date = Some("Sun, 22 Nov 2026 10:00:00 GMT");
        assert_eq!(wait("120", None), Some(120));
        assert_eq!(wait("0", None), Some(0));
        assert_eq!(wait("Sun, 22 Nov 2026 10:05:00 GMT", date), Some(300));
        assert_eq!(wait("Sun, 22 Nov 2026 09:00:00 GMT", date), Some(0));
        assert_eq!(wait("9999999", None), Some(86_400));
        assert_eq!(wait("99999999999999999999999999", None), Some(86_400));
        assert_eq!(wait("Wed, 25 Nov 2026 10:00:00 GMT", date), Some(86_400));
    }

    #[test]
    fn what_cannot_be_understood_is_as_if_it_were_not_there() {
        for nonsense in ["", "soon", "-5", "1.5", "Sun, 22 Nov 2026 10:05:00 GMT"] {
            assert_eq!(wait(nonsense, None), None, "{nonsense}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
