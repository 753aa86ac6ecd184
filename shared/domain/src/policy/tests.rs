mod config;
mod deactivation;
mod fleet;
mod health;
mod ills;
mod outages;
mod runs;

use super::*;
use crate::failure::FailureClass;
use proptest::prelude::*;

const CLASSES: [FailureClass; 9] = [
    FailureClass::DeadCredentials,
    FailureClass::MissingPermission,
    FailureClass::RateLimited,
    FailureClass::Transient,
    FailureClass::PermanentRecord,
    FailureClass::ResourceNotFound,
    FailureClass::PermanentConfiguration,
    FailureClass::OurConfiguration,
    FailureClass::OurBug,
];

/// 14 March 2026. Not from its text, because the simulations ask for it some million times.
fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_489_600, 0).expect("an instant")
}

fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

fn health(state: HealthState, since: DateTime<Utc>) -> Option<Health> {
    Some(Health { state, since })
}

fn failed(class: FailureClass) -> FailedRun {
    FailedRun { class, manual: false, asked_to_wait: None, requested: false }
}

fn any_class() -> impl Strategy<Value = FailureClass> {
    prop::sample::select(CLASSES.to_vec())
}

/// No health, or any state since up to `hours` before noon.
fn any_health(hours: i64) -> impl Strategy<Value = Option<Health>> {
    let states = vec![HealthState::Well, HealthState::Incident, HealthState::Recovering];
    let known = (prop::sample::select(states), 0..hours * 3600)
        .prop_map(|(state, ago)| Health { state, since: noon() - seconds(ago) });
    prop::option::of(known)
}
