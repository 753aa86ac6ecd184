//! Queues: made, found, described, emptied.

use super::attributes::{self, Attributes};
use super::errors::{invalid_value, no_queue};
use super::message::Counts;
use super::store::StoreError;
use super::{Sqs, errors};
use crate::AwsError;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};

const LONGEST_NAME: usize = 80;

pub(super) fn ensure(sqs: &Sqs, name: &str, wanted: &Attributes) -> Result<(), AwsError> {
    match create(sqs, name, wanted) {
        Err(error) if error.code == "QueueNameExists" => set(sqs, name, wanted),
        outcome => outcome,
    }
}

/// Creating again with the same values (or without naming them) succeeds; with other values it is
/// refused.
pub(super) fn create(sqs: &Sqs, name: &str, wanted: &Attributes) -> Result<(), AwsError> {
    check_name(name)?;
    attributes::check(wanted)?;
    let now = sqs.now_ms();
    sqs.inner.store.transact(|database| {
        if let Some(existing) = find(database, name)? {
            return same(&existing, wanted).map_err(StoreError::Answer);
        }
        check_redrive(database, wanted)?;
        let text = to_text(wanted)?;
        database.execute(
            "INSERT INTO queues (name, attributes, created_ms, modified_ms) VALUES (?1, ?2, ?3, ?3)",
            params![name, text, now],
        )?;
        Ok(())
    })
}

fn same(existing: &Attributes, wanted: &Attributes) -> Result<(), AwsError> {
    let existing = attributes::with_defaults(existing);
    match wanted.iter().find(|(name, value)| existing.get(*name) != Some(value)) {
        None => Ok(()),
        Some((name, _)) => Err(AwsError::client(
            "QueueNameExists",
            format!("A queue already exists with the same name and a different value for attribute {name}"),
        )),
    }
}

/// Sets the attributes that are named and leaves the others.
pub(super) fn set(sqs: &Sqs, name: &str, wanted: &Attributes) -> Result<(), AwsError> {
    attributes::check(wanted)?;
    let now = sqs.now_ms();
    sqs.inner.store.transact(|database| {
        check_redrive(database, wanted)?;
        let mut all = must_find(database, name)?;
        all.extend(wanted.clone());
        all.retain(|_, value| !value.is_empty());
        let text = to_text(&all)?;
        database
            .execute("UPDATE queues SET attributes = ?2, modified_ms = ?3 WHERE name = ?1", params![name, text, now])?;
        Ok(())
    })
}

fn check_redrive(database: &Transaction<'_>, wanted: &Attributes) -> Result<(), StoreError> {
    let Some(redrive) = attributes::redrive(wanted)? else { return Ok(()) };
    match find(database, &redrive.target)? {
        Some(_) => Ok(()),
        None => Err(invalid_value("RedrivePolicy", "Dead letter target does not exist.").into()),
    }
}

/// A queue's attributes, if there is one of this name.
pub(super) fn find(database: &Transaction<'_>, name: &str) -> Result<Option<Attributes>, StoreError> {
    let text: Option<String> = database
        .prepare_cached("SELECT attributes FROM queues WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| AwsError::internal(error).into())).transpose()
}

pub(super) fn must_find(database: &Transaction<'_>, name: &str) -> Result<Attributes, StoreError> {
    find(database, name)?.ok_or_else(|| no_queue().into())
}

/// Everything that `GetQueueAttributes` may give.
pub(super) fn describe(sqs: &Sqs, name: &str) -> Result<Attributes, AwsError> {
    let counts = counts(sqs, name)?;
    sqs.inner.store.transact(|database| {
        let mut all = attributes::with_defaults(&must_find(database, name)?);
        let (created, modified): (i64, i64) =
            database.query_row("SELECT created_ms, modified_ms FROM queues WHERE name = ?1", [name], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let computed = [
            ("QueueArn", sqs.queue_arn(name)),
            ("CreatedTimestamp", (created / 1000).to_string()),
            ("LastModifiedTimestamp", (modified / 1000).to_string()),
            ("ApproximateNumberOfMessages", counts.visible.to_string()),
            ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
            ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
        ];
        all.extend(computed.map(|(name, value)| (name.to_owned(), value)));
        Ok(all)
    })
}

pub(super) fn counts(sqs: &Sqs, name: &str) -> Result<Counts, AwsError> {
    let now = sqs.now_ms();
    sqs.inner.store.transact(|database| {
        let attributes = must_find(database, name)?;
        expire(database, name, &attributes, now)?;
        let row = database.query_row(
            "SELECT count(*) FILTER (WHERE visible_ms <= ?2),
                    count(*) FILTER (WHERE visible_ms > ?2 AND handle IS NOT NULL),
                    count(*) FILTER (WHERE visible_ms > ?2 AND handle IS NULL)
             FROM messages WHERE queue = ?1",
            params![name, now],
            |row| Ok(Counts { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? }),
        )?;
        Ok(row)
    })
}

/// Deletes what is older than the queue's retention period.
pub(super) fn expire(
    database: &Transaction<'_>,
    name: &str,
    attributes: &Attributes,
    now_ms: i64,
) -> Result<(), StoreError> {
    let oldest = now_ms - attributes::millis(attributes, "MessageRetentionPeriod");
    database
        .prepare_cached("DELETE FROM messages WHERE queue = ?1 AND sent_ms <= ?2")?
        .execute(params![name, oldest])?;
    Ok(())
}

pub(super) fn next_visible_at(sqs: &Sqs, name: &str) -> Result<Option<DateTime<Utc>>, AwsError> {
    let now = sqs.now_ms();
    let next: Option<i64> = sqs.inner.store.transact(|database| {
        must_find(database, name)?;
        let next = database.query_row(
            "SELECT min(visible_ms) FROM messages WHERE queue = ?1 AND visible_ms > ?2",
            params![name, now],
            |row| row.get(0),
        )?;
        Ok(next)
    })?;
    Ok(next.and_then(DateTime::from_timestamp_millis))
}

pub(super) fn names(sqs: &Sqs, prefix: &str) -> Result<Vec<String>, AwsError> {
    sqs.inner.store.transact(|database| {
        let mut query = database.prepare("SELECT name FROM queues ORDER BY name")?;
        let names = query.query_map((), |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        Ok(names.into_iter().filter(|name| name.starts_with(prefix)).collect())
    })
}

pub(super) fn must_exist(sqs: &Sqs, name: &str) -> Result<(), AwsError> {
    sqs.inner.store.transact(|database| must_find(database, name).map(drop))
}

pub(super) fn purge(sqs: &Sqs, name: &str) -> Result<(), AwsError> {
    sqs.inner.store.transact(|database| {
        must_find(database, name)?;
        database.execute("DELETE FROM messages WHERE queue = ?1", [name])?;
        Ok(())
    })?;
    sqs.changed();
    Ok(())
}

pub(super) fn delete(sqs: &Sqs, name: &str) -> Result<(), AwsError> {
    purge(sqs, name)?;
    sqs.inner.store.transact(|database| {
        database.execute("DELETE FROM queues WHERE name = ?1", [name])?;
        Ok(())
    })
}

fn to_text(attributes: &Attributes) -> Result<String, AwsError> {
    serde_json::to_string(attributes).map_err(AwsError::internal)
}

/// Up to 80 letters, digits, hyphens and underscores (CreateQueue, parameter QueueName).
fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(errors::invalid_value(
        "QueueName",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    ))
}
