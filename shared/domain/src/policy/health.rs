//! Whether a provider as a whole is ill, what that freezes, and how much work is admitted meanwhile.

use super::Policy;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How a provider is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// It works.
    Well,
    /// It fails for many integrations at once.
    Incident,
    /// It works again, and the work that waited is let in step by step.
    Recovering,
}

/// A provider's state and since when it lasts. A provider that never had an incident has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// How it is doing.
    pub state: HealthState,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// What was counted of a provider in one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// Started runs whose end is known. One that is still under way is no evidence: while a provider lets everything
    /// time out, it would look like a success.
    pub started: u64,
    /// Those of them that failed with a class that counts. A rate limit or a dead grant says nothing about the provider.
    pub failed: u64,
    /// Different integrations that they belong to.
    pub integrations: u64,
}

/// The start of the window that an instant falls in; windows lie on multiples of their length since 1970.
pub fn window_start(policy: &Policy, at: DateTime<Utc>) -> DateTime<Utc> {
    let length = i64::from(policy.window_minutes.max(1)) * 60;
    DateTime::from_timestamp(at.timestamp().div_euclid(length) * length, 0).unwrap_or(at)
}

/// A provider's health after a look at the last windows, oldest first; the newest may be partial.
///
/// An incident opens when enough runs have ended, enough of them failed, and they belong to enough different
/// integrations, so that a single broken one in a small fleet is no incident. It ends only with evidence: runs of which few fail. While the provider
/// recovers, a relapse needs no minimum of integrations, because few run while little is admitted, and the provider is
/// known to be the cause. Where nothing ran, nothing changes.
pub fn assess(policy: &Policy, health: Option<Health>, windows: &[Window], now: DateTime<Utc>) -> Option<Health> {
    let seen = together(policy, windows);
    let enter = |state| Some(Health { state, since: now });
    match health {
        None | Some(Health { state: HealthState::Well, .. }) if opens(policy, seen) => enter(HealthState::Incident),
        Some(Health { state: HealthState::Incident, .. }) if recovered(policy, seen) => enter(HealthState::Recovering),
        Some(Health { state: HealthState::Recovering, .. }) if fails(policy, seen) => enter(HealthState::Incident),
        Some(Health { state: HealthState::Recovering, since })
            if recovered(policy, seen) && now - since >= policy.ramp() =>
        {
            enter(HealthState::Well)
        }
        unchanged => unchanged,
    }
}

/// The health of an ill provider of which nothing is heard any more: every run that its integrations still make would
/// have failed by now, at the latest after the longest step of the backoff. So nobody is left who could give evidence,
/// and what is ill recovers, and what recovers is well. `failed_lately`: a run failed within that time.
pub fn unheard(policy: &Policy, health: Option<Health>, failed_lately: bool, now: DateTime<Utc>) -> Option<Health> {
    let Some(ill) = health.filter(|ill| !failed_lately && now - ill.since >= policy.longest_step()) else {
        return health;
    };
    match ill.state {
        HealthState::Incident => Some(Health { state: HealthState::Recovering, since: now }),
        HealthState::Recovering => Some(Health { state: HealthState::Well, since: now }),
        HealthState::Well => health,
    }
}

/// The last windows as one. Different integrations cannot be added up, because one that fails in each of three windows
/// is still one: the largest number is what is certain.
fn together(policy: &Policy, windows: &[Window]) -> Window {
    let surplus = windows.len().saturating_sub(policy.windows as usize);
    windows[surplus..].iter().fold(Window::default(), |sum, window| Window {
        started: sum.started.saturating_add(window.started),
        failed: sum.failed.saturating_add(window.failed),
        integrations: sum.integrations.max(window.integrations),
    })
}

fn opens(policy: &Policy, seen: Window) -> bool {
    let least = u64::from(policy.incident_least_integrations);
    fails(policy, seen) && seen.integrations >= least && seen.started >= least
}

fn fails(policy: &Policy, seen: Window) -> bool {
    seen.started > 0 && !below(seen, policy.incident_percent)
}

fn recovered(policy: &Policy, seen: Window) -> bool {
    seen.started > 0 && below(seen, policy.recovered_percent)
}

fn below(seen: Window, percent: u32) -> bool {
    u128::from(seen.failed) * 100 < u128::from(seen.started) * u128::from(percent)
}

/// How many runs of a provider may begin in this minute, of `rate_per_minute` over all accounts: all of them while it is
/// well, a small share during an incident, and evenly more of them minute by minute while it recovers. At least one,
/// because without a run nobody would see that it works again; never more than the rate.
pub fn admitted(policy: &Policy, rate_per_minute: u32, health: Option<Health>, now: DateTime<Utc>) -> u32 {
    let least = share(rate_per_minute, policy.incident_admission_percent).max(1).min(rate_per_minute);
    match health {
        None | Some(Health { state: HealthState::Well, .. }) => rate_per_minute,
        Some(Health { state: HealthState::Incident, .. }) => least,
        Some(Health { state: HealthState::Recovering, since }) => {
            least + ramped(rate_per_minute - least, now - since, policy.ramp())
        }
    }
}

fn share(of: u32, percent: u32) -> u32 {
    (u64::from(of) * u64::from(percent.min(100)) / 100) as u32
}

/// The part of `more` that is reached after `passed` of `ramp`.
fn ramped(more: u32, passed: TimeDelta, ramp: TimeDelta) -> u32 {
    let passed = passed.num_milliseconds().max(0);
    if passed >= ramp.num_milliseconds() {
        return more;
    }
    (i128::from(more) * i128::from(passed) / i128::from(ramp.num_milliseconds())) as u32
}

/// Whether failures do not count towards deactivation now. Not in an incident, and neither while the provider recovers:
/// what fails within that half hour is mostly the incident's tail, such as work that the provider had queued. The
/// backoff goes on in both.
pub fn frozen(health: Option<Health>) -> bool {
    health.is_some_and(|health| health.state != HealthState::Well)
}
