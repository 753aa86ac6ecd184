//! An error the way an AWS service answers it.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// An error answer: HTTP status, error code (`__type`, without its namespace) and message.
///
/// [`Options::admit`](crate::Options::admit) may return any, so a test can let a service throttle,
/// fail or refuse.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// HTTP status: 400 for the caller's mistakes, 500 and up for the service's own.
    pub status: u16,
    /// For example `ResourceNotFoundException`.
    pub code: String,
    /// What a person reads.
    pub message: String,
    /// The whole body, for errors that carry more than code and message (DynamoDB's reasons and items).
    pub(crate) body: Option<String>,
}

impl AwsError {
    /// An error of any status and code.
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), body: None }
    }

    /// The caller's mistake: HTTP 400.
    pub fn client(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// What IAM answers to a caller without the permission.
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::client("AccessDeniedException", message)
    }

    /// A failure of the embedded service itself: HTTP 500, which the SDK retries.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(500, "InternalServerError", format!("the embedded service failed: {cause}"))
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::client("ValidationException", message)
    }

    pub(crate) fn unknown_operation(target: &str) -> Self {
        Self::client("UnknownOperationException", format!("the embedded services do not know {target:?}"))
    }

    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::client("SerializationException", message)
    }
}

/// Reads a request body into its type. A wrong type is a `SerializationException`, a missing member a
/// `ValidationException`, as AWS's JSON protocols have it.
pub(crate) fn read<T: DeserializeOwned>(body: Value) -> Result<T, AwsError> {
    serde_json::from_value(body).map_err(|error| {
        let message = error.to_string();
        if message.contains("missing field") { AwsError::validation(message) } else { AwsError::serialization(message) }
    })
}
