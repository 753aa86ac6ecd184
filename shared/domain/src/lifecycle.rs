//! The life of an integration: seven statuses, the signals that move it, and the one table of transitions.
//!
//! A status can only come out of [`transition`]; everything else in the product asks it.

use crate::failure::FailureClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The seven statuses. The words are the product's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Status {
    /// Created, not configured yet.
    Draft,
    /// Being set up: authorization under way, or required settings missing.
    Configuring,
    /// The connection to the provider is being verified.
    Testing,
    /// Connected and syncing.
    Active,
    /// Stopped by a person; configuration kept; nothing is synced.
    Paused,
    /// The connection does not work; the reason and the remedy are shown.
    Error,
    /// Disconnected by a person, or the provider said explicitly that the grant was revoked.
    Disconnected,
}

impl Status {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 7] =
        [Self::Draft, Self::Configuring, Self::Testing, Self::Active, Self::Paused, Self::Error, Self::Disconnected];

    /// The word, as it stands in items and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Configuring => "Configuring",
            Self::Testing => "Testing",
            Self::Active => "Active",
            Self::Paused => "Paused",
            Self::Error => "Error",
            Self::Disconnected => "Disconnected",
        }
    }

    /// Whether scheduled work is done for it.
    pub fn is_scheduled(self) -> bool {
        matches!(self, Self::Active | Self::Testing)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an integration is in Error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorReason {
    /// The credentials expired or were refused.
    CredentialsExpired,
    /// The grant lacks a permission.
    InsufficientPermissions,
    /// The calendar, page or form is gone.
    ResourceNotFound,
    /// Temporarily deactivated after repeated failures.
    RepeatedFailures,
    /// The provider refuses the connection.
    ProviderRejected,
    /// The configuration cannot work.
    Configuration,
}

impl ErrorReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::CredentialsExpired,
        Self::InsufficientPermissions,
        Self::ResourceNotFound,
        Self::RepeatedFailures,
        Self::ProviderRejected,
        Self::Configuration,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::CredentialsExpired => "credentials_expired",
            Self::InsufficientPermissions => "insufficient_permissions",
            Self::ResourceNotFound => "resource_not_found",
            Self::RepeatedFailures => "repeated_failures",
            Self::ProviderRejected => "provider_rejected",
            Self::Configuration => "configuration",
        }
    }

    /// The sentence a customer reads.
    pub fn message(self) -> &'static str {
        match self {
            Self::CredentialsExpired => "Integration credentials have expired. Please reconnect.",
            Self::InsufficientPermissions => "The connection lacks a permission that Aura needs.",
            Self::ResourceNotFound => "What this integration syncs is no longer available at the provider.",
            Self::RepeatedFailures => "The integration was temporarily deactivated to protect your account.",
            Self::ProviderRejected => "The provider refuses this connection.",
            Self::Configuration => "The configuration of this integration does not work.",
        }
    }

    /// What the customer can do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::CredentialsExpired => "Reconnect and sign in at the provider again.",
            Self::InsufficientPermissions => "Reconnect and allow every permission that is asked for.",
            Self::ResourceNotFound => "Choose another one in the settings, or restore it at the provider.",
            Self::RepeatedFailures => {
                "Nothing to do: it is tried once a day and reactivates by itself. Test the connection to try now."
            }
            Self::ProviderRejected => "Check your account at the provider, then test the connection.",
            Self::Configuration => "Check the settings and save them again.",
        }
    }

    /// What the customer can do once nothing is tried by itself any more.
    pub fn remedy_by_hand(self) -> &'static str {
        match self {
            Self::RepeatedFailures => "Test the connection, or reconnect.",
            other => other.remedy(),
        }
    }

    /// The one action that the remedy names.
    pub fn remedy_action(self) -> Action {
        match self {
            Self::CredentialsExpired | Self::InsufficientPermissions => Action::Reconnect,
            Self::ResourceNotFound | Self::Configuration => Action::Settings,
            Self::RepeatedFailures | Self::ProviderRejected => Action::Test,
        }
    }

    /// The reason that a failure of this class puts an integration in Error with at once; `None` where it does not.
    pub fn of_failure(class: FailureClass) -> Option<Self> {
        match class {
            FailureClass::DeadCredentials => Some(Self::CredentialsExpired),
            FailureClass::MissingPermission => Some(Self::InsufficientPermissions),
            FailureClass::ResourceNotFound => Some(Self::ResourceNotFound),
            FailureClass::PermanentConfiguration => Some(Self::Configuration),
            FailureClass::RateLimited
            | FailureClass::Transient
            | FailureClass::PermanentRecord
            | FailureClass::OurConfiguration
            | FailureClass::OurOutage
            | FailureClass::OurBug => None,
        }
    }

    fn heals_by_settings(self) -> bool {
        matches!(self, Self::ResourceNotFound | Self::Configuration | Self::ProviderRejected)
    }
}

/// Status and, in Error, its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    status: Status,
    reason: Option<ErrorReason>,
}

impl State {
    /// A new integration's state.
    pub const NEW: Self = Self { status: Status::Draft, reason: None };

    /// Takes a state back from where it was stored; a reason outside Error is dropped, Error without one is `Configuration`.
    pub fn restore(status: Status, reason: Option<ErrorReason>) -> Self {
        match status {
            Status::Error => Self { status, reason: Some(reason.unwrap_or(ErrorReason::Configuration)) },
            _ => Self { status, reason: None },
        }
    }

    /// The status.
    pub fn status(self) -> Status {
        self.status
    }

    /// The reason, in Error.
    pub fn reason(self) -> Option<ErrorReason> {
        self.reason
    }
}

/// What can happen to an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// A person opened the provider's consent page.
    ConnectStarted,
    /// An authorization succeeded and its grant is stored.
    Authorized,
    /// The connection was verified. `complete`: connected, and no required setting is missing.
    TestPassed {
        /// Connected, and no required setting is missing.
        complete: bool,
    },
    /// Settings were saved. `complete` as above.
    SettingsSaved {
        /// Connected, and no required setting is missing.
        complete: bool,
    },
    /// A test or a run ended with a verdict that needs a person.
    Failed(ErrorReason),
    /// The failure policy deactivates the integration for a time.
    Deactivated,
    /// The daily probe of a deactivated integration worked.
    ProbeSucceeded,
    /// A person pauses.
    Pause,
    /// A person resumes.
    Resume,
    /// A person disconnects.
    Disconnect,
    /// The provider says explicitly that the grant was revoked.
    RevokedByProvider,
    /// A person deletes.
    Delete,
}

impl Signal {
    /// The signal's name, for refusals.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectStarted => "connect",
            Self::Authorized => "authorize",
            Self::TestPassed { .. } => "test",
            Self::SettingsSaved { .. } => "settings",
            Self::Failed(_) => "fail",
            Self::Deactivated => "deactivate",
            Self::ProbeSucceeded => "probe",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Disconnect => "disconnect",
            Self::RevokedByProvider => "revoke",
            Self::Delete => "delete",
        }
    }
}

/// What a signal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// The integration has a new state.
    To(State),
    /// Legal, and the state stays as it is.
    Stay,
    /// The integration exists no more.
    Gone,
}

/// The signal is not legal in the current status; nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{signal} is not possible while the integration is {status}")]
pub struct Refused {
    /// The current status.
    pub status: Status,
    /// The refused signal's name.
    pub signal: &'static str,
}

/// The complete table of status × signal.
pub fn transition(state: State, signal: Signal) -> Result<Transition, Refused> {
    use Status as S;
    let to = |status| Ok(Transition::To(State { status, reason: None }));
    let fail = |reason| Ok(Transition::To(State { status: S::Error, reason: Some(reason) }));
    let stay = Ok(Transition::Stay);
    let refused = Err(Refused { status: state.status, signal: signal.name() });
    match (signal, state.status) {
        (Signal::Delete, _) => Ok(Transition::Gone),

        (Signal::ConnectStarted, S::Draft) => to(S::Configuring),
        (Signal::ConnectStarted, _) => stay,

        (Signal::Authorized, S::Paused | S::Testing) => stay,
        (Signal::Authorized, _) => to(S::Testing),

        (Signal::TestPassed { .. }, S::Draft | S::Disconnected) => refused,
        (Signal::TestPassed { .. }, S::Configuring | S::Active | S::Paused) => stay,
        (Signal::TestPassed { complete: true }, S::Testing | S::Error) => to(S::Active),
        (Signal::TestPassed { complete: false }, S::Testing | S::Error) => to(S::Configuring),

        (Signal::SettingsSaved { complete: true }, S::Configuring) => to(S::Testing),
        (Signal::SettingsSaved { complete: false }, S::Testing | S::Active) => to(S::Configuring),
        (Signal::SettingsSaved { complete: true }, S::Error)
            if state.reason.is_some_and(ErrorReason::heals_by_settings) =>
        {
            to(S::Testing)
        }
        (Signal::SettingsSaved { .. }, _) => stay,

        (Signal::Failed(reason), S::Configuring | S::Testing | S::Active) => fail(reason),
        (Signal::Failed(reason), S::Error) if state.reason == Some(reason) => stay,
        (Signal::Failed(reason), S::Error) => fail(reason),
        (Signal::Failed(_), S::Paused) => stay,
        (Signal::Failed(_), S::Draft | S::Disconnected) => refused,

        (Signal::Deactivated, S::Active | S::Testing) => fail(ErrorReason::RepeatedFailures),
        (Signal::Deactivated, _) => refused,

        (Signal::ProbeSucceeded, S::Error) if state.reason == Some(ErrorReason::RepeatedFailures) => to(S::Active),
        (Signal::ProbeSucceeded, _) => refused,

        (Signal::Pause, S::Testing | S::Active | S::Error) => to(S::Paused),
        (Signal::Pause, _) => refused,

        (Signal::Resume, S::Paused) => to(S::Testing),
        (Signal::Resume, _) => refused,

        (Signal::Disconnect, S::Draft | S::Disconnected) => refused,
        (Signal::Disconnect, _) => to(S::Disconnected),

        (Signal::RevokedByProvider, S::Draft | S::Disconnected) => stay,
        (Signal::RevokedByProvider, _) => to(S::Disconnected),
    }
}

mod actions;

pub use actions::{Action, legal_actions};

#[cfg(test)]
mod tests;
