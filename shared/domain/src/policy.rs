//! The failure policy: how long to wait, when to warn, whom to deactivate, and when nobody at all because the provider
//! itself is ill (`docs/ARCHITECTURE.md`, "Due queue").
//!
//! Pure functions of counters, class, clock and the provider's health. The callers own the clock, the jitter and the
//! store; this module owns every number and every comparison.

mod deactivation;
mod health;
mod run;

pub use deactivation::{hourly_cap, may_deactivate, next_probe, review_at};
pub use health::{Health, HealthState, Window, admitted, assess, frozen, unheard, window_start};
pub use run::{Counters, FailedRun, Judged, after_failure, backoff, settled};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// All numbers of the policy, as configuration. In JSON every field may be missing and takes its default; an unknown
/// one is refused, because a misspelt override would otherwise be silently without effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Policy {
    /// Steps of the backoff, in minutes; the last one repeats. 1, 2, 5, 10, 30 minutes, 1, 3, then 6 hours.
    pub backoff_minutes: Vec<u32>,
    /// A notice warns at this many counting failures in a row. 5 runs.
    pub warn_after_failures: u32,
    /// Deactivation needs at least this many counting failures in a row. 10 runs.
    pub deactivate_after_failures: u32,
    /// Deactivation needs this many hours without a success, and as many without an incident of the provider. 24 hours.
    pub deactivate_after_hours: u32,
    /// A deactivated integration is tried once in so many hours. 24 hours.
    pub probe_every_hours: u32,
    /// It is tried for so many days, then no more. 14 days.
    pub probe_for_days: u32,
    /// Most deactivations of a provider in an hour, if its share is smaller. 100 integrations.
    pub sweep_least: u32,
    /// Most deactivations of a provider in an hour, in percent of its scheduled integrations. 1 %. Together with
    /// `sweep_least` at 0, nobody is deactivated at all.
    pub sweep_percent: u32,
    /// An incident needs at least this many different failing integrations. 5 integrations.
    pub incident_least_integrations: u32,
    /// An incident needs at least this share of the runs to fail. 50 %.
    pub incident_percent: u32,
    /// An incident is over when less than this share of the runs fails. 25 %.
    pub recovered_percent: u32,
    /// Length of a window in which runs are counted. 5 minutes.
    pub window_minutes: u32,
    /// Windows that are looked at together. 3 windows.
    pub windows: u32,
    /// What is admitted during an incident, in percent of the provider's rate. 10 %.
    pub incident_admission_percent: u32,
    /// How long it takes from there back to the whole rate. 30 minutes.
    pub ramp_minutes: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            backoff_minutes: vec![1, 2, 5, 10, 30, 60, 180, 360],
            warn_after_failures: 5,
            deactivate_after_failures: 10,
            deactivate_after_hours: 24,
            probe_every_hours: 24,
            probe_for_days: 14,
            sweep_least: 100,
            sweep_percent: 1,
            incident_least_integrations: 5,
            incident_percent: 50,
            recovered_percent: 25,
            window_minutes: 5,
            windows: 3,
            incident_admission_percent: 10,
            ramp_minutes: 30,
        }
    }
}

/// A configuration that the policy cannot work with; the text names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid failure policy: {0}")]
pub struct InvalidPolicy(String);

const HOURS_OF_A_YEAR: u32 = 365 * 24;
const MINUTES_OF_A_DAY: u32 = 24 * 60;

impl Policy {
    /// Reads the policy from JSON. An empty text is the default; what makes no sense is refused.
    pub fn parse(json: &str) -> Result<Self, InvalidPolicy> {
        let text = if json.trim().is_empty() { "{}" } else { json };
        let policy: Self = serde_json::from_str(text).map_err(|error| InvalidPolicy(error.to_string()))?;
        policy.check()?;
        Ok(policy)
    }

    fn check(&self) -> Result<(), InvalidPolicy> {
        let refuse = |reason: String| Err(InvalidPolicy(reason));
        for (name, value, least, most) in self.limits() {
            if !(least..=most).contains(&value) {
                return refuse(format!("{name} is {value}, it must be between {least} and {most}"));
            }
        }
        let steps = &self.backoff_minutes;
        if steps.is_empty() || steps.iter().any(|step| !(1..=7 * MINUTES_OF_A_DAY).contains(step)) {
            return refuse("backoffMinutes needs steps, each between a minute and a week".into());
        }
        if !steps.is_sorted() {
            return refuse("backoffMinutes must not become shorter".into());
        }
        if self.probe_every_hours > self.probe_for_days * 24 {
            return refuse("probeEveryHours is longer than probeForDays: there would be no probe".into());
        }
        Ok(())
    }

    /// Name, value, least and most of every single number. The upper ends are where a number can only be a typing error.
    fn limits(&self) -> [(&'static str, u32, u32, u32); 14] {
        [
            ("warnAfterFailures", self.warn_after_failures, 1, self.deactivate_after_failures),
            ("deactivateAfterFailures", self.deactivate_after_failures, 1, 10_000),
            ("deactivateAfterHours", self.deactivate_after_hours, 1, HOURS_OF_A_YEAR),
            ("probeEveryHours", self.probe_every_hours, 1, HOURS_OF_A_YEAR),
            ("probeForDays", self.probe_for_days, 1, 365),
            ("sweepLeast", self.sweep_least, 0, u32::MAX),
            ("sweepPercent", self.sweep_percent, 0, 100),
            ("incidentLeastIntegrations", self.incident_least_integrations, 1, u32::MAX),
            ("incidentPercent", self.incident_percent, 1, 100),
            ("recoveredPercent", self.recovered_percent, 1, self.incident_percent),
            ("windowMinutes", self.window_minutes, 1, MINUTES_OF_A_DAY),
            ("windows", self.windows, 1, 100),
            ("incidentAdmissionPercent", self.incident_admission_percent, 0, 100),
            ("rampMinutes", self.ramp_minutes, 0, MINUTES_OF_A_DAY),
        ]
    }

    /// Time without a success, and without an incident, before a deactivation.
    fn patience(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.deactivate_after_hours))
    }

    /// The longest step of the backoff: no integration that works by itself is silent for longer.
    pub fn longest_step(&self) -> TimeDelta {
        TimeDelta::minutes(self.backoff_minutes.iter().max().copied().unwrap_or_default().into())
    }

    fn ramp(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.ramp_minutes))
    }
}

/// `at` plus `wait`; the end of time instead of an overflow, because the fields of [`Policy`] are open.
fn later(at: DateTime<Utc>, wait: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// `share`, in 0.0..=1.0, of a length of time. Anything outside is taken as the nearer end, no number as the whole.
fn part(of: TimeDelta, share: f64) -> TimeDelta {
    let share = if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) };
    TimeDelta::milliseconds((of.num_milliseconds() as f64 * share) as i64)
}

#[cfg(test)]
mod tests;
