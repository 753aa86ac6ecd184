//! What is looked at together. All at once would be too many states; each pair of processes that can meet is in one.

use model::{Bounds, Neighbour, PerTenant, Protocol, Rotation};

/// The rotations.
pub(crate) const ROTATIONS: [Rotation; 4] = [Rotation::None, Rotation::Grace, Rotation::Strict, Rotation::ReuseDetect];

/// Those under which the protocol holds even where a holder outlives its lease: nothing on our side helps against
/// reuse detection then.
pub(crate) const ROTATIONS_WITH_ZOMBIES: [Rotation; 3] = [Rotation::None, Rotation::Grace, Rotation::Strict];

/// The whole protocol within these bounds.
pub(crate) fn protocol(rotation: Rotation, bounds: Bounds) -> Protocol {
    Protocol { rotation, zombies: false, neighbour: Neighbour::Absent, bounds, without: &[] }
}

/// The same, where a holder may act after its lease has ended.
pub(crate) fn with_zombies(rotation: Rotation, bounds: Bounds) -> Protocol {
    Protocol { zombies: true, ..protocol(rotation, bounds) }
}

/// Refreshes whose workers die, and a reconnect.
pub(crate) fn refreshes() -> Bounds {
    Bounds { leases: 4, early_looks: 1, crashes: 2, connects: PerTenant::of(1, 0), ..Bounds::default() }
}

/// The same with calls that fail.
pub(crate) fn failing_refreshes() -> Bounds {
    Bounds { leases: 3, faults: 1, ..refreshes() }
}

/// Disconnect or delete, creation anew and reconnect, all racing refreshes.
pub(crate) fn removals() -> Bounds {
    Bounds {
        leases: 2,
        crashes: 2,
        faults: 1,
        connects: PerTenant::of(1, 0),
        removals: PerTenant::of(1, 0),
        creates: 1,
        ..Bounds::default()
    }
}

/// Both tenants give their grants up, while A may connect again.
pub(crate) fn neighbour_leaves() -> Bounds {
    Bounds { leases: 1, crashes: 1, removals: PerTenant::of(1, 1), ..removals() }
}

/// Both tenants connect and give their grants up.
pub(crate) fn neighbour_comes() -> Bounds {
    Bounds { connects: PerTenant::of(1, 1), faults: 0, ..neighbour_leaves() }
}
