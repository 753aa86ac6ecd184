//! What a refusal means for the caller.

use super::{Conflict, StoreError};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

/// A call that failed, and not by a condition.
pub(super) fn unavailable<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> StoreError {
    let code = match error {
        SdkError::ServiceError(_) => error.code().unwrap_or("service"),
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "dispatch",
        SdkError::ResponseError(_) => "response",
        _ => "request",
    };
    match code {
        "ValidationException" | "ResourceNotFoundException" | "AccessDeniedException" | "request" => {
            StoreError::Ours(format!("{code}: {}", error.message().unwrap_or_default()))
        }
        _ => StoreError::Unavailable(code.to_owned()),
    }
}

/// Why a transaction was cancelled.
pub(super) enum Cancelled {
    /// By conditions that did not hold.
    Conditions(Conflict),
    /// It met another one, or there was too much to do: the same again may succeed.
    Met,
    /// One of its actions can never be carried out, such as an update that makes its item too large.
    Ours(String),
}

/// What no action of a transaction is refused by.
const NOTHING: &str = "None";

/// The code of what stays refused however often it is asked for.
const OURS: &str = "ValidationError";

/// Codes of reasons that pass. The others are listed with them in `TransactionCanceledException` (DynamoDB API
/// Reference, TransactWriteItems, Errors).
const PASSING: [&str; 3] = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/// A cancellation that mixes conditions and conflicts counts as a conflict only if no condition failed. A code that nobody
/// knows is none of these, but an outage: that is tried again.
pub(super) fn cancelled<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Cancelled> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error.as_service_error()? else {
        return None;
    };
    let reasons = cancelled.cancellation_reasons();
    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code().unwrap_or(NOTHING)).collect();
    let failed: Vec<usize> = (0..codes.len()).filter(|at| codes[*at] == "ConditionalCheckFailed").collect();
    if !failed.is_empty() {
        return Some(Cancelled::Conditions(Conflict(failed)));
    }
    if codes.iter().any(|code| PASSING.contains(code)) {
        return Some(Cancelled::Met);
    }
    let lasting = reasons.iter().find(|reason| reason.code() == Some(OURS))?;
    Some(Cancelled::Ours(format!("{OURS}: {}", lasting.message().unwrap_or_default())))
}
