//! Sending.

use super::attributes::{self, Attributes};
use super::errors::invalid_value;
use super::message::{self, Outgoing, Sent};
use super::{Sqs, digest, queues, store::StoreError};
use crate::{AwsError, random};
use rusqlite::{Transaction, params};
use std::collections::BTreeMap;

const LONGEST_DELAY_S: u64 = 900;

pub(super) fn send(sqs: &Sqs, queue: &str, message: Outgoing) -> Result<Sent, AwsError> {
    let now = sqs.now_ms();
    let sent = sqs.inner.store.transact(|database| {
        let attributes = queues::must_find(database, queue)?;
        insert(database, queue, &attributes, &message, now)
    })?;
    sqs.changed();
    Ok(sent)
}

fn insert(
    database: &Transaction<'_>,
    queue: &str,
    attributes: &Attributes,
    message: &Outgoing,
    now_ms: i64,
) -> Result<Sent, StoreError> {
    message::check_body(&message.body)?;
    let sums = digest::of_attributes(&message.attributes)?;
    let size = message.body.len() + sums.as_ref().map_or(0, |(_, size)| *size);
    check_size(size, attributes)?;
    let visible_ms = now_ms + delay_ms(message, attributes)?;
    let id = random::uuid();
    let own = serde_json::to_string(&message.attributes).map_err(AwsError::internal)?;
    let system = serde_json::to_string(&system(message)).map_err(AwsError::internal)?;
    database
        .prepare_cached(
            "INSERT INTO messages (id, queue, body, attributes, system, sent_ms, visible_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![id, queue, message.body, own, system, now_ms, visible_ms])?;
    Ok(Sent { id, body_md5: digest::of_text(&message.body), attributes_md5: sums.map(|(sum, _)| sum) })
}

fn check_size(size: usize, attributes: &Attributes) -> Result<(), AwsError> {
    let most = attributes::number(attributes, "MaximumMessageSize");
    if i64::try_from(size).is_ok_and(|size| size <= most) {
        return Ok(());
    }
    Err(AwsError::client(
        "InvalidParameterValue",
        format!("One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."),
    ))
}

fn delay_ms(message: &Outgoing, attributes: &Attributes) -> Result<i64, AwsError> {
    match message.delay.map(|delay| delay.as_secs()) {
        None => Ok(attributes::millis(attributes, "DelaySeconds")),
        Some(seconds @ 0..=LONGEST_DELAY_S) => Ok(seconds as i64 * 1000),
        Some(_) => Err(invalid_value("DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")),
    }
}

/// The attributes of the system that are known when a message is sent.
fn system(message: &Outgoing) -> BTreeMap<&'static str, &str> {
    let known = [("MessageGroupId", &message.group), ("AWSTraceHeader", &message.trace)];
    known.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
}
