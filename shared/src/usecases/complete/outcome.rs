//! How a flow can end without success: fixed codes, each with its sentence and remedy.

use super::Stopped;
use crate::entry::Problem;
use domain::failure::FailureClass;
use providers::ProviderError;

/// A flow's end without success. Everything was left as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// Too late, lost, or changed by somebody else meanwhile.
    StartAgain,
    /// The person said no.
    Denied,
    /// The provider answered the consent with an error.
    ProviderError,
    /// The provider's answer made no sense.
    Invalid,
    /// A permission was not granted.
    MissingPermissions,
    /// The provider sent nothing that survives.
    NoRefreshToken,
    /// Another account at the provider than the connected one.
    WrongAccount,
    /// A revocation of the same account may be under way.
    StillDisconnecting,
    /// The provider failed while the code was exchanged.
    ProviderUnavailable,
    /// Our registration at the provider is wrong.
    ProviderNotConfigured,
}

const ALL: [Failed; 10] = [
    Failed::StartAgain,
    Failed::Denied,
    Failed::ProviderError,
    Failed::Invalid,
    Failed::MissingPermissions,
    Failed::NoRefreshToken,
    Failed::WrongAccount,
    Failed::StillDisconnecting,
    Failed::ProviderUnavailable,
    Failed::ProviderNotConfigured,
];

impl Failed {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::StartAgain => "start_again",
            Self::Denied => "denied",
            Self::ProviderError => "provider_error",
            Self::Invalid => "invalid",
            Self::MissingPermissions => "missing_permissions",
            Self::NoRefreshToken => "no_refresh_token",
            Self::WrongAccount => "wrong_account",
            Self::StillDisconnecting => "still_disconnecting",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::ProviderNotConfigured => "provider_not_configured",
        }
    }

    /// Reads a stored code.
    pub(super) fn of(code: &str) -> Self {
        ALL.into_iter().find(|failed| failed.code() == code).unwrap_or(Self::StartAgain)
    }

    pub(super) fn of_exchange(error: &ProviderError) -> Self {
        match error.class {
            FailureClass::MissingPermission if error.code == "no_refresh_token" => Self::NoRefreshToken,
            FailureClass::MissingPermission => Self::MissingPermissions,
            FailureClass::OurConfiguration => Self::ProviderNotConfigured,
            FailureClass::Transient if error.code == "invalid_grant" => Self::StartAgain,
            FailureClass::RateLimited | FailureClass::Transient => Self::ProviderUnavailable,
            _ => Self::StartAgain,
        }
    }

    /// The same end, with its cause for the log: an error of ours, which holds no secret.
    pub(super) fn because(self, cause: impl std::fmt::Display) -> Stopped {
        Stopped::Failed(self, cause.to_string())
    }

    /// What the member is told.
    pub fn problem(self) -> Problem {
        let (status, detail, remedy) = match self {
            Self::StartAgain => (409, "The connection could not be finished.", "Start to connect again."),
            Self::Denied => (409, "Access was not allowed at the provider.", "Connect again and choose Allow."),
            Self::ProviderError | Self::Invalid => {
                (409, "The provider did not finish the authorization.", "Start to connect again.")
            }
            Self::MissingPermissions => (
                422,
                "Not every permission that Aura needs was allowed.",
                "Connect again and leave every permission ticked.",
            ),
            Self::NoRefreshToken => (
                422,
                "The provider gave no lasting access.",
                "Remove Aura from the apps with access to your account at the provider, then connect again.",
            ),
            Self::WrongAccount => (
                409,
                "This is a different account. Disconnect the current integration first, then connect the other account.",
                "Connect again with the account that is connected now, or disconnect first.",
            ),
            Self::StillDisconnecting => {
                (409, "This account is still being disconnected.", "Wait a minute, then start to connect again.")
            }
            Self::ProviderUnavailable => {
                (502, "The provider does not answer for the moment.", "Start to connect again in a few minutes.")
            }
            Self::ProviderNotConfigured => {
                (503, "This provider is not set up on this installation.", "Contact support.")
            }
        };
        Problem::new(status, self.code(), detail).remedy(remedy)
    }
}

/// The answer to a flow, member or ticket that does not fit: always the same.
pub(super) fn flow_not_found() -> Problem {
    Problem::new(404, "flow_not_found", "There is no such connection to finish.").remedy("Start to connect again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        for failed in ALL {
            assert_eq!(Failed::of(failed.code()), failed);
        }
        assert_eq!(Failed::of("something else"), Failed::StartAgain);
    }
}
