//! Wider searches, for a change of the protocol. They take minutes, and gigabytes:
//! `cargo test -p model -- --ignored --nocapture --test-threads 1`.

use crate::scopes::{self, ROTATIONS, protocol, with_zombies};
use crate::search::{holds, search, search_deep};
use model::Variant::{CommitForgetsTheDead, TriesNoOtherVersion};
use model::{Bounds, PerTenant, Protocol, Rotation, Rule};

#[test]
#[ignore = "takes a minute"]
fn four_leases_and_a_call_that_fails() {
    for rotation in ROTATIONS {
        holds("four leases, failing", protocol(rotation, Bounds { faults: 1, ..scopes::refreshes() }));
    }
}

#[test]
#[ignore = "takes a minute"]
fn three_leases_and_removals() {
    for rotation in ROTATIONS {
        let bounds = Bounds { leases: 3, crashes: 1, ..scopes::removals() };
        holds("three leases, removals", protocol(rotation, bounds));
    }
}

#[test]
#[ignore = "takes a minute"]
fn four_leases_with_zombies_and_a_reconnect() {
    let bounds = Bounds { early_looks: 0, ..scopes::refreshes() };
    holds("four leases, zombies", with_zombies(Rotation::Strict, bounds));
}

#[test]
#[ignore = "takes a minute"]
fn zombies_and_removals() {
    for rotation in [Rotation::Grace, Rotation::Strict] {
        let bounds = Bounds { leases: 3, crashes: 1, connects: PerTenant::default(), ..scopes::removals() };
        holds("zombies, removals", with_zombies(rotation, bounds));
    }
}

#[test]
#[ignore = "takes a minute"]
fn five_leases_with_zombies_of_whom_one_left_the_only_good_version() {
    let whole = with_zombies(Rotation::Grace, Bounds { leases: 5, crashes: 1, ..Bounds::default() });
    holds("five leases, zombies", whole);
    let without = &[TriesNoOtherVersion];
    let found = search("without: another version", Protocol { without, ..whole }).expect("it is missed");
    assert_eq!(found.rule, Rule::NoVerdictBeforeEveryVersionWasTried);
}

#[test]
#[ignore = "takes minutes"]
fn six_leases_with_zombies_and_a_version_that_was_refused_before() {
    let whole = with_zombies(Rotation::Grace, Bounds { leases: 6, crashes: 2, ..Bounds::default() });
    let without = &[CommitForgetsTheDead];
    let found = search_deep("without: the dead", Protocol { without, ..whole }).expect("it is missed");
    assert_eq!(found.rule, Rule::ThePointerNeverGoesBack);
}
