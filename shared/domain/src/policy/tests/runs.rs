use super::*;
use HealthState::{Incident, Recovering, Well};

/// The judgements of a streak of failed runs, each one at the instant that the former one asked for.
fn streak(classes: &[FailureClass], jitter: f64) -> Vec<Judged> {
    let policy = Policy::default();
    let (mut counters, mut now) = (settled(noon()), noon());
    let mut judged = Vec::new();
    for class in classes {
        let next = after_failure(&policy, counters, failed(*class), None, now, jitter);
        (counters, now) = (next.counters, next.next_try);
        judged.push(next);
    }
    judged
}

fn waits(judged: &[Judged]) -> Vec<i64> {
    let starts = std::iter::once(noon()).chain(judged.iter().map(|judged| judged.next_try));
    starts.zip(judged).map(|(start, judged)| (judged.next_try - start).num_seconds()).collect()
}

#[test]
fn waits_grow_to_six_hours_and_stay_there() {
    let minutes = |jitter| waits(&streak(&[FailureClass::Transient; 10], jitter));
    assert_eq!(minutes(1.0), [1, 2, 5, 10, 30, 60, 180, 360, 360, 360].map(|minutes| minutes * 60));
    assert_eq!(minutes(0.0), [1, 2, 5, 10, 30, 60, 180, 360, 360, 360].map(|minutes| minutes * 15));
}

#[test]
fn only_some_classes_count_but_every_one_waits() {
    for class in CLASSES {
        let last = streak(&[class; 3], 0.5)[2];
        let (counting, limited) = (class.counts(), class == FailureClass::RateLimited);
        assert_eq!(last.counters.failures, if counting { 3 } else { 0 }, "{class:?}");
        assert_eq!(last.counters.rate_limited, if limited { 3 } else { 0 }, "{class:?}");
        assert_eq!((last.counters.attempts, last.counters.settled_at), (3, noon()), "{class:?}");
    }
}

#[test]
fn a_rate_limit_in_between_neither_counts_nor_ends_the_streak() {
    let limited = FailureClass::RateLimited;
    let judged = streak(&[FailureClass::Transient, limited, FailureClass::Transient, limited], 0.5);
    let counters = judged[3].counters;
    assert_eq!((counters.failures, counters.rate_limited, counters.attempts), (2, 2, 4));
}

#[test]
fn a_manual_run_changes_no_counter_and_is_tried_again_soon() {
    let counters = Counters { failures: 9, attempts: 12, rate_limited: 3, settled_at: noon() - hours(30) };
    for class in CLASSES {
        let run = FailedRun { manual: true, ..failed(class) };
        let judged = after_failure(&Policy::default(), counters, run, None, noon(), 1.0);
        assert_eq!((judged.counters, judged.warning, judged.review_at), (counters, false, None), "{class:?}");
        assert_eq!(judged.next_try, noon() + minutes(1), "{class:?}");
    }
}

#[test]
fn a_manual_run_does_not_take_a_review_away() {
    let counters = Counters { failures: 10, attempts: 10, rate_limited: 0, settled_at: noon() - hours(20) };
    let run = FailedRun { manual: true, ..failed(FailureClass::RateLimited) };
    let judged = after_failure(&Policy::default(), counters, run, None, noon(), 1.0);
    assert_eq!(judged.review_at, Some(noon() + hours(4)));
}

#[test]
fn a_request_meanwhile_is_tried_after_the_first_step_and_the_next_run_waits_long_again() {
    let counters = Counters { attempts: 6, ..settled(noon()) };
    let run = FailedRun { requested: true, ..failed(FailureClass::Transient) };
    let judged = after_failure(&Policy::default(), counters, run, None, noon(), 1.0);
    assert_eq!((judged.next_try, judged.counters.attempts), (noon() + minutes(1), 7));
    let again = after_failure(&Policy::default(), judged.counters, failed(run.class), None, noon(), 1.0);
    assert_eq!(again.next_try, noon() + hours(6));
}

#[test]
fn a_longer_request_of_the_provider_wins_but_not_beyond_a_day() {
    let next_try = |attempts, asked: TimeDelta| {
        let run = FailedRun { asked_to_wait: Some(noon() + asked), ..failed(FailureClass::RateLimited) };
        let counters = Counters { attempts, ..settled(noon()) };
        after_failure(&Policy::default(), counters, run, None, noon(), 0.5).next_try - noon()
    };
    assert_eq!(next_try(0, minutes(7)), minutes(7));
    assert_eq!(next_try(0, TimeDelta::days(30)), hours(24));
    assert_eq!(next_try(7, seconds(1)), minutes(225));
    assert_eq!(next_try(0, hours(-3)), TimeDelta::milliseconds(37_500));
}

#[test]
fn an_incident_freezes_what_counts_but_not_the_backoff() {
    let counters = Counters { failures: 4, attempts: 4, ..settled(noon()) };
    for (state, failures) in [(Well, 5), (Incident, 4), (Recovering, 4)] {
        let run = failed(FailureClass::Transient);
        let judged = after_failure(&Policy::default(), counters, run, health(state, noon()), noon(), 1.0);
        assert_eq!((judged.counters.failures, judged.counters.attempts), (failures, 5), "{state:?}");
        assert_eq!(judged.warning, failures == 5, "{state:?}");
        assert_eq!(judged.next_try, noon() + minutes(30), "{state:?}");
    }
}

proptest! {
    #[test]
    fn a_later_run_never_waits_less_for_the_same_jitter(
        class in any_class(), attempts in 0u32..30, jitter in 0.0f64..=1.0,
    ) {
        let wait = |attempts| {
            let counters = Counters { attempts, ..settled(noon()) };
            after_failure(&Policy::default(), counters, failed(class), None, noon(), jitter).next_try - noon()
        };
        prop_assert!(wait(attempts) <= wait(attempts + 1));
        prop_assert!(wait(attempts) >= seconds(15) && wait(attempts) <= hours(6));
    }

    #[test]
    fn the_next_try_is_never_before_now_nor_before_what_was_asked_for(
        class in any_class(), manual: bool, requested: bool, attempts: u32, jitter: f64,
        asked in prop::option::of(-100_000i64..200_000), health in any_health(48),
    ) {
        let asked_to_wait = asked.map(|asked| noon() + seconds(asked));
        let run = FailedRun { class, manual, asked_to_wait, requested };
        let counters = Counters { failures: attempts, attempts, rate_limited: attempts, settled_at: noon() };
        let judged = after_failure(&Policy::default(), counters, run, health, noon(), jitter);
        prop_assert!(judged.next_try > noon());
        prop_assert!(judged.next_try <= noon() + hours(24));
        if let Some(asked) = asked_to_wait {
            prop_assert!(judged.next_try >= asked.min(noon() + hours(24)));
        }
    }

    #[test]
    fn a_streak_warns_exactly_once_and_only_at_the_fifth_that_counts(
        classes in prop::collection::vec((any_class(), any::<bool>()), 0..60),
    ) {
        let mut counters = settled(noon());
        let mut warnings = Vec::new();
        for (class, manual) in &classes {
            let run = FailedRun { manual: *manual, ..failed(*class) };
            let judged = after_failure(&Policy::default(), counters, run, None, noon(), 0.5);
            counters = judged.counters;
            warnings.extend(judged.warning.then_some(counters.failures));
        }
        let counting = classes.iter().filter(|(class, manual)| class.counts() && !manual).count();
        prop_assert_eq!(counters.failures as usize, counting);
        prop_assert_eq!(warnings, if counting >= 5 { vec![5] } else { vec![] });
    }

    #[test]
    fn any_numbers_at_all_are_judged_without_a_panic(
        steps in prop::collection::vec(any::<u32>(), 0..3), hours: u32, minutes: u32, percent: u32,
        counters in any::<(u32, u32, u32)>(), health in any_health(1_000_000), jitter: f64, far: bool,
    ) {
        let policy = Policy {
            backoff_minutes: steps, deactivate_after_hours: hours, probe_every_hours: hours, probe_for_days: hours,
            ramp_minutes: minutes, window_minutes: minutes, windows: minutes, incident_admission_percent: percent,
            recovered_percent: percent, incident_percent: percent, ..Policy::default()
        };
        let now = if far { DateTime::<Utc>::MAX_UTC } else { noon() };
        let (failures, attempts, rate_limited) = counters;
        let counters = Counters { failures, attempts, rate_limited, settled_at: noon() };
        let judged = after_failure(&policy, counters, failed(FailureClass::Transient), health, now, jitter);
        prop_assert!(judged.next_try >= now && judged.review_at.is_none_or(|at| at >= now));
        may_deactivate(&policy, &counters, FailureClass::Transient, health, now);
        next_probe(&policy, DateTime::<Utc>::MIN_UTC, now, jitter);
        window_start(&policy, DateTime::<Utc>::MIN_UTC);
        let extreme = Window { started: u64::MAX, failed: u64::MAX, integrations: u64::MAX };
        assess(&policy, health, &[extreme, extreme], now);
        prop_assert!(admitted(&policy, u32::MAX, health, now) >= 1);
    }
}
