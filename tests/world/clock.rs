//! A clock that only the test moves.

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::Clock;
use std::sync::Mutex;

/// Starts a week before Europe's clocks change.
pub(crate) struct TestClock(Mutex<DateTime<Utc>>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Mutex::new("2026-03-20T09:00:00Z".parse().expect("an instant")))
    }
}

impl TestClock {
    /// Moves the time forward.
    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().expect("clock") += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("clock")
    }
}
