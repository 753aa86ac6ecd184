//! What a failed run does: the counters after it, when to try again, and whether somebody is to be told.

use super::{Health, Policy, frozen, later, part, review_at};
use crate::failure::FailureClass;
use chrono::{DateTime, TimeDelta, Utc};

/// The longest that a provider is obeyed when it asks not to be called (RFC 9110, 10.2.3 has no limit of its own).
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

/// What an integration remembers of its failures since the last time that it worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Failed runs in a row that count towards deactivation. A run that does not count leaves it as it is.
    pub failures: u32,
    /// Failed runs in a row of any class, for the backoff.
    pub attempts: u32,
    /// Runs since then that ended in the provider's rate limit.
    pub rate_limited: u32,
    /// The last success, connect, resume or reactivation.
    pub settled_at: DateTime<Utc>,
}

/// A run that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedRun {
    /// How it failed.
    pub class: FailureClass,
    /// A person asked for it, who must not harm the integration by trying: it changes no counter.
    pub manual: bool,
    /// The provider asked not to be called before this instant.
    pub asked_to_wait: Option<DateTime<Utc>>,
    /// Another sync was asked for meanwhile. Its try comes after the backoff's first step; `attempts` is raised all the
    /// same, so that requests during an outage do not keep the integration at the short steps.
    pub requested: bool,
}

/// The policy's judgement of a failed run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The counters to store.
    pub counters: Counters,
    /// When to try again, never before now. Both the backoff and what the provider asked for are over by then.
    pub next_try: DateTime<Utc>,
    /// The customer is to be warned: `failures` has reached the threshold by this very run.
    pub warning: bool,
    /// When to look whether to deactivate, as [`review_at`] says for the new counters.
    pub review_at: Option<DateTime<Utc>>,
}

/// The counters of an integration that works, as of `now`: after a success, a connect, a resume or a reactivation.
pub fn settled(now: DateTime<Utc>) -> Counters {
    Counters { failures: 0, attempts: 0, rate_limited: 0, settled_at: now }
}

/// Judges a failed run. `health` is the provider's, `jitter` in 0.0..=1.0.
///
/// Any class raises `attempts`; a rate limit also raises `rate_limited`; a class that counts raises `failures`, unless
/// the provider's health freezes it. A manual run raises nothing, and is followed by the backoff's first step.
pub fn after_failure(
    policy: &Policy,
    counters: Counters,
    run: FailedRun,
    health: Option<Health>,
    now: DateTime<Utc>,
    jitter: f64,
) -> Judged {
    let next = if run.manual { counters } else { raised(counters, run.class, health) };
    let round = if run.manual || run.requested { 1 } else { next.attempts };
    let asked = run.asked_to_wait.map_or(now, |asked| asked.min(later(now, LONGEST_WAIT)));
    Judged {
        counters: next,
        next_try: later(now, backoff(policy, round, jitter)).max(asked),
        warning: next.failures > counters.failures && next.failures == policy.warn_after_failures,
        review_at: review_at(policy, &next, health, now),
    }
}

fn raised(mut counters: Counters, class: FailureClass, health: Option<Health>) -> Counters {
    counters.attempts = counters.attempts.saturating_add(1);
    if class == FailureClass::RateLimited {
        counters.rate_limited = counters.rate_limited.saturating_add(1);
    }
    if class.counts() && !frozen(health) {
        counters.failures = counters.failures.saturating_add(1);
    }
    counters
}

/// The wait after the `round`th failed run, with jitter: uniform between a quarter of the step and the step. Never
/// near zero, because a provider that is down must not be called again at once by anybody.
pub fn backoff(policy: &Policy, round: u32, jitter: f64) -> TimeDelta {
    let steps = &policy.backoff_minutes;
    let last = steps.len().saturating_sub(1);
    let step = steps.get((round.max(1) as usize - 1).min(last)).copied().unwrap_or(1);
    let least = TimeDelta::minutes(i64::from(step)) / 4;
    least + part(least * 3, jitter)
}
