//! Calls to AWS, counted by what they are billed for.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The sort keys of the table's indexes: an action that names one writes to that index as well.
const INDEXES: [&str; 3] = ["due_sk", "changed_sk", "agenda_sk"];

/// How many calls there were, and what they carried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// By the operation's name at AWS, such as `GetItem`.
    pub calls: BTreeMap<String, i64>,
    /// What is billed and is not a call: `read` (items and queries of the table, strongly consistent), `readInIndex`
    /// (queries of an index, half as dear), `written`, `transacted` (twice as dear), `indexed` (places in an index that
    /// an action touches), `messages` (given to a queue), `events` (given to the bus).
    pub items: BTreeMap<String, i64>,
}

impl Count {
    /// What these calls come to: the operation at AWS and the body of each.
    pub fn of<'a>(calls: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Self {
        let mut count = Self::default();
        calls.into_iter().for_each(|(operation, body)| count.note(operation, body));
        count
    }

    fn note(&mut self, operation: &str, body: &Value) {
        *self.calls.entry(operation.to_owned()).or_default() += 1;
        match operation {
            "GetItem" => self.item("read", 1),
            "BatchGetItem" => self.item("read", entries(&body["RequestItems"], "Keys")),
            "Query" if body["IndexName"].is_string() => self.item("readInIndex", 1),
            "Query" => self.item("read", 1),
            "PutItem" | "UpdateItem" | "DeleteItem" => {
                self.item("written", 1);
                self.item("indexed", places(body));
            }
            "TransactWriteItems" => {
                let actions = body["TransactItems"].as_array().map_or(&[][..], Vec::as_slice);
                self.item("transacted", actions.len() as i64);
                self.item("indexed", actions.iter().map(places).sum());
            }
            "SendMessage" => self.item("messages", 1),
            "SendMessageBatch" => self.item("messages", length(&body["Entries"])),
            "PutEvents" => self.item("events", length(&body["Entries"])),
            _ => {}
        }
    }

    fn item(&mut self, name: &str, count: i64) {
        if count > 0 {
            *self.items.entry(name.to_owned()).or_default() += count;
        }
    }

    /// How many calls of this operation.
    pub fn calls_of(&self, operation: &str) -> f64 {
        self.calls.get(operation).copied().unwrap_or_default() as f64
    }

    /// How many of what is no call.
    pub fn items_of(&self, name: &str) -> f64 {
        self.items.get(name).copied().unwrap_or_default() as f64
    }

    /// Write request units, with items of at most 1 KB. An index is written twice when an entry moves: the old one out,
    /// the new one in. Every touched place is counted as one that moves, so this is the most.
    pub fn write_units(&self) -> f64 {
        2.0 * self.items_of("transacted") + self.items_of("written") + 2.0 * self.items_of("indexed")
    }

    /// Read request units, with answers of at most 4 KB.
    pub fn read_units(&self) -> f64 {
        self.items_of("read") + 0.5 * self.items_of("readInIndex")
    }

    /// Requests to queues, with what Lambda needs to take each message (one to receive, one to delete).
    pub fn queue_requests(&self) -> f64 {
        self.calls_of("SendMessage") + self.calls_of("SendMessageBatch") + 2.0 * self.items_of("messages")
    }

    /// Calls to Secrets Manager.
    pub fn secret_calls(&self) -> f64 {
        let of_secrets = self.calls.iter().filter(|(operation, _)| operation.contains("Secret"));
        of_secrets.map(|(_, count)| *count as f64).sum()
    }
}

/// In how many indexes a write has a place.
fn places(action: &Value) -> i64 {
    let text = action.to_string();
    INDEXES.iter().filter(|sort_key| text.contains(&format!("\"{sort_key}\""))).count() as i64
}

fn length(list: &Value) -> i64 {
    list.as_array().map_or(0, Vec::len) as i64
}

/// The entries of these lists of every table.
fn entries(tables: &Value, list: &str) -> i64 {
    tables.as_object().into_iter().flatten().map(|(_, table)| length(&table[list])).sum()
}
