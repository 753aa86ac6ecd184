use super::*;
use HealthState::{Incident, Recovering, Well};

fn window(started: u64, failed: u64, integrations: u64) -> Window {
    Window { started, failed, integrations }
}

fn state(before: Option<Health>, windows: &[Window]) -> Option<HealthState> {
    assess(&Policy::default(), before, windows, noon()).map(|health| health.state)
}

fn long_ago(state: HealthState) -> Option<Health> {
    health(state, noon() - hours(5))
}

#[test]
fn windows_lie_on_multiples_of_their_length() {
    let start = |text: &str| window_start(&Policy::default(), text.parse().expect("an instant")).to_rfc3339();
    assert_eq!(start("2026-03-14T12:04:59.999Z"), "2026-03-14T12:00:00+00:00");
    assert_eq!(start("2026-03-14T12:05:00Z"), "2026-03-14T12:05:00+00:00");
    assert_eq!(start("1969-12-31T23:59:00Z"), "1969-12-31T23:55:00+00:00");
}

#[test]
fn an_incident_needs_five_runs_half_of_them_failed_and_five_different_integrations() {
    for (windows, opens) in [
        (vec![window(1, 1, 1)], false),
        (vec![window(40, 40, 4)], false),
        (vec![window(4, 4, 5)], false),
        (vec![window(8, 5, 5)], true),
        (vec![window(8, 4, 5)], true),
        (vec![window(9, 4, 5)], false),
        (vec![window(1000, 499, 400)], false),
        (vec![window(1000, 500, 400)], true),
        (vec![window(0, 0, 0); 3], false),
        (vec![], false),
    ] {
        let expected = |healthy| if opens { Some(Incident) } else { healthy };
        assert_eq!(state(None, &windows), expected(None), "{windows:?}");
        assert_eq!(state(long_ago(Well), &windows), expected(Some(Well)), "{windows:?}");
    }
}

#[test]
fn the_same_integrations_in_every_window_are_not_more_of_them() {
    assert_eq!(state(None, &[window(3, 3, 2), window(3, 3, 2), window(2, 2, 2)]), None);
    assert_eq!(state(None, &[window(5, 0, 0), window(5, 4, 4), window(9, 8, 6)]), Some(Incident));
}

#[test]
fn windows_before_the_last_three_are_forgotten() {
    let calm = [window(100, 0, 0); 3];
    let before = [vec![window(1000, 1000, 900)], calm.to_vec()].concat();
    assert_eq!(state(None, &before), None);
    assert_eq!(state(long_ago(Incident), &before), Some(Recovering));
}

#[test]
fn nothing_ends_and_nothing_begins_without_evidence() {
    for before in [None, long_ago(Well), long_ago(Incident), long_ago(Recovering)] {
        for windows in [vec![], vec![Window::default(); 3]] {
            assert_eq!(assess(&Policy::default(), before, &windows, noon()), before);
        }
    }
}

#[test]
fn an_incident_ends_below_a_quarter_and_not_at_it() {
    assert_eq!(state(long_ago(Incident), &[window(100, 25, 9)]), Some(Incident));
    assert_eq!(state(long_ago(Incident), &[window(100, 24, 9)]), Some(Recovering));
    assert_eq!(state(long_ago(Incident), &[window(1, 0, 0)]), Some(Recovering));
}

#[test]
fn a_provider_is_well_only_after_the_whole_ramp() {
    let calm = [window(100, 0, 0)];
    let recovering = |ago| health(Recovering, noon() - ago);
    let nearly = minutes(30) - seconds(1);
    assert_eq!(assess(&Policy::default(), recovering(nearly), &calm, noon()), recovering(nearly));
    assert_eq!(assess(&Policy::default(), recovering(minutes(30)), &calm, noon()), health(Well, noon()));
    assert_eq!(state(recovering(hours(9)), &[window(100, 25, 20)]), Some(Recovering));
}

#[test]
fn a_relapse_needs_no_minimum_of_integrations() {
    assert_eq!(state(long_ago(Recovering), &[window(2, 1, 1)]), Some(Incident));
    assert_eq!(state(long_ago(Recovering), &[window(100, 49, 40)]), Some(Recovering));
}

#[test]
fn an_ill_provider_of_which_nothing_is_heard_gets_well_in_two_steps() {
    let after = |state, ago, failed| unheard(&Policy::default(), health(state, noon() - ago), failed, noon());
    for (state, next) in [(Incident, Recovering), (Recovering, Well), (Well, Well)] {
        assert_eq!(after(state, hours(6), false).map(|health| health.state), Some(next), "{state:?}");
        assert_eq!(after(state, hours(6), true), health(state, noon() - hours(6)), "{state:?}: somebody failed");
        let short = hours(6) - seconds(1);
        assert_eq!(after(state, short, false), health(state, noon() - short), "{state:?}: too early to tell");
    }
    assert_eq!(unheard(&Policy::default(), None, false, noon()), None);
}

#[test]
fn a_tenth_is_admitted_in_an_incident_and_the_whole_again_after_half_an_hour() {
    let admit = |health| admitted(&Policy::default(), 1000, health, noon());
    assert_eq!((admit(None), admit(long_ago(Well)), admit(long_ago(Incident))), (1000, 1000, 100));
    let ramp: Vec<u32> =
        [-5, 0, 10, 20, 29, 30, 31].iter().map(|ago| admit(health(Recovering, noon() - minutes(*ago)))).collect();
    assert_eq!(ramp, [100, 100, 400, 700, 970, 1000, 1000]);
}

#[test]
fn one_run_is_admitted_where_a_tenth_is_none_but_none_where_there_is_no_rate() {
    let admit = |rate| admitted(&Policy::default(), rate, long_ago(Incident), noon());
    assert_eq!([admit(0), admit(1), admit(9), admit(10), admit(25)], [0, 1, 1, 1, 2]);
}

#[test]
fn health_is_written_in_the_words_of_the_store() {
    let written = serde_json::to_value(health(Recovering, noon())).expect("JSON");
    assert_eq!(written, serde_json::json!({ "state": "recovering", "since": "2026-03-14T12:00:00Z" }));
    assert_eq!(serde_json::from_value::<Option<Health>>(written).expect("health"), health(Recovering, noon()));
}

prop_compose! {
    fn any_window()(started in 0u64..50, share in 0u64..=100, other in 0u64..=50) -> Window {
        let failed = started * share / 100;
        window(started, failed, other.min(failed))
    }
}

proptest! {
    #[test]
    fn only_the_four_ways_between_the_states_exist(
        before in any_health(2), windows in prop::collection::vec(any_window(), 0..4),
    ) {
        let after = assess(&Policy::default(), before, &windows, noon());
        let states = (before.map(|health| health.state), after.map(|health| health.state));
        let known = [
            (None, Some(Incident)),
            (Some(Well), Some(Incident)),
            (Some(Incident), Some(Recovering)),
            (Some(Recovering), Some(Incident)),
            (Some(Recovering), Some(Well)),
        ];
        prop_assert!(before == after || known.contains(&states), "{states:?}");
        prop_assert!(before == after || after.is_some_and(|health| health.since == noon()));
    }

    #[test]
    fn between_the_two_thresholds_nothing_moves(
        before in any_health(2), started in 4u64..1000, share in 0.25f64..0.499, integrations in 0u64..1000,
    ) {
        let failed = (started as f64 * share).ceil() as u64;
        prop_assume!(failed * 2 < started);
        let windows = [window(started, failed, integrations)];
        prop_assert_eq!(assess(&Policy::default(), before, &windows, noon()), before);
    }

    #[test]
    fn a_second_look_at_the_same_windows_changes_nothing(
        before in any_health(2), windows in prop::collection::vec(any_window(), 0..4),
    ) {
        let once = assess(&Policy::default(), before, &windows, noon());
        prop_assert_eq!(assess(&Policy::default(), once, &windows, noon()), once);
    }

    #[test]
    fn what_is_admitted_is_between_a_tenth_and_the_rate_and_never_falls_while_it_recovers(
        rate in 1u32..100_000, ago in 0i64..3600, before in any_health(2),
    ) {
        let admit = |health| admitted(&Policy::default(), rate, health, noon());
        prop_assert!(admit(before) >= (rate / 10).max(1) && admit(before) <= rate);
        let at = |ago| admit(health(Recovering, noon() - seconds(ago)));
        prop_assert!(at(ago) <= at(ago + 1));
    }

    #[test]
    fn counters_are_frozen_in_every_state_but_well(before in any_health(2)) {
        let well = before.is_none_or(|health| health.state == Well);
        prop_assert_eq!(frozen(before), !well);
    }
}
