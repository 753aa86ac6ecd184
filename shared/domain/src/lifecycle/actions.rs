//! What a person can do now. Only what the table of transitions would take is offered.

use super::{Signal, State, Status, transition};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person can do with an integration, as the API and the page name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Authorize for the first time, or again after a disconnect.
    Connect,
    /// Authorize again in place.
    Reconnect,
    /// Choose what is synced and how often.
    Settings,
    /// Verify the connection at once.
    Test,
    /// Sync at once.
    Sync,
    /// Stop syncing until somebody resumes it.
    Pause,
    /// Sync again.
    Resume,
    /// Give the grant back and keep configuration and history.
    Disconnect,
    /// Remove the integration with everything that belongs to it.
    Delete,
}

/// The actions that are legal now. `connected`: there is a grant.
pub fn legal_actions(state: State, connected: bool) -> Vec<Action> {
    let legal = |signal| transition(state, signal).is_ok();
    let offered = [
        (Action::Connect, !connected),
        (Action::Reconnect, connected),
        (Action::Settings, connected),
        (Action::Test, connected),
        (Action::Sync, connected && state.status() == Status::Active),
        (Action::Pause, connected && legal(Signal::Pause)),
        (Action::Resume, connected && legal(Signal::Resume)),
        (Action::Disconnect, connected && legal(Signal::Disconnect)),
        (Action::Delete, true),
    ];
    offered.into_iter().filter(|(_, offered)| *offered).map(|(action, _)| action).collect()
}
