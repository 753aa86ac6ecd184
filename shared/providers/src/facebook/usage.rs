//! How much of a budget is used (facebook-lead-ads.md §2, "Rate limits"). A page without leads has a tiny one.

use crate::http::retry_after;
use chrono::TimeDelta;
use http::{HeaderMap, HeaderName};
use serde_json::Value;

const APP: HeaderName = HeaderName::from_static("x-app-usage");
const BUSINESS: HeaderName = HeaderName::from_static("x-business-use-case-usage");
const AD_ACCOUNT: HeaderName = HeaderName::from_static("x-ad-account-usage");

/// Shares of a budget, in percent, as the headers name them.
const SHARES: [&str; 4] = ["call_count", "total_time", "total_cputime", "acc_id_util_pct"];
/// From this share on, in percent, calls are spread out.
const SLOW_FROM: f64 = 75.0;
/// From this share on, in percent, there are none until it has fallen.
const STOP_FROM: f64 = 95.0;
/// Between two calls of a budget that is getting low.
const SLOWLY: TimeDelta = TimeDelta::minutes(1);
/// Until the next call of a budget that is used up: the hour over which the smallest of the buckets is counted.
const STOPPED: TimeDelta = TimeDelta::hours(1);
/// No wait is taken for longer than this.
const LONGEST: i64 = 24 * 60;

/// How long a refused caller should wait, where Facebook says so: its estimate in minutes, or `Retry-After`.
pub(super) fn asked_wait(headers: &HeaderMap) -> Option<TimeDelta> {
    estimate(&entries(headers)).or_else(|| retry_after(headers))
}

/// How long to wait before the next call, so that the budget is not used up; `None` while there is plenty.
pub(super) fn pause(headers: &HeaderMap) -> Option<TimeDelta> {
    let entries = entries(headers);
    let share = entries.iter().flat_map(shares).fold(0.0, f64::max);
    estimate(&entries).or(match share {
        share if share >= STOP_FROM => Some(STOPPED),
        share if share >= SLOW_FROM => Some(SLOWLY),
        _ => None,
    })
}

/// What the headers say of each budget. One that cannot be read is as if it were not there.
fn entries(headers: &HeaderMap) -> Vec<Value> {
    let read = |name: HeaderName| {
        headers.get_all(name).iter().filter_map(|value| serde_json::from_slice(value.as_bytes()).ok())
    };
    let of_businesses = read(BUSINESS).flat_map(|businesses: Value| match businesses {
        Value::Object(businesses) => businesses.into_iter().map(|(_, budgets)| budgets).collect(),
        _ => Vec::new(),
    });
    let budgets = of_businesses.flat_map(|budgets| match budgets {
        Value::Array(budgets) => budgets,
        other => vec![other],
    });
    read(APP).chain(read(AD_ACCOUNT)).chain(budgets).collect()
}

fn shares(entry: &Value) -> impl Iterator<Item = f64> {
    SHARES.iter().filter_map(|name| entry.get(name)?.as_f64())
}

/// The longest of the estimates. Unlike every other wait, it is in minutes.
fn estimate(entries: &[Value]) -> Option<TimeDelta> {
    let minutes = entries.iter().filter_map(|entry| entry.get("estimated_time_to_regain_access")?.as_f64());
    let longest = minutes.fold(0.0, f64::max);
    // A fraction of a minute is a whole one; beyond the cap the conversion saturates.
    (longest > 0.0).then(|| TimeDelta::minutes((longest.ceil() as i64).min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn business(entry: &str) -> HeaderMap {
        headers(&[("x-business-use-case-usage", &format!(r#"{{"178":[{{"type":"pages"}}],"179":[{{{entry}}}]}}"#))])
    }

    #[test]
    fn the_estimate_is_in_minutes_and_the_longest_counts() {
        let minutes = |entry| asked_wait(&business(entry)).map(|wait| wait.num_seconds());
        assert_eq!(minutes(r#""estimated_time_to_regain_access":19"#), Some(19 * 60));
        assert_eq!(minutes(r#""estimated_time_to_regain_access":0"#), None);
        assert_eq!(minutes(r#""estimated_time_to_regain_access":0.5"#), Some(60));
        assert_eq!(minutes(r#""estimated_time_to_regain_access":1e99"#), Some(86_400));
        let two = r#"{"1":[{"estimated_time_to_regain_access":3},{"estimated_time_to_regain_access":7}]}"#;
        assert_eq!(asked_wait(&headers(&[("x-business-use-case-usage", two)])), Some(TimeDelta::minutes(7)));
        assert_eq!(asked_wait(&headers(&[("retry-after", "90")])), Some(TimeDelta::seconds(90)));
    }

    #[test]
    fn calls_slow_down_at_three_quarters_and_stop_at_ninety_five_percent() {
        let app = |usage| pause(&headers(&[("x-app-usage", usage)]));
        assert_eq!(app(r#"{"call_count":74,"total_time":74.9,"total_cputime":1}"#), None);
        assert_eq!(app(r#"{"call_count":75,"total_time":1,"total_cputime":1}"#), Some(SLOWLY));
        assert_eq!(app(r#"{"call_count":1,"total_time":94,"total_cputime":1}"#), Some(SLOWLY));
        assert_eq!(app(r#"{"call_count":1,"total_time":1,"total_cputime":95}"#), Some(STOPPED));
        assert_eq!(pause(&headers(&[("x-ad-account-usage", r#"{"acc_id_util_pct":99.5}"#)])), Some(STOPPED));
        assert_eq!(pause(&business(r#""call_count":80"#)), Some(SLOWLY));
        let told = business(r#""call_count":100,"estimated_time_to_regain_access":12"#);
        assert_eq!(pause(&told), Some(TimeDelta::minutes(12)));
    }

    #[test]
    fn what_cannot_be_read_is_as_if_it_were_not_there() {
        for nonsense in ["", "x", "[]", "5", r#"{"1":[]}"#, r#"{"1":{"call_count":"99"}}"#, r#"{"1":[null]}"#] {
            for name in ["x-app-usage", "x-business-use-case-usage", "x-ad-account-usage"] {
                assert_eq!(
                    (pause(&headers(&[(name, nonsense)])), asked_wait(&headers(&[(name, nonsense)]))),
                    (None, None)
                );
            }
        }
        assert_eq!(pause(&HeaderMap::new()), None);
    }
}
