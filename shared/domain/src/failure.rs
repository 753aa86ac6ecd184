//! What can go wrong with a provider, in classes that decide what happens next, and how long to wait.

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The classes of failure of the product. A provider maps every answer to one of them; nothing downstream looks at text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The grant is refused: a suspicion until the refresh protocol has confirmed it.
    DeadCredentials,
    /// The grant lives but lacks a permission.
    MissingPermission,
    /// The provider asks to slow down. Never counts as a failure.
    RateLimited,
    /// Timeout, reset, 5xx: try again later.
    Transient,
    /// One record cannot be read; the others can.
    PermanentRecord,
    /// The chosen calendar, page or form is gone.
    ResourceNotFound,
    /// The provider refuses what is configured.
    PermanentConfiguration,
    /// Our own registration at the provider is wrong: operators are told, the customer is never blamed.
    OurConfiguration,
    /// Our own mistake: an answer we cannot read, a request the provider calls malformed.
    OurBug,
}

impl FailureClass {
    /// Whether a failed run of this class counts towards automatic deactivation.
    pub fn counts(self) -> bool {
        matches!(self, Self::Transient | Self::ResourceNotFound | Self::PermanentConfiguration | Self::PermanentRecord)
    }
}

const BACKOFF_MINUTES: [i64; 8] = [1, 2, 5, 10, 30, 60, 180, 360];

/// How long to wait after the `failures`th failed run in a row, with full jitter: uniform between a quarter
/// of the step and the step, `jitter` in 0.0..=1.0. `retry_after` is what the provider asked for; the later one wins.
pub fn backoff(failures: u32, jitter: f64, retry_after: Option<TimeDelta>) -> TimeDelta {
    let step = BACKOFF_MINUTES[(failures.max(1) as usize - 1).min(BACKOFF_MINUTES.len() - 1)];
    let longest = TimeDelta::minutes(step).num_milliseconds() as f64;
    let wait = TimeDelta::milliseconds((longest * (0.25 + 0.75 * jitter.clamp(0.0, 1.0))) as i64);
    retry_after.map_or(wait, |asked| asked.clamp(wait, wait.max(TimeDelta::hours(24))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_six_hours_and_stay_there() {
        let waits: Vec<i64> = (1..=10).map(|n| backoff(n, 1.0, None).num_minutes()).collect();
        assert_eq!(waits, [1, 2, 5, 10, 30, 60, 180, 360, 360, 360]);
    }

    #[test]
    fn jitter_never_reaches_zero() {
        assert_eq!(backoff(1, 0.0, None).num_seconds(), 15);
    }

    #[test]
    fn a_longer_request_of_the_provider_wins_but_not_beyond_a_day() {
        assert_eq!(backoff(1, 0.5, Some(TimeDelta::minutes(7))), TimeDelta::minutes(7));
        assert_eq!(backoff(1, 0.5, Some(TimeDelta::days(30))), TimeDelta::hours(24));
        assert!(backoff(8, 0.5, Some(TimeDelta::seconds(1))) > TimeDelta::hours(1));
    }

    #[test]
    fn rate_limits_and_our_own_mistakes_never_count() {
        for class in [
            FailureClass::RateLimited,
            FailureClass::OurBug,
            FailureClass::OurConfiguration,
            FailureClass::DeadCredentials,
            FailureClass::MissingPermission,
        ] {
            assert!(!class.counts(), "{class:?}");
        }
    }
}
