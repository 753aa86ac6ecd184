//! Temporary deactivation: when it is due, how many an hour, and the daily probes afterwards.

use super::{Counters, Health, HealthState, Policy, later, part};
use crate::failure::FailureClass;
use chrono::{DateTime, TimeDelta, Utc};

/// Whether an integration may be deactivated now. All must hold: enough counting failures in a row, long enough without a
/// success, the last run's class counts, and the provider has been well for as long (no health: it never was ill).
pub fn may_deactivate(
    policy: &Policy,
    counters: &Counters,
    last: FailureClass,
    health: Option<Health>,
    now: DateTime<Utc>,
) -> bool {
    let well = health.is_none_or(|health| health.state == HealthState::Well && now - health.since >= policy.patience());
    counters.failures >= policy.deactivate_after_failures
        && now - counters.settled_at >= policy.patience()
        && last.counts()
        && well
}

/// When to look whether to deactivate: `None` below the threshold of failures, otherwise the first instant at which
/// [`may_deactivate`] could say yes, not before now. It promises nothing: a success, an incident or a run of a class that
/// does not count may come between, so the sweep asks again, and may take the next instant from here if the answer is no.
pub fn review_at(
    policy: &Policy,
    counters: &Counters,
    health: Option<Health>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    if counters.failures < policy.deactivate_after_failures {
        return None;
    }
    let patience = policy.patience();
    let calm = health.map_or(now, |health| later(well_from(policy, health, now), patience));
    Some(now.max(later(counters.settled_at, patience)).max(calm))
}

/// Since when the provider is well, or the first instant from which it could be.
fn well_from(policy: &Policy, health: Health, now: DateTime<Utc>) -> DateTime<Utc> {
    match health.state {
        HealthState::Well => health.since,
        HealthState::Recovering => later(health.since, policy.ramp()).max(now),
        HealthState::Incident => later(now, policy.ramp()),
    }
}

/// When a deactivated integration is tried next; `None` when it is not tried any more. `jitter` in 0.0..=1.0.
///
/// The n-th probe belongs to the n-th day after the deactivation and lies in that day's first hour, so that a fleet which
/// was deactivated in one sweep is not tried in one minute. The days follow from the clock and not from the last probe:
/// one that came late delays no other, and a day that was missed is not made up for.
pub fn next_probe(
    policy: &Policy,
    deactivated_at: DateTime<Utc>,
    now: DateTime<Utc>,
    jitter: f64,
) -> Option<DateTime<Utc>> {
    let every = TimeDelta::hours(i64::from(policy.probe_every_hours.max(1)));
    let passed = (now - deactivated_at).max(TimeDelta::zero());
    let slot = passed.num_milliseconds() / every.num_milliseconds() + 1;
    let start = TimeDelta::milliseconds(every.num_milliseconds().saturating_mul(slot));
    if start > TimeDelta::days(i64::from(policy.probe_for_days)) {
        return None;
    }
    // An hour of a day; a shorter distance between probes has a shorter spread, or two of them could meet.
    Some(later(deactivated_at, start + part(every / 24, jitter)))
}

/// Most integrations of a provider that are deactivated within an hour, of those that are `scheduled`. More of them at
/// once is rather our mistake, or an incident that nobody recognised, than as many broken integrations.
pub fn hourly_cap(policy: &Policy, scheduled: u64) -> u64 {
    let share = u128::from(scheduled) * u128::from(policy.sweep_percent) / 100;
    u64::try_from(share).unwrap_or(u64::MAX).max(u64::from(policy.sweep_least))
}
