//! What is checked happens at all: the nearest state of each kind. A model in which nothing happens keeps every rule.

use crate::scopes::{self, protocol, with_zombies};
use crate::search::steps_to;
use model::ids::TenantId::{A, B};
use model::provider::End;
use model::{Bounds, Neighbour, Protocol, Rotation, State};

#[track_caller]
fn reaches(what: &str, whole: Protocol, goal: fn(&State) -> bool) {
    let steps = steps_to(whole, goal).unwrap_or_else(|| panic!("{what}: never"));
    println!("{what}: {steps} steps");
}

#[test]
fn refreshes() {
    let whole = protocol(Rotation::Strict, scopes::failing_refreshes());
    reaches("two refreshes are committed", whole, |state| {
        state.tenants[A].credential.is_some_and(|it| it.pointer.version == 2)
    });
    reaches("a received token waits in the journal", whole, |state| {
        state.tenants[A].credential.is_some_and(|it| it.journal.is_some() && !it.leased)
    });
    reaches("a token is lost in the one window, and the verdict is given", whole, |state| {
        state.tenants[A].credential.is_some_and(|it| it.verdict)
    });
    reaches("the grant is replaced under a holder", whole, |state| {
        state.cleanups.iter().any(|(_, it)| it.is_some_and(|it| it.leased && !it.revoke))
    });
}

#[test]
fn zombies() {
    let whole = with_zombies(Rotation::Grace, Bounds { leases: 3, ..Bounds::default() });
    reaches("three holders are at work at once", whole, |state| {
        state.workers.iter().all(|worker| worker.holder().is_some())
    });
    reaches("two children of one version are stored", whole, |state| {
        let credential = state.tenants[A].credential;
        credential.is_some_and(|it| it.pointer.version == 0 && state.secrets[it.grant].stored.iter().count() == 3)
    });
}

#[test]
fn removals() {
    let whole = protocol(Rotation::Strict, scopes::removals());
    reaches("lease and journal are handed over", whole, |state| {
        state.cleanups.iter().any(|(_, it)| it.is_some_and(|it| it.leased && it.journal.is_some()))
    });
    reaches("a grant is revoked with a version that was never committed", whole, |state| {
        state.grants.iter().any(|(_, it)| it.end == End::Revoked && it.issued == 2 && it.superseded.is_empty())
    });
    reaches("the integration is created anew and connected", whole, |state| {
        state.tenants[A].id == Some(1) && state.tenants[A].credential.is_some()
    });
    let late = Protocol { bounds: Bounds { crashes: 0, ..scopes::removals() }, ..whole };
    reaches("a worker of the deleted id is still there then", late, |state| {
        let deleted = state.workers.iter().filter_map(|worker| worker.holder()).any(|held| held.id == 0);
        deleted && state.tenants[A].credential.is_some_and(|it| it.id == 1)
    });
}

#[test]
fn neighbours() {
    let whole = protocol(Rotation::Strict, scopes::neighbour_leaves());
    let connected = Protocol { neighbour: Neighbour::Connected, ..whole };
    reaches("a neighbour keeps the grant of one who left", connected, |state| {
        let settled = state.cleanups.iter().all(|(_, it)| it.is_none());
        state.tenants[A].credential.is_none() && state.tenants[B].credential.is_some() && settled
    });
    reaches("the last one who leaves ends every grant", connected, |state| {
        state.grants.iter().filter(|(_, it)| it.end == End::Revoked).count() == 2
    });
    let whole = protocol(Rotation::Strict, scopes::neighbour_comes());
    reaches(
        "a neighbour connects after the window",
        Protocol { neighbour: Neighbour::Unconnected, ..whole },
        |state| {
            let ended = state.grants.iter().any(|(_, it)| it.end == End::Revoked);
            ended && !state.revoking && state.tenants[B].credential.is_some()
        },
    );
}
