//! The time of a world.

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::{Clock, SystemClock};
use std::sync::Mutex;

/// A clock that only the test moves, or the real one and what the test moved it by.
pub(crate) struct TestClock(Mutex<Time>);

enum Time {
    Still(DateTime<Utc>),
    Real(TimeDelta),
}

impl Default for TestClock {
    /// Stands still a week before Europe's clocks change.
    fn default() -> Self {
        Self(Mutex::new(Time::Still("2026-03-20T09:00:00Z".parse().expect("an instant"))))
    }
}

impl TestClock {
    /// Goes as the real time does, for whoever else in the test lives by that.
    pub(crate) fn real() -> Self {
        Self(Mutex::new(Time::Real(TimeDelta::zero())))
    }

    /// Moves the time forward.
    pub(crate) fn advance(&self, by: TimeDelta) {
        match &mut *self.0.lock().expect("clock") {
            Time::Still(now) => *now += by,
            Time::Real(ahead) => *ahead += by,
        }
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        match &*self.0.lock().expect("clock") {
            Time::Still(now) => *now,
            Time::Real(ahead) => SystemClock.now() + *ahead,
        }
    }
}
