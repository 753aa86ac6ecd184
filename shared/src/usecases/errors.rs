//! What a caller of the API is told when something that a use case stands on does not work.

use crate::entry::Problem;
use crate::queue::QueueError;
use crate::seal::KeysError;
use crate::store::StoreError;
use crate::usecases::access::AccessError;
use crate::usecases::callback::CallbackError;
use crate::vault::VaultError;
use domain::failure::FailureClass;
use domain::lifecycle::ErrorReason;
use providers::ProviderError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::busy(),
            StoreError::Unavailable(code) => Self::unavailable(format!("table: {code}")),
            StoreError::Position => Self::bad_request("The cursor does not belong to this list."),
            StoreError::Ours(what) => Self::internal(what),
        }
    }
}

impl From<CallbackError> for Problem {
    fn from(error: CallbackError) -> Self {
        match error {
            CallbackError::Store(error) => error.into(),
            CallbackError::Keys(error) => error.into(),
        }
    }
}

impl From<KeysError> for Problem {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Unavailable => Self::unavailable("keyring"),
            KeysError::Keyring(_) | KeysError::Seal(_) => Self::internal(format!("seal: {error}")),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Throttled | VaultError::Unavailable => Self::unavailable(format!("vault: {error}")),
            VaultError::NotConfigured => {
                Self::new(503, "provider_not_configured", "This provider is not set up on this installation.")
                    .remedy("Contact support.")
            }
            _ => Self::internal(format!("vault: {error}")),
        }
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        Self::unavailable(format!("queue: {error}"))
    }
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        let explanation = error.explanation.clone().map(Box::new);
        Self { explanation, ..of_provider(&error) }
    }
}

fn of_provider(error: &ProviderError) -> Problem {
    if let Some(reason) = ErrorReason::of_failure(error.class) {
        return Problem::of_reason(reason);
    }
    let problem = match error.class {
        FailureClass::RateLimited => Problem::new(429, "rate_limited", "The provider asks Aura to slow down.")
            .remedy("Try again in a few minutes."),
        FailureClass::Transient => {
            Problem::new(502, "provider_unavailable", "The provider does not answer for the moment.")
                .remedy("Try again in a few minutes.")
        }
        _ => Problem::new(502, "provider_failed", "The provider's answer could not be used.")
            .remedy("Try again; if it stays, contact support with the request id."),
    };
    problem.caused_by(format!("provider: {error}"))
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::NotConnected => Self::not_connected(),
            AccessError::Dead => Self::of_reason(ErrorReason::CredentialsExpired),
            AccessError::Suspected { .. } => {
                Self::new(503, "credentials_suspected", "The provider refused the credentials; that is being checked.")
                    .remedy("Try again in a minute.")
            }
            AccessError::Busy => Self::unavailable("a refresh is at work"),
            AccessError::Provider(error) => error.into(),
            AccessError::Store(error) => error.into(),
            AccessError::Vault(error) => error.into(),
            AccessError::Keys(error) => error.into(),
        }
    }
}

impl Problem {
    /// The integration has no grant.
    pub fn not_connected() -> Self {
        Self::new(409, "not_connected", "The integration is not connected.").remedy("Connect it first.")
    }
}
