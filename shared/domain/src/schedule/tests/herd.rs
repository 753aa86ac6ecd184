//! A million integrations that were connected within one hour: no minute after it is much fuller than the others, and
//! no shard of the due index either.

use crate::ids::IntegrationId;
use crate::plan::INTERVALS;
use crate::schedule::{DUE_SHARDS, next_refresh, next_sync, shard, spread};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

const FLEET: u64 = 1_000_000;

/// The peak minute is at most so many times the mean.
const MOST: f64 = 1.5;

const HOUR: TimeDelta = TimeDelta::hours(1);

fn opening() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a valid instant")
}

/// One of the fleet: UUIDs of version 7 begin with their time and end in random bits.
struct Member {
    id: IntegrationId,
    connected: DateTime<Utc>,
    draws: u64,
}

impl Member {
    /// Each minute of the hour brings as many as any other.
    fn of_the_hour(number: u64) -> Self {
        Self::connected(number, opening() + TimeDelta::microseconds((number * 3_600) as i64))
    }

    /// All in one instant, as after an import.
    fn of_an_instant(number: u64) -> Self {
        Self::connected(number, opening())
    }

    fn connected(number: u64, connected: DateTime<Utc>) -> Self {
        let random = spread(IntegrationId::new(Uuid::from_u128(u128::from(number))));
        let time = (connected.timestamp_millis() as u128) << 80;
        let id = IntegrationId::new(Uuid::from_u128(time | 0x7000_8000_0000_0000_0000 | u128::from(random >> 2)));
        Self { id, connected, draws: random }
    }

    /// The next random number in 0.0..1.0 (Knuth's MMIX constants): the same in every run of the test.
    fn draw(&mut self) -> f64 {
        self.draws = self.draws.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.draws >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn next_sync(&mut self, interval: u32, now: DateTime<Utc>) -> DateTime<Utc> {
        let jitter = self.draw();
        next_sync(self.id, interval, now, jitter)
    }
}

/// How much is due in each minute of an hour.
struct Minutes {
    from: DateTime<Utc>,
    counts: [u32; 60],
}

impl Minutes {
    fn from(from: DateTime<Utc>) -> Self {
        Self { from, counts: [0; 60] }
    }

    fn end(&self) -> DateTime<Utc> {
        self.from + HOUR
    }

    fn note(&mut self, due: DateTime<Utc>) {
        if (self.from..self.end()).contains(&due) {
            self.counts[(due - self.from).num_minutes() as usize] += 1;
        }
    }

    fn mean(&self) -> f64 {
        f64::from(self.counts.iter().sum::<u32>()) / 60.0
    }

    /// The fullest minute, as a multiple of the mean.
    fn peak(&self) -> f64 {
        f64::from(*self.counts.iter().max().expect("minutes")) / self.mean()
    }
}

/// The hour after these were connected, all synced as often as the interval says.
fn hour_of_syncs(interval: u32, member: impl Fn(u64) -> Member, from: DateTime<Utc>) -> Minutes {
    let mut minutes = Minutes::from(from);
    for mut member in (0..FLEET).map(member) {
        let mut due = member.next_sync(interval, member.connected);
        while due < minutes.end() {
            minutes.note(due);
            due = member.next_sync(interval, due);
        }
    }
    minutes
}

#[test]
fn a_fleet_connected_within_an_hour_has_no_minute_half_as_full_again_as_the_mean() {
    for interval in INTERVALS {
        let minutes = hour_of_syncs(interval, Member::of_the_hour, opening() + HOUR);
        // Whoever connected last waits up to one interval and a half: the hour is nearly a full one.
        let share = minutes.mean() * f64::from(interval) / FLEET as f64;
        assert!((0.85..=1.05).contains(&share), "every {interval} minutes: {share:.2} of what an hour should bring");
        assert!(minutes.peak() <= MOST, "every {interval} minutes: the peak is {:.2} times the mean", minutes.peak());
    }
}

#[test]
fn a_fleet_connected_in_one_instant_is_out_of_step_an_hour_later() {
    for interval in [15, 60] {
        let minutes = hour_of_syncs(interval, Member::of_an_instant, opening() + HOUR);
        assert!(minutes.peak() <= MOST, "every {interval} minutes: the peak is {:.2} times the mean", minutes.peak());
    }
}

#[test]
fn hourly_tokens_of_a_fleet_connected_within_an_hour_are_refreshed_as_evenly() {
    let mut minutes = Minutes::from(opening() + HOUR);
    for mut member in (0..FLEET).map(Member::of_the_hour) {
        let mut obtained = member.connected;
        while obtained < minutes.end() {
            obtained = next_refresh(obtained, obtained + HOUR, member.draw());
            minutes.note(obtained);
        }
    }
    assert!(minutes.peak() <= MOST, "the peak is {:.2} times the mean", minutes.peak());
}

#[test]
fn no_shard_of_the_due_index_holds_much_more_than_its_share() {
    let mut shards = [0_u32; DUE_SHARDS as usize];
    for member in (0..FLEET).map(Member::of_the_hour) {
        shards[shard(member.id) as usize] += 1;
    }
    let share = FLEET as f64 / DUE_SHARDS as f64;
    let fullest = f64::from(*shards.iter().max().expect("shards")) / share;
    assert!(fullest <= 1.05, "the fullest shard holds {fullest:.3} times its share");
}

#[test]
fn what_is_due_in_a_minute_is_spread_over_all_shards() {
    // A phase and a shard come from one number. Were they tied to each other, a minute's work would be in few shards.
    let mut shards = [0_u32; DUE_SHARDS as usize];
    let minute = opening() + HOUR;
    for mut member in (0..FLEET).map(Member::of_an_instant) {
        let due = member.next_sync(60, member.connected);
        if (minute..minute + TimeDelta::minutes(1)).contains(&due) {
            shards[shard(member.id) as usize] += 1;
        }
    }
    let share = f64::from(shards.iter().sum::<u32>()) / DUE_SHARDS as f64;
    let fullest = f64::from(*shards.iter().max().expect("shards")) / share;
    assert!(share > 100.0, "{share} a shard are too few to tell");
    assert!(fullest <= MOST, "the fullest shard has {fullest:.2} times its share");
}
