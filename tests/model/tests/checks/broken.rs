//! Each line taken out of the protocol is missed: the rule that breaks, by the shortest way.

use crate::scopes::{self, protocol, with_zombies};
use crate::search::search;
use model::Variant::*;
use model::{Bounds, Neighbour, PerTenant, Protocol, Rotation, Rule, Variant};

/// Requires that the protocol without these lines breaks this rule.
#[track_caller]
fn breaks(rule: Rule, without: &'static [Variant], whole: Protocol) {
    let name = format!("without: {without:?}");
    let found = search(&name, Protocol { without, ..whole }).unwrap_or_else(|| panic!("{name} is not caught"));
    assert_eq!(found.rule, rule, "{name}");
}

/// A few refreshes.
fn strict() -> Protocol {
    protocol(Rotation::Strict, Bounds { leases: 4, crashes: 1, ..Bounds::default() })
}

/// A few refreshes, of which a late one kills the grant.
fn reuse_detecting() -> Protocol {
    Protocol { rotation: Rotation::ReuseDetect, ..failing(strict()) }
}

/// The same with a call that fails.
fn failing(whole: Protocol) -> Protocol {
    Protocol { bounds: Bounds { faults: 1, ..whole.bounds }, ..whole }
}

/// The same with holders that outlive their lease.
fn zombies(whole: Protocol) -> Protocol {
    Protocol { zombies: true, ..whole }
}

fn removals() -> Protocol {
    protocol(Rotation::Strict, scopes::removals())
}

fn neighbour(neighbour: Neighbour) -> Protocol {
    let bounds = Bounds { leases: 0, creates: 0, ..scopes::neighbour_comes() };
    Protocol { neighbour, ..protocol(Rotation::Strict, bounds) }
}

#[test]
fn a_lease_that_its_holder_outlives_kills_a_grant_whose_provider_detects_reuse() {
    let found = search("zombies", zombies(reuse_detecting())).expect("the grant is killed");
    assert_eq!(found.rule, Rule::WeNeverKillAGrant);
}

#[test]
fn conditions_of_the_worker() {
    breaks(Rule::OneLease, &[NoFence], zombies(strict()));
    breaks(Rule::ThePointerNamesAVersion, &[FenceWithoutGrant], removals());
    breaks(Rule::NothingOfADeletedIdIsWritten, &[WritesWithoutCondition], removals());
    breaks(Rule::OneLease, &[LeaseTakenWhileHeld], strict());
    let early = Bounds { leases: 3, early_looks: 1, faults: 1, ..Bounds::default() };
    breaks(Rule::AGoodTokenIsSomewhere, &[LeaseWithAnOldCopy], with_zombies(Rotation::Strict, early));
}

#[test]
fn custody_of_what_was_received() {
    breaks(Rule::AReceivedTokenBecomesDurable, &[TokenDroppedWithTheLease], zombies(strict()));
    breaks(Rule::AReceivedTokenBecomesDurable, &[TokenDroppedWithTheLease], removals());
    breaks(Rule::AReceivedTokenBecomesDurable, &[ParkRequiresTheFence], zombies(failing(strict())));
    breaks(Rule::AReceivedTokenBecomesDurable, &[NothingIsParkedAfterADisconnect], removals());
    breaks(Rule::AGoodTokenIsSomewhere, &[JournalForgottenByADisconnect], removals());
    breaks(Rule::NoVerdictBeforeEveryVersionWasTried, &[JournalNotDrained], failing(strict()));
    breaks(Rule::ThePointerNamesAVersion, &[CommitBeforeThePut], strict());
}

#[test]
fn asking_the_provider() {
    breaks(Rule::WeNeverKillAGrant, &[AsksBeforeRollingForward], reuse_detecting());
    breaks(Rule::WeNeverKillAGrant, &[LeaseGivenBackWithoutAnAnswer], reuse_detecting());
    let grace = Protocol { rotation: Rotation::Grace, ..zombies(failing(strict())) };
    breaks(Rule::AGoodTokenIsSomewhere, &[ReadsAwsCurrent], grace);
}

#[test]
fn the_verdict() {
    breaks(Rule::NoVerdictWithoutALoss, &[VerdictAtOnce], zombies(strict()));
    breaks(Rule::NoVerdictWithoutALoss, &[QuietShorterThanTheLease], zombies(strict()));
    breaks(Rule::NoVerdictWithoutALoss, &[SuspicionOutlivesRollForward], zombies(failing(strict())));
}

#[test]
fn other_versions() {
    let reconnect = Bounds { connects: PerTenant::of(1, 0), ..strict().bounds };
    breaks(Rule::ThePointerNamesAVersion, &[CandidatesAcrossGrants], protocol(Rotation::Strict, reconnect));
    for without in
        [&[TriesNoOtherVersion, OvertakenJournalHidesTheVault], &[HurriesToTheVerdict, OvertakenJournalHidesTheVault]]
    {
        breaks(Rule::NoVerdictBeforeEveryVersionWasTried, without, zombies(failing(strict())));
    }
}

#[test]
fn what_is_handed_to_cleanup() {
    breaks(Rule::WhatWasGivenUpIsRevoked, &[LeaseNotHandedOver], removals());
    breaks(Rule::NoSecretIsForgotten, &[FormerGrantForgotten], removals());
    breaks(Rule::NoSecretIsForgotten, &[ClaimedFlowIsNotDue], removals());
    breaks(Rule::TheSecretOfALiveCredentialStays, &[FlowCleanupWithoutALook], removals());
    breaks(Rule::TheSecretOfALiveCredentialStays, &[CleanupWithoutItsStamp], removals());
}

#[test]
fn the_window_of_a_revocation() {
    let rule = Rule::AConnectedGrantIsNotRevoked;
    breaks(rule, &[RevocationWithoutMappings], neighbour(Neighbour::Connected));
    for without in [
        &[RevocationWithoutWindow],
        &[ConnectsWhileRevoking],
        &[MappingsReadBeforeTheWindow],
        &[RevocationBeyondItsWindow],
        &[WindowShorterThanAConnect],
    ] {
        breaks(rule, without, neighbour(Neighbour::Unconnected));
        breaks(rule, without, removals());
    }
}
