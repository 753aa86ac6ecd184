//! The table itself: reads, conditional writes and transactions, with errors that say what the caller can do.

mod bulk;
mod refusal;
#[cfg(test)]
mod tests;

use super::expression::{Item, Update};
use super::keys::{Index, Key, PK, SK};
use crate::clients::Clients;
use crate::random::Random;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValue, TransactWriteItem};
use refusal::{Cancelled, cancelled, unavailable};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::time::Duration;

/// Why the table did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A condition did not hold: somebody else was first, or the item is gone. Read again and decide.
    #[error("condition failed")]
    Conflict(Conflict),
    /// Throttled, unreachable or unanswered after the SDK's own tries; a write may have happened.
    #[error("the table is unavailable ({0})")]
    Unavailable(String),
    /// A position in a list that does not belong to it.
    #[error("not a position of this list")]
    Position,
    /// An item or a request of ours is malformed.
    #[error("store: {0}")]
    Ours(String),
}

/// Which actions of a transaction were refused by their condition, by position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflict(pub Vec<usize>);

impl Conflict {
    /// The action at this position was refused.
    pub fn at(&self, position: usize) -> bool {
        self.0.contains(&position)
    }
}

impl StoreError {
    pub(super) fn ours(error: impl std::fmt::Display) -> Self {
        Self::Ours(error.to_string())
    }

    /// Something of ours that cannot be written as JSON.
    pub(crate) fn encoding(error: serde_json::Error) -> Self {
        Self::ours(error)
    }

    /// Whether a condition did not hold.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

/// One page of a query.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What was found.
    pub items: Vec<T>,
    /// Where the next page begins; opaque.
    pub next: Option<String>,
}

/// What a query asks for.
pub(super) struct Query<'a> {
    pub(super) index: Option<&'a Index>,
    pub(super) partition: String,
    pub(super) range: Range,
    pub(super) limit: Option<i32>,
    pub(super) newest_first: bool,
    /// Begin after this position, as a former page named it.
    pub(super) after: Option<String>,
}

/// Which sort keys.
#[derive(Clone)]
pub(super) enum Range {
    All,
    Prefix(String),
    Between(String, String),
}

impl Range {
    fn contains(&self, sort: &str) -> bool {
        match self {
            Self::All => true,
            Self::Prefix(prefix) => sort.starts_with(prefix.as_str()),
            Self::Between(from, to) => (from.as_str()..=to.as_str()).contains(&sort),
        }
    }
}

impl<'a> Query<'a> {
    pub(super) fn of(partition: String, range: Range) -> Self {
        Self { index: None, partition, range, limit: None, newest_first: false, after: None }
    }

    pub(super) fn on(index: &'a Index, partition: String, range: Range) -> Self {
        Self { index: Some(index), ..Self::of(partition, range) }
    }

    fn key_names(&self) -> (&'static str, &'static str) {
        self.index.map_or((PK, SK), |index| (index.pk, index.sk))
    }
}

/// The DynamoDB table.
#[derive(Clone)]
pub struct Table {
    clients: Clients,
    name: String,
    random: Random,
}

/// Most tries of a transaction that met another one.
const CONFLICT_TRIES: u32 = 8;

impl Table {
    /// The table of this name.
    pub fn new(clients: Clients, name: impl Into<String>, random: Random) -> Self {
        Self { clients, name: name.into(), random }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Reads one item, strongly consistent.
    pub(super) async fn get<T: DeserializeOwned>(&self, key: Key) -> Result<Option<T>, StoreError> {
        let answer = self
            .clients
            .dynamodb()
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable(&error))?;
        answer.item.map(parse).transpose()
    }

    /// Reads up to 100 items, strongly consistent; keys that have none are left out.
    pub(super) async fn batch_get(
        &self,
        keys: Vec<Key>,
        projection: &str,
        names: &[(&str, &str)],
    ) -> Result<Vec<Item>, StoreError> {
        let names: HashMap<String, String> =
            names.iter().map(|(placeholder, name)| ((*placeholder).to_owned(), (*name).to_owned())).collect();
        let mut found = Vec::with_capacity(keys.len());
        let mut open: Vec<Item> = keys.into_iter().map(Key::into_item).collect();
        while !open.is_empty() {
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(open))
                .consistent_read(true)
                .projection_expression(projection)
                .set_expression_attribute_names(Some(names.clone()))
                .build()
                .map_err(StoreError::ours)?;
            let answer = self
                .clients
                .dynamodb()
                .batch_get_item()
                .request_items(&self.name, wanted)
                .send()
                .await
                .map_err(|error| unavailable(&error))?;
            found.extend(answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default());
            let left = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
            open = left.map(|left| left.keys).unwrap_or_default();
            if !open.is_empty() {
                self.pause(1).await;
            }
        }
        Ok(found)
    }

    /// One page of a query. Without an index it is strongly consistent.
    pub(super) async fn query(&self, query: Query<'_>) -> Result<Page<Item>, StoreError> {
        let (pk, sk) = query.key_names();
        let mut request = self
            .clients
            .dynamodb()
            .query()
            .table_name(&self.name)
            .set_index_name(query.index.map(|index| index.name.to_owned()))
            .consistent_read(query.index.is_none())
            .scan_index_forward(!query.newest_first)
            .set_limit(query.limit)
            .expression_attribute_names("#pk", pk)
            .expression_attribute_values(":pk", AttributeValue::S(query.partition.clone()));
        let range = &query.range;
        let condition = match range {
            Range::All => "#pk = :pk",
            Range::Prefix(prefix) => {
                request = request
                    .expression_attribute_names("#sk", sk)
                    .expression_attribute_values(":sk", AttributeValue::S(prefix.clone()));
                "#pk = :pk AND begins_with(#sk, :sk)"
            }
            Range::Between(from, to) => {
                request = request
                    .expression_attribute_names("#sk", sk)
                    .expression_attribute_values(":from", AttributeValue::S(from.clone()))
                    .expression_attribute_values(":to", AttributeValue::S(to.clone()));
                "#pk = :pk AND #sk BETWEEN :from AND :to"
            }
        };
        if let Some(after) = &query.after {
            let names = query.index.map_or(vec![PK, SK], |index| vec![PK, SK, index.pk, index.sk]);
            let start = position(after, &names, pk, &query.partition)?;
            // DynamoDB calls a position outside the asked range a malformed request of ours.
            if !start.get(sk).and_then(|sort| sort.as_s().ok()).is_some_and(|sort| range.contains(sort)) {
                return Err(StoreError::Position);
            }
            request = request.set_exclusive_start_key(Some(start));
        }
        let answer = request.key_condition_expression(condition).send().await.map_err(|error| unavailable(&error))?;
        Ok(Page {
            items: answer.items.unwrap_or_default(),
            next: answer.last_evaluated_key.map(|key| name_position(&key)),
        })
    }

    /// Every item of a query.
    pub(super) async fn query_all<T: DeserializeOwned>(
        &self,
        index: Option<&Index>,
        partition: &str,
        range: impl Fn() -> Range,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let query = Query { index, after, ..Query::of(partition.to_owned(), range()) };
            let page = self.query(query).await?;
            for item in page.items {
                found.push(parse(item)?);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// Updates one item and answers it as it is afterwards.
    pub(super) async fn update(&self, update: Update) -> Result<Item, StoreError> {
        let rendered = update.render();
        let answer = self
            .clients
            .dynamodb()
            .update_item()
            .table_name(&self.name)
            .set_key(Some(rendered.key))
            .update_expression(rendered.expression)
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(Some(rendered.names))
            .set_expression_attribute_values(rendered.values)
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer.attributes.unwrap_or_default()),
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), UpdateItemError::ConditionalCheckFailedException(_)) =>
            {
                Err(StoreError::Conflict(Conflict::default()))
            }
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Deletes one item; one that is not there is no error.
    pub(super) async fn delete(&self, key: Key) -> Result<(), StoreError> {
        self.clients
            .dynamodb()
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key.into_item()))
            .send()
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(())
    }

    /// All of these writes or none. A meeting with another transaction is tried again with jitter; a condition that
    /// does not hold never is.
    pub(super) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        // One token for all tries: one that was carried out although its answer was lost makes the later ones replays.
        let token = hex::encode(self.random.bytes::<16>());
        for attempt in 1.. {
            let answer = self
                .clients
                .dynamodb()
                .transact_write_items()
                .set_transact_items(Some(writes.clone()))
                .client_request_token(&token)
                .send()
                .await;
            match answer {
                Ok(_) => return Ok(()),
                Err(error) => match cancelled(&error) {
                    Some(Cancelled::Conditions(conflict)) => return Err(StoreError::Conflict(conflict)),
                    Some(Cancelled::Met) if attempt < CONFLICT_TRIES => self.pause(attempt).await,
                    Some(Cancelled::Met) => return Err(StoreError::Unavailable("TransactionConflict".into())),
                    Some(Cancelled::Ours(what)) => return Err(StoreError::Ours(what)),
                    None => return Err(unavailable(&error)),
                },
            }
        }
        unreachable!("the loop ends by returning")
    }

    async fn pause(&self, attempt: u32) {
        let longest = (20 * (1_u64 << attempt.min(6))).min(400);
        let wait = 5.0 + self.random.jitter() * longest as f64;
        tokio::time::sleep(Duration::from_millis(wait as u64)).await;
    }
}

/// Reads an item as one of our structures.
pub(super) fn parse<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(StoreError::ours)
}

fn name_position(key: &Item) -> String {
    let texts: HashMap<&String, &String> =
        key.iter().filter_map(|(name, value)| Some((name, value.as_s().ok()?))).collect();
    serde_json::json!(texts).to_string()
}

/// Reads a position that went through a client's hands: exactly the key's attributes, and the partition asked for.
fn position(text: &str, names: &[&str], pk: &str, partition: &str) -> Result<Item, StoreError> {
    let texts: HashMap<String, String> = serde_json::from_str(text).map_err(|_| StoreError::Position)?;
    let fits = texts.len() == names.len()
        && names.iter().all(|name| texts.get(*name).is_some_and(|value| !value.is_empty() && value.len() <= 1024))
        && texts.get(pk).is_some_and(|value| value == partition);
    if !fits {
        return Err(StoreError::Position);
    }
    Ok(texts.into_iter().map(|(name, value)| (name, AttributeValue::S(value))).collect())
}
