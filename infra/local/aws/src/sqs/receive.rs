//! Receiving, and what is done with what was received.

use super::attributes::{self, Attributes};
use super::errors::invalid_value;
use super::handle::Handle;
use super::store::StoreError;
use super::{Message, Sqs, queues};
use crate::AwsError;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use std::collections::BTreeMap;
use std::time::Duration;

const LONGEST_VISIBILITY_S: u64 = 43_200;

pub(super) fn receive(
    sqs: &Sqs,
    queue: &str,
    max: usize,
    visibility: Option<Duration>,
) -> Result<Vec<Message>, AwsError> {
    let now = sqs.now_ms();
    let given = visibility.map(visibility_ms).transpose()?;
    let (messages, moved) = sqs.inner.store.transact(|database| {
        let attributes = queues::must_find(database, queue)?;
        queues::expire(database, queue, &attributes, now)?;
        let moved = redrive(database, &sqs.queue_arn(queue), queue, &attributes, now)?;
        let hidden = given.unwrap_or_else(|| attributes::millis(&attributes, "VisibilityTimeout"));
        Ok((take(database, queue, max, now, now + hidden)?, moved))
    })?;
    if moved > 0 {
        sqs.changed();
    }
    Ok(messages.into_iter().map(|message| with_sender(message, &sqs.inner.account_id)).collect())
}

/// Moves what has been received too often to the dead-letter queue; it keeps its id, its age and its
/// count of receives. Without that queue it stays.
fn redrive(
    database: &Transaction<'_>,
    arn: &str,
    queue: &str,
    attributes: &Attributes,
    now_ms: i64,
) -> Result<usize, StoreError> {
    let Some(redrive) = attributes::redrive(attributes)? else { return Ok(0) };
    if queues::find(database, &redrive.target)?.is_none() {
        return Ok(0);
    }
    let moved = database
        .prepare_cached(
            "UPDATE messages
             SET queue = ?4, handle = NULL, visible_ms = ?2,
                 system = json_set(system, '$.DeadLetterQueueSourceArn', ?5)
             WHERE queue = ?1 AND visible_ms <= ?2 AND receives >= ?3",
        )?
        .execute(params![queue, now_ms, redrive.most_receives, redrive.target, arn])?;
    Ok(moved)
}

/// Oldest first, which keeps to the order of sending as far as visibility allows.
fn take(
    database: &Transaction<'_>,
    queue: &str,
    max: usize,
    now_ms: i64,
    visible_ms: i64,
) -> Result<Vec<Message>, StoreError> {
    let mut query = database.prepare_cached(
        "SELECT id, body, attributes, system, sent_ms, receives, first_received_ms FROM messages
         WHERE queue = ?1 AND visible_ms <= ?2 ORDER BY sequence LIMIT ?3",
    )?;
    let found =
        query.query_map(params![queue, now_ms, max as i64], |row| read(row, now_ms))?.collect::<Result<Vec<_>, _>>()?;
    let mut hide = database.prepare_cached(
        "UPDATE messages SET visible_ms = ?2, receives = receives + 1, handle = ?3,
                first_received_ms = coalesce(first_received_ms, ?4) WHERE id = ?1",
    )?;
    let mut messages = Vec::with_capacity(found.len());
    for mut message in found {
        let handle = Handle::new(&message.id);
        hide.execute(params![message.id, visible_ms, handle.nonce, now_ms])?;
        message.receipt_handle = handle.encode();
        messages.push(message);
    }
    Ok(messages)
}

fn read(row: &Row<'_>, now_ms: i64) -> rusqlite::Result<Message> {
    let (sent_ms, receives, first): (i64, u32, Option<i64>) = (row.get(4)?, row.get(5)?, row.get(6)?);
    let mut system: BTreeMap<String, String> = json(row, 3)?;
    let computed = [
        ("SentTimestamp", sent_ms.to_string()),
        ("ApproximateReceiveCount", (receives + 1).to_string()),
        ("ApproximateFirstReceiveTimestamp", first.unwrap_or(now_ms).to_string()),
    ];
    system.extend(computed.map(|(name, value)| (name.to_owned(), value)));
    Ok(Message {
        id: row.get(0)?,
        body: row.get(1)?,
        receipt_handle: String::new(),
        receives: receives + 1,
        system,
        attributes: json(row, 2)?,
    })
}

fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

fn with_sender(mut message: Message, account_id: &str) -> Message {
    message.system.insert("SenderId".to_owned(), account_id.to_owned());
    message
}

pub(super) fn delete(sqs: &Sqs, queue: &str, receipt_handle: &str) -> Result<(), AwsError> {
    sqs.inner.store.transact(|database| {
        queues::must_find(database, queue)?;
        let handle = Handle::decode(receipt_handle)?;
        database
            .prepare_cached("DELETE FROM messages WHERE id = ?1 AND handle = ?2 AND queue = ?3")?
            .execute(params![handle.message, handle.nonce, queue])?;
        Ok(())
    })?;
    sqs.changed();
    Ok(())
}

pub(super) fn change_visibility(
    sqs: &Sqs,
    queue: &str,
    receipt_handle: &str,
    visibility: Duration,
) -> Result<(), AwsError> {
    let hidden = visibility_ms(visibility)?;
    let now = sqs.now_ms();
    sqs.inner.store.transact(|database| {
        queues::must_find(database, queue)?;
        let handle = Handle::decode(receipt_handle)?;
        must_be_in_flight(database, queue, &handle, now)?;
        database.execute("UPDATE messages SET visible_ms = ?2 WHERE id = ?1", params![handle.message, now + hidden])?;
        Ok(())
    })?;
    sqs.changed();
    Ok(())
}

fn must_be_in_flight(database: &Transaction<'_>, queue: &str, handle: &Handle, now_ms: i64) -> Result<(), StoreError> {
    let visible_ms: Option<i64> = database
        .query_row(
            "SELECT visible_ms FROM messages WHERE id = ?1 AND handle = ?2 AND queue = ?3",
            params![handle.message, handle.nonce, queue],
            |row| row.get(0),
        )
        .optional()?;
    match visible_ms {
        Some(visible_ms) if visible_ms > now_ms => Ok(()),
        Some(_) => Err(AwsError::client("MessageNotInflight", "The message referred to isn't in flight.").into()),
        None => Err(invalid_value(
            "ReceiptHandle",
            "Message does not exist or is not available for visibility timeout change.",
        )
        .into()),
    }
}

fn visibility_ms(visibility: Duration) -> Result<i64, AwsError> {
    if visibility.as_secs() > LONGEST_VISIBILITY_S {
        return Err(invalid_value("VisibilityTimeout", "Must be between 0 and 43200."));
    }
    Ok(visibility.as_millis() as i64)
}
