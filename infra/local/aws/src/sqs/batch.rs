//! Batches: refused as a whole for their form, otherwise with a result for each entry.

use super::requests::{Batch, Content, DeleteEntry, VisibilityEntry, parse, queue_of};
use super::{Outgoing, Sqs, digest, operations, queues};
use crate::AwsError;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const MOST_ENTRIES: usize = 10;
/// Of all messages together, in bytes.
const LARGEST_BATCH: usize = 1_048_576;

pub(super) fn send(sqs: &Sqs, request: Batch) -> Result<Value, AwsError> {
    check_total(&request.entries)?;
    each(sqs, request, |queue, entry| {
        let message: Outgoing = parse::<Content>(entry)?.into();
        sqs.send(queue, message).map(|sent| operations::sent(&sent))
    })
}

pub(super) fn delete(sqs: &Sqs, request: Batch) -> Result<Value, AwsError> {
    each(sqs, request, |queue, entry| {
        let entry: DeleteEntry = parse(entry)?;
        sqs.delete(queue, &entry.receipt_handle).map(|()| json!({}))
    })
}

pub(super) fn change_visibility(sqs: &Sqs, request: Batch) -> Result<Value, AwsError> {
    each(sqs, request, |queue, entry| {
        let entry: VisibilityEntry = parse(entry)?;
        let visibility = Duration::from_secs(entry.visibility_timeout);
        sqs.change_visibility(queue, &entry.receipt_handle, visibility).map(|()| json!({}))
    })
}

fn each(sqs: &Sqs, request: Batch, act: impl Fn(&str, Value) -> Result<Value, AwsError>) -> Result<Value, AwsError> {
    let queue = queue_of(&request.queue_url)?;
    queues::must_exist(sqs, &queue)?;
    let ids = check_form(&request.entries)?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, entry) in ids.into_iter().zip(request.entries) {
        match act(&queue, entry) {
            Ok(mut result) => {
                result["Id"] = json!(id);
                successful.push(result);
            }
            Err(error) => failed.push(failure(&id, &error)),
        }
    }
    Ok(json!({"Successful": successful, "Failed": failed}))
}

fn failure(id: &str, error: &AwsError) -> Value {
    json!({"Id": id, "SenderFault": error.status < 500, "Code": error.code, "Message": error.message})
}

/// One to ten entries with distinct ids; answers the ids.
fn check_form(entries: &[Value]) -> Result<Vec<String>, AwsError> {
    if entries.is_empty() {
        return Err(AwsError::client("EmptyBatchRequest", "There should be at least one entry in the request."));
    }
    if entries.len() > MOST_ENTRIES {
        return Err(AwsError::client(
            "TooManyEntriesInBatchRequest",
            format!("Maximum number of entries per request are {MOST_ENTRIES}. You have sent {}.", entries.len()),
        ));
    }
    let ids: Vec<String> = entries.iter().map(|entry| entry["Id"].as_str().unwrap_or_default().to_owned()).collect();
    if !ids.iter().all(|id| is_entry_id(id)) {
        return Err(AwsError::client(
            "InvalidBatchEntryId",
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
        ));
    }
    let mut seen = BTreeSet::new();
    match ids.iter().find(|id| !seen.insert(id.as_str())) {
        None => Ok(ids),
        Some(id) => Err(AwsError::client("BatchEntryIdsNotDistinct", format!("Id {id} repeated."))),
    }
}

fn is_entry_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=80).contains(&id.len()) && id.chars().all(allowed)
}

fn check_total(entries: &[Value]) -> Result<(), AwsError> {
    let total: usize = entries.iter().map(size).sum();
    if total <= LARGEST_BATCH {
        return Ok(());
    }
    Err(AwsError::client(
        "BatchRequestTooLong",
        format!("Batch requests cannot be longer than {LARGEST_BATCH} bytes. You have sent {total} bytes."),
    ))
}

/// Attributes that cannot be read are reported with their entry.
fn size(entry: &Value) -> usize {
    let body = entry["MessageBody"].as_str().map_or(0, str::len);
    let attributes =
        entry["MessageAttributes"].as_object().and_then(|attributes| digest::of_attributes(attributes).ok());
    body + attributes.flatten().map_or(0, |(_, size)| size)
}
