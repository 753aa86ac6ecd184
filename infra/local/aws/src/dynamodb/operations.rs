//! The table of operations. dynoxide's own router is private, so this does what it does: read the
//! request, call the function of the same name, and word its errors for the wire.

use crate::AwsError;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

macro_rules! operations {
    ($database:expr, $operation:expr, $body:expr, { $($name:literal => $function:ident),* $(,)? }) => {
        match $operation {
            $($name => answer($operation, $body, |request| $database.$function(request)),)*
            unknown => Err(AwsError::unknown_operation(unknown)),
        }
    };
}

pub(super) fn run(database: &Database, operation: &str, body: &str) -> Result<String, AwsError> {
    operations!(database, operation, body, {
        "CreateTable" => create_table,
        "DeleteTable" => delete_table,
        "DescribeTable" => describe_table,
        "ListTables" => list_tables,
        "UpdateTable" => update_table,
        "PutItem" => put_item,
        "GetItem" => get_item,
        "DeleteItem" => delete_item,
        "UpdateItem" => update_item,
        "Query" => query,
        "Scan" => scan,
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "TransactWriteItems" => transact_write_items,
        "TransactGetItems" => transact_get_items,
        "ListStreams" => list_streams,
        "DescribeStream" => describe_stream,
        "GetShardIterator" => get_shard_iterator,
        "GetRecords" => get_records,
        "UpdateTimeToLive" => update_time_to_live,
        "DescribeTimeToLive" => describe_time_to_live,
        "ExecuteStatement" => execute_statement,
        "ExecuteTransaction" => execute_transaction,
        "BatchExecuteStatement" => batch_execute_statement,
        "TagResource" => tag_resource,
        "UntagResource" => untag_resource,
        "ListTagsOfResource" => list_tags_of_resource,
        "SearchVectors" => search_vectors,
    })
}

fn answer<Request: DeserializeOwned, Response: Serialize>(
    operation: &str,
    body: &str,
    function: impl FnOnce(Request) -> dynoxide::Result<Response>,
) -> Result<String, AwsError> {
    let request = serde_json::from_str(body).map_err(|error| unreadable(operation, &error.to_string()))?;
    let response = function(request).map_err(|error| refusal(operation, error))?;
    serde_json::to_string(&response).map_err(AwsError::internal)
}

/// dynoxide's readers mark their messages with the class of error; no mark may reach the wire.
fn unreadable(operation: &str, message: &str) -> AwsError {
    let bare = |text: &str| text.split(" at line ").next().unwrap_or(text).to_owned();
    let error = if let Some(text) = message.strip_prefix("VALIDATION_REQUEST:") {
        DynoxideError::EnvelopedValidation(bare(text))
    } else if let Some(text) = strip_either(message, ["VALIDATION:", "VALIDATION_AS_READ:"]) {
        DynoxideError::ValidationException(bare(text))
    } else if let Some(text) = strip_either(message, ["SERIALIZATION:", "SERIALIZATION_AS_READ:"]) {
        DynoxideError::SerializationException(bare(text))
    } else if is_validation(message) {
        DynoxideError::ValidationException(bare(message))
    } else {
        DynoxideError::SerializationException(bare(message))
    };
    refusal(operation, error)
}

fn strip_either<'a>(message: &'a str, marks: [&str; 2]) -> Option<&'a str> {
    marks.into_iter().find_map(|mark| message.strip_prefix(mark))
}

/// A missing member, an unknown enum value or a bad attribute value; the rest are wrong JSON types.
fn is_validation(message: &str) -> bool {
    ["missing field", "unknown variant", "invalid type: null", "AttributeValue"]
        .iter()
        .any(|part| message.contains(part))
}

/// A refusal as DynamoDB words it: three operations wrap what they find wrong with a request.
pub(super) fn refusal(operation: &str, error: DynoxideError) -> AwsError {
    let error = match (operation, error) {
        ("PutItem" | "UpdateItem" | "DeleteItem", DynoxideError::EnvelopedValidation(message)) => {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        (_, error) => error,
    };
    let kind = error.error_type();
    AwsError {
        status: error.status_code(),
        code: kind.rsplit('#').next().unwrap_or(kind).to_owned(),
        message: error.to_string(),
        body: Some(error.to_json()),
    }
}
