//! TikTok's refusals as classes of the product (tiktok-lead-ads.md §1 and §2, "Codes"). A refusal is a `code` within an
//! answer of HTTP 200; another status says that the API was not reached. No text of an answer leaves this file.

use super::wire::date;
use crate::error::ProviderError;
use crate::http::retry_after;
use bytes::Bytes;
use chrono::{NaiveTime, TimeDelta};
use domain::failure::FailureClass;
use http::{HeaderMap, Response, StatusCode};

/// The asynchronous task is not ready: it is asked again.
pub(super) const NOT_READY: &str = "40201";
/// The asynchronous task failed: another one is made.
pub(super) const TASK_FAILED: &str = "40200";
/// The same request was made before.
pub(super) const DUPLICATE: &str = "40050";
/// The refresh token is not applicable: a token that does not expire cannot be refreshed.
pub(super) const NOT_REFRESHABLE: &str = "40107";

/// After a limit per second: the next second.
const SECOND: TimeDelta = TimeDelta::seconds(1);
/// After a limit per minute, and after trouble of TikTok's own.
const PAUSE: TimeDelta = TimeDelta::minutes(5);
/// After a limit per day, where the answer does not say what time it is.
const WITHOUT_DATE: TimeDelta = TimeDelta::hours(1);

/// Whether the code of an answer is a success; 20001 is a partial one.
pub(super) fn is_success(code: u64) -> bool {
    matches!(code, 0 | 20_001)
}

/// The class of a refusal within an answer.
pub(super) fn refusal(code: u64, message: &str, headers: &HeaderMap) -> ProviderError {
    let class = class_of(code);
    let wait = match class {
        FailureClass::RateLimited => Some(wait(code, message, headers)),
        _ if is_trouble(code) => Some(PAUSE),
        _ => None,
    };
    ProviderError::new(class, &code.to_string()).with_retry_after(wait)
}

/// The refusal of an exchange: a code that was cancelled, used or has expired is the flow's end, and no more than that.
/// So is a token that is refused as soon as it was issued: there is no stored grant to suspect.
pub(super) fn of_exchange(error: ProviderError) -> ProviderError {
    match (error.code.as_str(), error.class) {
        ("40110" | "40101" | "40115", _) => ProviderError::new(FailureClass::Transient, "invalid_grant"),
        (_, FailureClass::DeadCredentials) => ProviderError { class: FailureClass::Transient, ..error },
        _ => error,
    }
}

fn class_of(code: u64) -> FailureClass {
    match code {
        40102 | 40103 | 40105 | 40107 => FailureClass::DeadCredentials,
        // The account or a permission is missing; the grant lives, and its other accounts with it.
        40001 | 40106 | 40119 | 40125 => FailureClass::MissingPermission,
        40016 | 40100 | 40132 | 40133 => FailureClass::RateLimited,
        40007 | 40300 | 40301 => FailureClass::ResourceNotFound,
        // The task is looked at again or made anew, the conflict resolves itself, the duplicate was taken.
        40050 | 40200 | 40201 | 40202 => FailureClass::Transient,
        // The application: its secret, whether it is blocked or allow-listed, the sandbox's limits.
        40008 | 40009 | 40013 | 40014 | 40101 | 40110 | 40113 | 40115 | 40118 => FailureClass::OurConfiguration,
        code if is_trouble(code) => FailureClass::Transient,
        _ => FailureClass::OurBug,
    }
}

fn is_trouble(code: u64) -> bool {
    (50_000..60_000).contains(&code)
}

/// How long a limit lasts. Which one it was is in the message alone; there is neither `Retry-After` nor a header of
/// limits. Advertisers and field values have limits per second only.
fn wait(code: u64, message: &str, headers: &HeaderMap) -> TimeDelta {
    let message = message.to_ascii_lowercase();
    let says = |words: [&str; 3]| words.iter().any(|word| message.contains(word));
    if says(["qpd", "per day", "daily"]) {
        until_midnight(headers).unwrap_or(WITHOUT_DATE)
    } else if says(["qpm", "per minute", "minutely"]) {
        PAUSE
    } else if matches!(code, 40132 | 40133) || says(["qps", "per second", "secondly"]) {
        SECOND
    } else {
        PAUSE
    }
}

/// From the answer's `Date` until the day ends in UTC.
fn until_midnight(headers: &HeaderMap) -> Option<TimeDelta> {
    let now = date(headers)?;
    let midnight = now.date_naive().succ_opt()?.and_time(NaiveTime::MIN).and_utc();
    Some(midnight - now)
}

/// The class of an answer that the API did not give: its body is not read.
pub(super) fn not_reached(answer: &Response<Bytes>) -> ProviderError {
    let class = match answer.status() {
        status if status.is_server_error() => FailureClass::Transient,
        StatusCode::REQUEST_TIMEOUT => FailureClass::Transient,
        StatusCode::TOO_MANY_REQUESTS => FailureClass::RateLimited,
        _ => FailureClass::OurBug,
    };
    let code = format!("http_{}", answer.status().as_u16());
    ProviderError::new(class, &code).with_retry_after(retry_after(answer.headers()))
}

/// An answer that was granted but cannot be understood.
pub(super) fn unreadable_answer() -> ProviderError {
    ProviderError::new(FailureClass::OurBug, "unreadable_answer")
}
