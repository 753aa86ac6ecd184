//! One case of the matrix: an operation, the call at which a fault meets it, and the fault.

use chrono::{DateTime, Utc};
use domain::ids::{DatasetId, IntegrationId};
use serde_json::Value;
use shared::store::Integration;
use std::fmt;

/// Where a case's faults are: the number of a call among those of the operation, and what happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) call: usize,
    pub(super) kind: Kind,
    /// Another fault, at a later call, which may be one of a repetition.
    pub(super) second: Option<(usize, Kind)>,
}

/// What is done while the fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Create,
    Connect,
    Complete,
    Reconnect,
    Refresh,
    FirstSync,
    Sync,
    SyncRefreshing,
    Pause,
    Resume,
    Disconnect,
    Delete,
    /// Another tenant uses the same account of the provider.
    DisconnectShared,
    DeleteShared,
}

/// What happens at the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    DieBefore,
    DieAfter,
    Lost,
    Throttled,
    /// The call is held while somebody else does the same.
    RivalSame,
    /// The call is held while somebody else does what is most dangerous to it.
    RivalWorst,
    /// The call is held until its lease is over and another one has taken over.
    Delayed,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::DieBefore,
        Self::DieAfter,
        Self::Lost,
        Self::Throttled,
        Self::RivalSame,
        Self::RivalWorst,
        Self::Delayed,
    ];

    /// Whether nobody but the operation itself decided anything: then it must come to its end.
    pub(super) fn is_alone(self) -> bool {
        self != Self::RivalWorst
    }

    /// The kinds of which two can happen to one operation.
    pub(super) const SIMPLE: [Self; 4] = [Self::DieBefore, Self::DieAfter, Self::Lost, Self::Throttled];
}

impl Op {
    /// The function that does it.
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Connect => "connect",
            Self::Complete | Self::Reconnect => "oauth-complete",
            Self::Refresh => "refresh-worker",
            Self::FirstSync | Self::Sync | Self::SyncRefreshing => "sync-worker",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Disconnect | Self::DisconnectShared => "disconnect",
            Self::Delete | Self::DeleteShared => "delete",
        }
    }

    /// Whether a queue starts it, and brings its message again.
    pub(super) fn is_worker(self) -> bool {
        self.function().ends_with("-worker")
    }

    /// Whether the provider rotates refresh tokens meanwhile.
    pub(super) fn rotates(self) -> bool {
        self.is_worker()
    }

    /// Whether a person comes back from the provider.
    pub(super) fn finishes(self) -> bool {
        matches!(self, Self::Complete | Self::Reconnect)
    }

    pub(super) fn is_shared(self) -> bool {
        matches!(self, Self::DisconnectShared | Self::DeleteShared)
    }
}

/// A point in the history at which a person was told that something has stopped, or goes on.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) at: usize,
    pub(super) what: Told,
    pub(super) id: IntegrationId,
    pub(super) dataset: DatasetId,
}

/// What a person was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Paused,
    Disconnected,
    Deleted,
    GoesOn,
}

/// A case, and what is known of it.
pub(super) struct Case {
    pub(super) op: Op,
    pub(super) spot: Spot,
    /// The calls that met the faults.
    pub(super) met: Vec<String>,
    /// The tenant, and its account at the provider.
    pub(super) account: String,
    pub(super) email: String,
    /// A tenant that uses the same account at the provider.
    pub(super) mate: Option<String>,
    /// The integration before the fault.
    pub(super) before: Option<Integration>,
    pub(super) history: Vec<Value>,
    /// Flow and ticket, for whoever finishes a connect.
    pub(super) body: Value,
    pub(super) message: Value,
    /// What no log, item or event may tell.
    pub(super) secrets: Vec<String>,
    pub(super) marks: Vec<Mark>,
    /// The answers that the same request got, one after the other.
    pub(super) answers: Vec<(u16, Value)>,
    /// When the operation began.
    pub(super) began: DateTime<Utc>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", named(self.op, self.spot), self.met.join(", "))
    }
}

fn named(op: Op, spot: Spot) -> String {
    let second = spot.second.map(|(call, kind)| format!(" {call} {kind:?}"));
    format!("{op:?} {} {:?}{}", spot.call, spot.kind, second.unwrap_or_default())
}

/// The filter of `AURA_FAULT_CASE`: the beginning of a case's name, such as `Disconnect 3 DieAfter`.
#[expect(clippy::disallowed_methods, reason = "a person asks for one case again")]
pub(crate) fn filter() -> Option<String> {
    std::env::var("AURA_FAULT_CASE").ok().filter(|text| !text.is_empty())
}

/// Whether a case is asked for.
pub(super) fn is_asked_for(op: Op, spot: Spot) -> bool {
    let name = named(op, spot).to_lowercase();
    filter().is_none_or(|filter| format!("{name} ").starts_with(&format!("{} ", filter.to_lowercase())))
}

/// Whether `AURA_FAULT_PAIRS=1` asks for pairs of faults.
#[expect(clippy::disallowed_methods, reason = "a person asks for the long run")]
pub(super) fn pairs_are_asked_for() -> bool {
    std::env::var("AURA_FAULT_PAIRS").is_ok_and(|text| text == "1")
}
