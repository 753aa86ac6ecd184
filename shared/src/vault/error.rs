//! What the vault could not do, as its callers have to act on it.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// Why the vault did not do what was asked. Says nothing of a secret's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is no such secret or version, or it is about to be deleted.
    #[error("the secret does not exist")]
    NotFound,
    /// Too many calls or versions; nothing was written.
    #[error("Secrets Manager refused for now")]
    Throttled,
    /// No usable answer. Whether a write happened is unknown; repeating it is safe.
    #[error("Secrets Manager did not answer")]
    Unavailable,
    /// Something else is stored under the same name or version.
    #[error("another value is stored already")]
    Conflict,
    /// The value cannot be read, or is too long to be stored.
    #[error("the secret's value cannot be used")]
    Malformed,
    /// Nobody has stored the provider's client id and secret.
    #[error("the provider is not configured")]
    NotConfigured,
}

/// The class of a failed call, by Secrets Manager's own code. The SDK's error is dropped: its text may quote the request.
pub(super) fn classify<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> VaultError {
    match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        // `InvalidRequestException` is what a secret answers that is scheduled for deletion.
        Some("ResourceNotFoundException" | "InvalidRequestException") => VaultError::NotFound,
        Some("ResourceExistsException") => VaultError::Conflict,
        Some("InvalidParameterException") => VaultError::Malformed,
        Some("ThrottlingException" | "TooManyRequestsException" | "LimitExceededException") => VaultError::Throttled,
        _ => VaultError::Unavailable,
    }
}
