use super::*;
use HealthState::{Incident, Recovering, Well};

fn counters(failures: u32, since: TimeDelta) -> Counters {
    Counters { failures, attempts: failures, rate_limited: 0, settled_at: noon() - since }
}

fn may(counters: Counters, class: FailureClass, health: Option<Health>) -> bool {
    may_deactivate(&Policy::default(), &counters, class, health, noon())
}

#[test]
fn ten_failures_and_a_day_without_a_success_are_both_needed() {
    let almost = hours(24) - seconds(1);
    for (failures, since, expected) in
        [(10, hours(24), true), (9, hours(24), false), (10, almost, false), (9, hours(900), false), (99, almost, false)]
    {
        assert_eq!(may(counters(failures, since), FailureClass::Transient, None), expected, "{failures} {since}");
    }
}

#[test]
fn the_last_run_must_have_failed_for_a_reason_that_counts() {
    for class in CLASSES {
        assert_eq!(may(counters(50, hours(90)), class, None), class.counts(), "{class:?}");
    }
}

#[test]
fn nobody_is_deactivated_until_the_provider_was_well_for_a_day() {
    for (state, since, expected) in [
        (Well, hours(24), true),
        (Well, hours(24) - seconds(1), false),
        (Incident, hours(90), false),
        (Recovering, hours(90), false),
    ] {
        let health = health(state, noon() - since);
        assert_eq!(may(counters(50, hours(900)), FailureClass::Transient, health), expected, "{health:?}");
    }
}

#[test]
fn the_review_is_when_it_could_first_be_due() {
    let at = |failures, since, health| {
        let at = review_at(&Policy::default(), &counters(failures, since), health, noon());
        at.map(|at| (at - noon()).num_minutes())
    };
    assert_eq!(at(9, hours(90), None), None);
    assert_eq!(at(10, hours(4), None), Some(20 * 60));
    assert_eq!(at(10, hours(90), None), Some(0));
    assert_eq!(at(10, hours(90), health(Well, noon() - hours(23))), Some(60));
    assert_eq!(at(10, hours(90), health(Recovering, noon() - minutes(20))), Some(24 * 60 + 10));
    assert_eq!(at(10, hours(90), health(Recovering, noon() - hours(9))), Some(24 * 60));
    assert_eq!(at(10, hours(90), health(Incident, noon() - hours(9))), Some(24 * 60 + 30));
}

#[test]
fn the_cap_is_a_hundred_or_one_percent_whichever_is_more() {
    let cap = |scheduled| hourly_cap(&Policy::default(), scheduled);
    assert_eq!([0, 1, 9_999, 10_000, 10_099, 10_100, 1_000_000].map(cap), [100, 100, 100, 100, 100, 101, 10_000]);
    assert_eq!(hourly_cap(&Policy { sweep_percent: 100, ..Policy::default() }, u64::MAX), u64::MAX);
}

/// All probes of an integration that was deactivated at noon, each computed when the one before ran, `late` after its time.
fn probes(policy: &Policy, jitter: impl Fn(usize) -> f64, late: TimeDelta) -> Vec<DateTime<Utc>> {
    let (mut now, mut found) = (noon(), Vec::new());
    while let Some(at) = next_probe(policy, noon(), now, jitter(found.len())) {
        assert!(at > now, "{at} is not after {now}");
        found.push(at);
        now = at + late;
    }
    found
}

#[test]
fn there_is_one_probe_a_day_for_a_fortnight() {
    let days: Vec<i64> =
        probes(&Policy::default(), |_| 0.5, seconds(9)).iter().map(|at| (*at - noon()).num_minutes()).collect();
    let expected: Vec<i64> = (1..=14).map(|day| day * 24 * 60 + 30).collect();
    assert_eq!(days, expected);
}

#[test]
fn probes_that_are_always_late_are_fewer_and_never_more() {
    assert_eq!(probes(&Policy::default(), |_| 1.0, hours(30)).len(), 7);
    assert_eq!(next_probe(&Policy::default(), noon(), noon() + hours(14 * 24), 0.0), None);
    assert_eq!(next_probe(&Policy::default(), noon(), noon() - hours(30), 0.0), Some(noon() + hours(24)));
}

#[test]
fn a_policy_with_shorter_distances_still_keeps_them() {
    let policy = Policy { probe_every_hours: 1, probe_for_days: 1, ..Policy::default() };
    let found = probes(&policy, |probe| (probe % 2) as f64, seconds(1));
    assert_eq!(found.len(), 24);
    assert!(found.windows(2).all(|pair| pair[1] - pair[0] >= minutes(57)), "{found:?}");
}

proptest! {
    #[test]
    fn nobody_is_deactivated_in_an_incident_or_within_a_day_after_it(
        failures in 0u32..100, ago in 0i64..400_000, class in any_class(), health in any_health(60),
    ) {
        let allowed = may(counters(failures, seconds(ago)), class, health);
        let well = health.is_none_or(|health| health.state == Well && health.since <= noon() - hours(24));
        prop_assert_eq!(allowed, failures >= 10 && ago >= 86_400 && class.counts() && well);
    }

    #[test]
    fn before_its_review_nobody_may_be_deactivated_and_at_it_whoever_stays_as_he_is(
        failures in 0u32..20, ago in 0i64..200_000, health in any_health(60), step in 0i64..1000,
    ) {
        let policy = Policy::default();
        let counters = counters(failures, seconds(ago));
        let may = |at| may_deactivate(&policy, &counters, FailureClass::Transient, health, at);
        match review_at(&policy, &counters, health, noon()) {
            None => prop_assert!(!may(noon() + hours(1000))),
            Some(review) => {
                let before = noon() + (review - noon()) * step as i32 / 1000;
                prop_assert!(before >= review || !may(before), "{before} is before {review}");
                prop_assert_eq!(may(review), !frozen(health));
            }
        }
    }

    #[test]
    fn probes_are_at_most_fourteen_and_at_least_twenty_three_hours_apart(
        jitters in prop::collection::vec(0.0f64..=1.0, 15), late in 0i64..1800,
    ) {
        let found = probes(&Policy::default(), |probe| jitters[probe], seconds(late));
        prop_assert_eq!(found.len(), 14);
        prop_assert!(found.windows(2).all(|pair| pair[1] - pair[0] >= hours(23)), "{found:?}");
        for (day, at) in (1..).zip(&found) {
            prop_assert!(*at >= noon() + hours(24) * day && *at <= noon() + hours(24) * day + hours(1));
        }
    }
}
