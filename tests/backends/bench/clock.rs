//! The time by which the product writes: it stands still until a case moves it.

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::Clock;
use std::sync::Mutex;

/// A clock that only the case moves.
pub(crate) struct HandClock(Mutex<DateTime<Utc>>);

impl Default for HandClock {
    fn default() -> Self {
        Self(Mutex::new("2026-11-20T09:00:00Z".parse().expect("an instant")))
    }
}

impl HandClock {
    /// Moves the time forward.
    pub(crate) fn forward(&self, by: TimeDelta) {
        *self.0.lock().expect("the clock") += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("the clock")
    }
}
