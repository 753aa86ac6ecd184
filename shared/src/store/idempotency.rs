//! Answers that are remembered under an `Idempotency-Key`, for a day.

use super::expression::{When, instant, number, put, text};
use super::table::StoreError;
use super::{Store, keys};
use crate::digest::sha256_hex;
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, MemberId};
use serde::Deserialize;
use serde_json::Value;

/// What is remembered when the change commits.
#[derive(Debug, Clone)]
pub struct Idempotency {
    account: AccountId,
    hash: String,
    fingerprint: String,
    status: u16,
    answer: Value,
    now: DateTime<Utc>,
}

/// An answer that was given before.
#[derive(Debug, Clone, PartialEq)]
pub struct Remembered {
    /// The request was another one: same key, other content.
    pub differs: bool,
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub answer: Value,
}

#[derive(Deserialize)]
struct IdempotencyItem {
    fingerprint: String,
    status: u16,
    answer: String,
    until: i64,
}

/// Names a request: by account, member, route and the key that the client chose.
#[derive(Debug, Clone)]
pub struct RequestName {
    account: AccountId,
    hash: String,
    fingerprint: String,
}

impl RequestName {
    /// `route` is method and path as called.
    pub fn new(account: &AccountId, member: &MemberId, route: &str, key: &str, body: &[u8]) -> Self {
        let name = format!("{}\n{route}\n{key}", member.as_str());
        Self { account: account.clone(), hash: sha256_hex(name.as_bytes()), fingerprint: sha256_hex(body) }
    }

    /// What will be remembered once the change commits.
    pub fn answered(&self, status: u16, answer: Value, now: DateTime<Utc>) -> Idempotency {
        Idempotency {
            account: self.account.clone(),
            hash: self.hash.clone(),
            fingerprint: self.fingerprint.clone(),
            status,
            answer,
            now,
        }
    }
}

impl Idempotency {
    pub(super) fn write(&self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let until = self.now + TimeDelta::hours(24);
        let mut item = keys::idempotency(&self.account, &self.hash).into_item();
        item.insert("fingerprint".into(), text(&self.fingerprint));
        item.insert("status".into(), number(self.status));
        item.insert("answer".into(), text(self.answer.to_string()));
        item.insert("until".into(), instant(until));
        item.insert(keys::EXPIRES.into(), number(until.timestamp()));
        let free = When::Any(vec![When::Absent(keys::PK), When::Below("until", instant(self.now))]);
        put(table, item, Some(free))
    }
}

impl Store {
    /// Remembers an answer that changed nothing; `false` when one is remembered already.
    pub async fn remember(&self, answer: &Idempotency) -> Result<bool, StoreError> {
        match self.table.transact(vec![answer.write(self.table.name())?]).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The answer that was given to this request before, if there is one.
    pub async fn remembered(&self, name: &RequestName) -> Result<Option<Remembered>, StoreError> {
        let item: Option<IdempotencyItem> = self.table.get(keys::idempotency(&name.account, &name.hash)).await?;
        let Some(item) = item.filter(|item| item.until > self.now().timestamp_millis()) else { return Ok(None) };
        Ok(Some(Remembered {
            differs: item.fingerprint != name.fingerprint,
            status: item.status,
            answer: serde_json::from_str(&item.answer).map_err(StoreError::ours)?,
        }))
    }
}
