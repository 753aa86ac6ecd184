//! When work is due: a fixed phase per integration, a little jitter, and how the due index is spread.

use crate::ids::IntegrationId;
use chrono::{DateTime, TimeDelta, Utc};

/// Shards of the due index (`docs/ARCHITECTURE.md`, "Due queue").
pub const DUE_SHARDS: u64 = 64;

/// A stable number for an integration, the base of its phase and its shard. FNV-1a, 64 bits, with a final mix.
pub fn spread(id: IntegrationId) -> u64 {
    let mut hash =
        id.uuid().as_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

/// The integration's shard in the due index.
pub fn shard(id: IntegrationId) -> u64 {
    spread(id) % DUE_SHARDS
}

/// When the next scheduled sync is due: at the integration's own phase of the interval, so that a fleet that was
/// connected in one hour does not stay in step, ± 10 % of the interval. At least half an interval after `now`, at
/// most one and a half. `jitter` in 0.0..=1.0.
pub fn next_sync(id: IntegrationId, interval_minutes: u32, now: DateTime<Utc>, jitter: f64) -> DateTime<Utc> {
    let interval = i64::from(interval_minutes.max(1)) * 60_000;
    let phase = (spread(id) % interval as u64) as i64;
    let earliest = now.timestamp_millis() + interval / 2;
    let tick = (earliest - phase).div_euclid(interval) * interval + phase;
    let slot = if tick < earliest { tick + interval } else { tick };
    let shift = ((jitter.clamp(0.0, 1.0) - 0.5) * 0.2 * interval as f64) as i64;
    let lowest = now.timestamp_millis() + interval * 2 / 5;
    now + TimeDelta::milliseconds((slot + shift).max(lowest) - now.timestamp_millis())
}

/// When an access token should be refreshed ahead of its expiry: between 50 % and 80 % of its lifetime.
pub fn next_refresh(obtained: DateTime<Utc>, expires: DateTime<Utc>, jitter: f64) -> DateTime<Utc> {
    let lifetime = (expires - obtained).max(TimeDelta::zero()).num_milliseconds() as f64;
    obtained + TimeDelta::milliseconds((lifetime * (0.5 + 0.3 * jitter.clamp(0.0, 1.0))) as i64)
}

#[cfg(test)]
mod tests;
