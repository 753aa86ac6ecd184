//! Bounds of one next time; what a whole fleet does is in `herd`.

mod herd;

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
