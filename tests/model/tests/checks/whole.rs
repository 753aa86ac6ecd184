//! The whole protocol: every rule holds.

use crate::scopes::{self, ROTATIONS, ROTATIONS_WITH_ZOMBIES, protocol, with_zombies};
use crate::search::holds;
use model::{Bounds, Neighbour, PerTenant, Protocol};

#[test]
fn refreshes_whose_workers_die_and_a_reconnect() {
    for rotation in ROTATIONS {
        holds("refreshes", protocol(rotation, scopes::refreshes()));
    }
}

#[test]
fn refreshes_whose_calls_fail() {
    for rotation in ROTATIONS {
        holds("failing refreshes", protocol(rotation, scopes::failing_refreshes()));
    }
}

#[test]
fn disconnect_delete_create_and_connect_racing_refreshes() {
    for rotation in ROTATIONS {
        holds("removals", protocol(rotation, scopes::removals()));
    }
}

#[test]
fn a_neighbour_at_the_same_account_of_the_provider_who_leaves() {
    for rotation in ROTATIONS {
        let whole = protocol(rotation, scopes::neighbour_leaves());
        holds("neighbour leaves", Protocol { neighbour: Neighbour::Connected, ..whole });
    }
}

#[test]
fn a_neighbour_at_the_same_account_of_the_provider_who_comes() {
    for rotation in ROTATIONS {
        let whole = protocol(rotation, scopes::neighbour_comes());
        holds("neighbour comes", Protocol { neighbour: Neighbour::Unconnected, ..whole });
    }
}

#[test]
fn holders_that_outlive_their_lease_and_a_reconnect() {
    for rotation in ROTATIONS_WITH_ZOMBIES {
        let bounds = Bounds { leases: 3, early_looks: 0, ..scopes::refreshes() };
        holds("zombies", with_zombies(rotation, bounds));
    }
}

#[test]
fn holders_that_outlive_their_lease_and_calls_that_fail() {
    for rotation in ROTATIONS_WITH_ZOMBIES {
        let bounds = Bounds { connects: PerTenant::default(), ..scopes::failing_refreshes() };
        holds("failing zombies", with_zombies(rotation, bounds));
    }
}

#[test]
fn more_holders_that_outlive_their_lease() {
    for rotation in ROTATIONS_WITH_ZOMBIES {
        let bounds = Bounds { leases: 4, crashes: 1, ..Bounds::default() };
        holds("more zombies", with_zombies(rotation, bounds));
    }
}
