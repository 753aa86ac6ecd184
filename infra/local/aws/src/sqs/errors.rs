//! SQS's errors, and the older names that its clients match on.

use crate::AwsError;

/// The name of an error in the former query protocol, which the service sends beside the JSON one and
/// the SDKs go by (`x-amzn-query-error`).
pub(crate) fn query_code(code: &str) -> String {
    let query = match code {
        "QueueDoesNotExist" => "NonExistentQueue",
        "QueueNameExists" => return "QueueAlreadyExists".to_owned(),
        "BatchEntryIdsNotDistinct"
        | "BatchRequestTooLong"
        | "EmptyBatchRequest"
        | "InvalidBatchEntryId"
        | "TooManyEntriesInBatchRequest"
        | "UnsupportedOperation" => code,
        _ => return code.to_owned(),
    };
    format!("AWS.SimpleQueueService.{query}")
}

pub(super) fn no_queue() -> AwsError {
    AwsError::client("QueueDoesNotExist", "The specified queue does not exist.")
}

pub(super) fn missing(parameter: &str) -> AwsError {
    AwsError::client("MissingParameter", format!("The request must contain the parameter {parameter}."))
}

pub(super) fn invalid_value(parameter: &str, reason: &str) -> AwsError {
    AwsError::client("InvalidParameterValue", format!("Value for parameter {parameter} is invalid. Reason: {reason}"))
}

pub(super) fn invalid_attribute(name: &str) -> AwsError {
    AwsError::client("InvalidAttributeValue", format!("Invalid value for the parameter {name}."))
}
