//! The history of an integration: every transition and what else a person should find there.

use crate::appointment::Overridden;
use crate::ids::{AppointmentId, ResourceId};
use crate::lifecycle::{ErrorReason, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Actor {
    /// A member of the account.
    Member(String),
    /// Aura itself.
    System,
    /// The provider.
    Provider,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum HistoryEvent {
    /// The integration was created.
    Created,
    /// The status changed.
    StatusChanged {
        /// Status before.
        from: Status,
        /// Status after.
        to: Status,
        /// The reason, when the new status is Error.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<ErrorReason>,
        /// Why: the name of the signal that moved it.
        #[serde(default)]
        why: String,
    },
    /// The credentials were replaced; the status may have stayed.
    Reconnected,
    /// A connect or reconnect ended without success.
    ConnectEnded {
        /// The fixed code: `denied`, `wrong_account`, `missing_permissions`, `abandoned`.
        code: String,
    },
    /// Another provider account took the place of the former one; its records went.
    AccountReplaced,
    /// The settings were changed.
    SettingsChanged,
    /// The provider was asked for a test lead.
    TestLeadSent {
        /// Of this form.
        form: ResourceId,
    },
    /// The person who had connected it asked the provider for the deletion of what Aura has of them: their records and
    /// choices went.
    DataErased,
    /// The provider takes the access away soon, unless the person connects again; a notice went out.
    AccessEnding {
        /// When, in milliseconds since 1970 (UTC).
        at: i64,
    },
    /// So many runs in a row failed that a notice went out.
    Warned {
        /// Failed runs in a row.
        failures: u32,
    },
    /// The provider had stopped to tell of changes; Aura asked it to tell again.
    NotificationsLost,
    /// An edit of an appointment lost against the other side's edit of the same field.
    EditOverridden {
        /// The appointment.
        appointment: AppointmentId,
        /// What lost, and against whom.
        #[serde(flatten)]
        overridden: Overridden,
    },
    /// A change of an appointment could not be written and was given up.
    WriteFailed {
        /// The appointment.
        appointment: AppointmentId,
        /// Why: a fixed code.
        code: String,
    },
    /// The plan changed how often it may sync.
    IntervalLimited {
        /// Minutes between two scheduled syncs from now on.
        minutes: u32,
    },
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryLine {
    /// By whom.
    pub actor: Actor,
    /// What.
    pub event: HistoryEvent,
}
