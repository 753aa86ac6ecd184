//! Integrations that fail for reasons of their own, at a provider that works.

use super::fleet::{Fleet, SIZE};
use super::*;

/// Fifty of the fleet, of every interval.
fn is_ill(who: usize) -> bool {
    who % 199 == 7 && who < 9_950
}

#[test]
fn who_fails_for_a_day_is_warned_at_the_fifth_failure_and_deactivated_once_and_nobody_else() {
    let mut fleet = Fleet::new(SIZE, Policy::default());
    fleet.live(hours(2), |_, _| false);
    fleet.live(hours(26), |who, _| is_ill(who));
    assert_eq!((fleet.deactivations.len(), (0..SIZE).filter(|who| is_ill(*who)).count()), (50, 50));
    assert!(fleet.minutes.iter().all(|minute| minute.health.is_none()));
    for (who, member) in fleet.members.iter().enumerate() {
        assert_eq!(member.warned, if is_ill(who) { vec![5] } else { vec![] }, "{who}");
        assert_eq!(member.deactivated.is_some(), is_ill(who), "{who}");
        if let Some(at) = member.deactivated {
            assert!(member.counters.failures >= 10, "{who}: {}", member.counters.failures);
            assert_eq!(at, member.counters.settled_at + hours(24), "{who}: at the first look of the sweep");
        }
    }
}

/// When one of the two thousand breaks: within three hours, as a change at the customers' own side would spread.
fn breaks_at(who: usize) -> Option<DateTime<Utc>> {
    let minute = (who * 7_919 % 180) as i64;
    who.is_multiple_of(5).then(|| noon() + hours(2) + minutes(minute))
}

#[test]
fn of_two_thousand_broken_ones_no_more_than_a_hundred_an_hour_are_deactivated() {
    let mut fleet = Fleet::new(SIZE, Policy::default());
    fleet.live(hours(2 + 3 + 24 + 20), |who, now| breaks_at(who).is_some_and(|at| at <= now));
    assert!(fleet.minutes.iter().all(|minute| minute.health.is_none()), "an incident hides them");
    assert_eq!(fleet.deactivations.len(), 2_000);
    assert!(fleet.deactivations[0] >= noon() + hours(25));
    assert!(fleet.deactivations.windows(101).all(|hour| hour[100] - hour[0] >= hours(1)));
    let span = fleet.deactivations[1_999] - fleet.deactivations[0];
    assert!(span < hours(21), "the cap is used: {span}");
    for (who, member) in fleet.members.iter().enumerate() {
        assert_eq!(member.deactivated.is_some(), breaks_at(who).is_some(), "{who}");
    }
}
