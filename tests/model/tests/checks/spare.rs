//! Lines that the model does not miss. They stay, as the second rope; here it stands what the first one is.

use crate::scopes::{self, ROTATIONS, protocol, with_zombies};
use crate::search::holds;
use model::Variant::*;
use model::{Bounds, Protocol, Rotation, Variant};

/// What a lease that outlives its holder makes spare.
const AGAINST_ZOMBIES: &[Variant] = &[
    CommitWithoutParent,
    LeaseWithAnOldCopy,
    TriesNoOtherVersion,
    HurriesToTheVerdict,
    SuspicionOutlivesRollForward,
    CommitForgetsTheDead,
    OvertakenJournalHidesTheVault,
];

#[test]
fn a_lease_that_outlives_its_holder_makes_what_is_against_zombies_spare() {
    for rotation in ROTATIONS {
        for bounds in [scopes::failing_refreshes(), scopes::removals()] {
            let whole = protocol(rotation, Bounds { crashes: 1, ..bounds });
            holds("without what is against zombies", Protocol { without: AGAINST_ZOMBIES, ..whole });
        }
    }
}

#[test]
fn the_fence_makes_the_condition_on_the_parent_spare() {
    for rotation in [Rotation::Grace, Rotation::Strict] {
        let bounds = Bounds { leases: 3, crashes: 1, faults: 1, ..Bounds::default() };
        let without = &[CommitWithoutParent];
        holds("without parent", Protocol { without, ..with_zombies(rotation, bounds) });
    }
}
