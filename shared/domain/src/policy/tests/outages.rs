//! A provider that fails everybody for an hour, a day and longer, and what happens when it comes back.

use super::fleet::{Fleet, Minute, RATE, SIZE};
use super::*;
use HealthState::{Incident, Recovering, Well};

/// How many are one failure from the threshold when the outage begins.
const NEARLY_DEACTIVATED: usize = 200;

/// A fleet that lived through an outage.
struct Outage {
    fleet: Fleet,
    /// The minutes in which the provider went away and came back.
    gone: usize,
    back: usize,
    /// Runs of every integration during the outage.
    calls: Vec<u32>,
}

/// Two ordinary hours, not quite to the start of a window, the outage, and nine hours after it.
fn live_through(policy: Policy, outage: TimeDelta) -> Outage {
    let mut fleet = Fleet::new(SIZE, policy);
    fleet.live(minutes(123), |_, _| false);
    nearly_deactivate(&mut fleet);
    let (gone, before) = (fleet.minutes.len(), calls(&fleet));
    fleet.live(outage, |_, _| true);
    let calls = calls(&fleet).iter().zip(before).map(|(after, before)| after - before).collect();
    let back = fleet.minutes.len();
    fleet.live(hours(9), |_, _| false);
    Outage { fleet, gone, back, calls }
}

fn calls(fleet: &Fleet) -> Vec<u32> {
    fleet.members.iter().map(|member| member.calls).collect()
}

/// Takes some who sync often to one failure from the threshold, so that the sweep has somebody to ask about.
fn nearly_deactivate(fleet: &mut Fleet) {
    let settled_at = fleet.now() - hours(20);
    for member in fleet.members.iter_mut().step_by(10).take(NEARLY_DEACTIVATED) {
        member.counters = Counters { failures: 9, attempts: 9, rate_limited: 0, settled_at };
    }
}

/// The most runs that the backoff's shortest waits leave room for, the first one at the beginning.
fn most_calls(span: TimeDelta) -> u32 {
    let steps = Policy::default().backoff_minutes;
    let waits = steps.iter().chain(std::iter::repeat(&360)).map(|step| minutes(i64::from(*step)) / 4);
    let mut passed = TimeDelta::zero();
    let starts = waits.take_while(|wait| {
        passed += *wait;
        passed <= span
    });
    1 + starts.count() as u32
}

fn state(minute: &Minute) -> Option<HealthState> {
    minute.health.map(|health| health.state)
}

impl Outage {
    /// The minutes from `from` to the first one in a state.
    fn until(&self, from: usize, wanted: HealthState) -> usize {
        let found = self.fleet.minutes[from..].iter().position(|minute| state(minute) == Some(wanted));
        found.unwrap_or_else(|| panic!("never {wanted:?}"))
    }

    /// Runs in a minute of the last hour, and of the last one before the outage.
    fn ordinary(&self) -> (f64, f64) {
        let end = self.fleet.minutes.len();
        (self.fleet.mean(end - 60..end), self.fleet.mean(self.gone - 60..self.gone))
    }

    fn peak(&self) -> u32 {
        self.fleet.minutes[self.back..].iter().map(|minute| minute.started).max().expect("a minute")
    }

    fn deactivates_nobody_although_it_is_asked(&self) {
        assert_eq!(self.fleet.deactivations.len(), 0);
        assert!(self.fleet.asked > 10_000, "{} questions", self.fleet.asked);
        let warned = self.fleet.members.iter().filter(|member| !member.warned.is_empty()).count();
        assert_eq!(warned, 0, "the incident was recognised before anybody had failed five times");
    }

    fn keeps_to_the_backoff(&self, span: TimeDelta, most: u32) {
        assert_eq!(most_calls(span), most);
        let highest = *self.calls.iter().max().expect("an integration");
        assert!(highest <= most && highest >= most / 2, "{highest} of {most} runs");
        let hour = self.gone + 60..self.back;
        let (mean, (ordinary, _)) = (self.fleet.mean(hour.clone()), self.ordinary());
        let worst = self.fleet.minutes[hour].iter().map(|minute| minute.started).max().expect("a minute");
        println!(
            "{} h: at most {highest} runs each (allowed {most}); after the first hour {mean:.0} a minute, at most {worst}, \
             ordinarily {ordinary:.0}; after the return at most {}",
            span.num_hours(),
            self.peak(),
        );
        assert!(worst <= RATE / 10, "{worst}");
        assert!(mean <= ordinary / 6.0, "{mean} of {ordinary}");
    }

    fn is_recognised_and_forgotten_in_time(&self) {
        assert!(self.fleet.minutes[..self.gone].iter().all(|minute| minute.health.is_none()));
        assert!(self.until(self.gone, Incident) <= 15);
        let recovering = self.until(self.back, Recovering);
        assert!(recovering <= 15, "{recovering}");
        assert_eq!(self.until(self.back + recovering, Well), 30);
        let opened = self.gone + self.until(self.gone, Incident);
        let changes = self.fleet.minutes[opened..].windows(2).filter(|pair| state(&pair[0]) != state(&pair[1]));
        assert_eq!(changes.count(), 2, "the state flutters");
    }

    fn comes_back_step_by_step(&self) {
        assert!(self.fleet.minutes.iter().all(|minute| minute.started <= minute.admitted));
        let admitted = self.fleet.minutes[self.back..].iter().map(|minute| minute.admitted);
        let steps: Vec<u32> = admitted.clone().zip(admitted.skip(1)).map(|(one, next)| next - one).collect();
        assert!(steps.iter().all(|step| *step <= 27), "{steps:?}");
        assert_eq!(steps.iter().sum::<u32>(), RATE - RATE / 10);
        let (after, before) = self.ordinary();
        assert!((after / before - 1.0).abs() < 0.05, "{after} a minute, formerly {before}");
        assert!(f64::from(self.peak()) <= 1.5 * after, "{} of {after}", self.peak());
        let back = noon() + minutes(self.back as i64);
        assert!(self.fleet.members.iter().all(|member| member.succeeded.is_some_and(|at| at >= back)));
    }

    fn survives(&self, span: TimeDelta, most: u32) {
        self.deactivates_nobody_although_it_is_asked();
        self.keeps_to_the_backoff(span, most);
        self.is_recognised_and_forgotten_in_time();
        self.comes_back_step_by_step();
    }
}

#[test]
fn a_day_without_the_provider_deactivates_nobody_and_ends_without_a_rush() {
    live_through(Policy::default(), hours(24)).survives(hours(24), 23);
}

#[test]
fn neither_does_more_than_a_day() {
    live_through(Policy::default(), hours(30)).survives(hours(30), 27);
}

#[test]
fn what_waited_through_an_hour_is_let_in_more_and_more_until_nothing_waits() {
    let outage = live_through(Policy::default(), hours(1));
    outage.is_recognised_and_forgotten_in_time();
    outage.comes_back_step_by_step();
    let recovering = outage.back + outage.until(outage.back, Recovering);
    assert!(outage.fleet.minutes[recovering].waiting > 8_000, "{:?}", outage.fleet.minutes[recovering]);
    let fives: Vec<f64> =
        (0..5).map(|five| recovering + five * 5).map(|from| outage.fleet.mean(from..from + 5)).collect();
    assert!(fives.windows(2).all(|pair| pair[0] + 100.0 < pair[1]), "{fives:?}");
    let empty = outage.fleet.minutes[recovering..].iter().position(|minute| minute.waiting == 0);
    assert!(empty.is_some_and(|minute| minute <= 45), "empty after {empty:?} minutes");
}

/// What the ramp is for: without it, the same hour ends in a jump.
#[test]
fn without_a_ramp_everything_that_waited_comes_at_once() {
    let outage = live_through(Policy { ramp_minutes: 0, ..Policy::default() }, hours(1));
    let recovering = outage.back + outage.until(outage.back, Recovering);
    let started = [recovering - 1, recovering].map(|minute| outage.fleet.minutes[minute].started);
    assert_eq!(started, [RATE / 10, RATE]);
    assert!(f64::from(outage.peak()) > 1.5 * outage.ordinary().0);
}

/// What the incident is for: without it, the same day deactivates as many as the sweep may, and warns everybody.
#[test]
fn without_an_incident_the_same_day_deactivates_as_many_as_the_cap_allows() {
    let blind = Policy { incident_least_integrations: u32::MAX, ..Policy::default() };
    let outage = live_through(blind, hours(30));
    let warned = outage.fleet.members.iter().filter(|member| member.warned == [5]).count();
    assert_eq!(warned, SIZE - NEARLY_DEACTIVATED);
    assert!(outage.fleet.deactivations.len() > 600, "{}", outage.fleet.deactivations.len());
    assert!(outage.fleet.deactivations.windows(101).all(|hour| hour[100] - hour[0] >= hours(1)));
    // The backoff alone, without any admission, still spares the provider.
    let mean = outage.fleet.mean(outage.gone + 120..outage.back);
    assert!(mean < outage.ordinary().1 / 4.0, "{mean} a minute");
}

/// Half of the runs is never enough, it takes five integrations: a smaller fleet cannot show that the provider is to blame.
#[test]
fn a_fleet_of_eight_is_protected_but_four_are_deactivated_as_if_each_had_failed_alone() {
    for (size, deactivated) in [(1, 1), (4, 4), (8, 0), (20, 0), (100, 0)] {
        let mut fleet = Fleet::new(size, Policy::default());
        fleet.live(hours(2), |_, _| false);
        fleet.live(hours(30), |_, _| true);
        fleet.live(hours(40), |_, _| false);
        assert_eq!(fleet.deactivations.len(), deactivated, "of {size}");
    }
}
