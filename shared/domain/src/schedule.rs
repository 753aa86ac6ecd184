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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn instant(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a valid instant")
    }

    proptest! {
        #[test]
        fn the_next_sync_is_within_its_bounds(
            id in any::<u128>(), minutes in prop::sample::select(vec![5u32, 15, 30, 60]),
            now in 0i64..4_000_000_000, jitter in 0.0f64..=1.0,
        ) {
            let now = instant(now);
            let wait = next_sync(IntegrationId::new(Uuid::from_u128(id)), minutes, now, jitter) - now;
            let interval = TimeDelta::minutes(i64::from(minutes));
            prop_assert!(wait >= interval * 2 / 5, "{wait}");
            prop_assert!(wait <= interval * 8 / 5, "{wait}");
        }

        #[test]
        fn without_jitter_syncs_follow_each_other_by_exactly_one_interval(id in any::<u128>(), now in 0i64..4_000_000_000) {
            let id = IntegrationId::new(Uuid::from_u128(id));
            let first = next_sync(id, 15, instant(now), 0.5);
            prop_assert_eq!(next_sync(id, 15, first, 0.5) - first, TimeDelta::minutes(15));
        }

        #[test]
        fn a_token_is_refreshed_between_half_and_four_fifths_of_its_life(jitter in 0.0f64..=1.0) {
            let at = next_refresh(instant(0), instant(3600), jitter);
            prop_assert!(at >= instant(1800) && at <= instant(2880));
        }
    }

    #[test]
    fn phases_and_shards_spread_evenly() {
        let mut minutes = [0u32; 15];
        let mut shards = [0u32; DUE_SHARDS as usize];
        for n in 0..60_000u128 {
            let id = IntegrationId::new(Uuid::from_u128(n));
            let wait = next_sync(id, 15, instant(0), 0.5) - instant(0);
            minutes[(wait.num_minutes() % 15) as usize] += 1;
            shards[shard(id) as usize] += 1;
        }
        assert!(minutes.iter().all(|count| (3_600..4_400).contains(count)), "{minutes:?}");
        assert!(shards.iter().all(|count| (780..1_100).contains(count)), "{shards:?}");
    }
}
