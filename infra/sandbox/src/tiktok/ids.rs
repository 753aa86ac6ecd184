//! Ids as TikTok makes them: nineteen digits, the time in the upper half.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A source of ids. The same seed and times give the same ids.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Ids {
    seed: u32,
    given: u32,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        let [low, high] = [seed & 0xFFFF_FFFF, seed >> 32];
        Self { seed: u32::try_from(low ^ high).unwrap_or_default(), given: 0 }
    }

    /// The next id; no two are equal.
    pub(crate) fn next(&mut self, now: DateTime<Utc>) -> String {
        self.given = self.given.wrapping_add(1);
        // An odd factor permutes the numbers of 32 bits: ids do not count up, and none comes twice.
        let low = self.given.wrapping_mul(0x9E37_79B1) ^ self.seed;
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        ((seconds << 32) | u64::from(low)).to_string()
    }
}

/// An id as the number that webhooks show it as.
pub(crate) fn number(id: &str) -> u64 {
    id.parse().unwrap_or_default()
}
