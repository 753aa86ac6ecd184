//! Publishing to the event bus. Whoever publishes keeps the event (the outbox) until it was accepted.

use crate::batches::batches;
use crate::clients::Clients;
use crate::trace::Trace;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::ids::AccountId;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The source of every event of the product.
pub const SOURCE: &str = "aura.integrations";

/// Entries of one `PutEvents`, and their bytes in all (1 MB with room for what the service adds).
const BATCH: usize = 10;
const BATCH_BYTES: usize = 900_000;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What consumers recognise a repetition by.
    pub id: Uuid,
    /// The account that it happened in.
    pub account: AccountId,
    /// What happened: `record.changed`.
    pub detail_type: String,
    /// The version of what it happened to; consumers ignore older ones. No order is promised.
    pub version: u64,
    /// Further fields: a JSON object. `id`, `account`, `version` and `occurredAt` in it are overruled.
    pub detail: Value,
    /// When it happened.
    pub time: DateTime<Utc>,
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publish {
    /// The bus has it.
    Accepted,
    /// The bus refused it, with its code: `ThrottlingException`, `MalformedDetail`, `TooLarge`.
    Refused {
        /// EventBridge's error code.
        code: String,
    },
    /// There was no answer: the bus may have it.
    Unknown,
}

/// One bus.
#[derive(Clone)]
pub struct Bus {
    clients: Clients,
    name: String,
}

/// An event as it is sent, with its position in the caller's list.
struct Outgoing {
    position: usize,
    entry: PutEventsRequestEntry,
    bytes: usize,
}

impl Bus {
    /// The bus with this name or ARN.
    pub fn new(clients: Clients, name: impl Into<String>) -> Self {
        Self { clients, name: name.into() }
    }

    /// Publishes events and answers what became of each, in their order. Publishes nothing twice by itself: an event
    /// whose outcome is unknown stays in the outbox.
    pub async fn publish(&self, events: &[Event]) -> Vec<Publish> {
        let mut outcomes = vec![Publish::Unknown; events.len()];
        let mut outgoing = Vec::new();
        for (position, event) in events.iter().enumerate() {
            match self.prepare(position, event) {
                Ok(ready) => outgoing.push(ready),
                Err(refused) => outcomes[position] = refused,
            }
        }
        let sizes: Vec<usize> = outgoing.iter().map(|ready| ready.bytes).collect();
        for range in batches(&sizes, BATCH, BATCH_BYTES) {
            let batch = &outgoing[range];
            for (ready, outcome) in batch.iter().zip(self.put(batch).await) {
                outcomes[ready.position] = outcome;
            }
        }
        outcomes
    }

    fn prepare(&self, position: usize, event: &Event) -> Result<Outgoing, Publish> {
        let detail = detail(event).ok_or_else(|| refused("MalformedDetail"))?.to_string();
        // How EventBridge counts: 14 bytes for the time, then the texts (user guide, "Calculating PutEvents entry size").
        let bytes = 14 + SOURCE.len() + event.detail_type.len() + detail.len();
        if bytes > BATCH_BYTES {
            return Err(refused("TooLarge"));
        }
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(&event.detail_type)
            .time(aws_smithy_types::DateTime::from_millis(event.time.timestamp_millis()))
            .detail(detail)
            .set_trace_header(Trace::current().map(|trace| trace.header().to_owned()))
            .build();
        Ok(Outgoing { position, entry, bytes })
    }

    /// One call. Its results are positional; without an answer nothing is known of any.
    async fn put(&self, batch: &[Outgoing]) -> Vec<Publish> {
        let entries = batch.iter().map(|ready| ready.entry.clone()).collect();
        let answer = self.clients.events().put_events().set_entries(Some(entries)).send().await;
        let results = answer.ok().and_then(|answer| answer.entries).unwrap_or_default();
        (0..batch.len()).map(|position| results.get(position).map_or(Publish::Unknown, outcome)).collect()
    }
}

fn detail(event: &Event) -> Option<Value> {
    let time = event.time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let head = [
        ("id", json!(event.id)),
        ("account", json!(event.account)),
        ("version", json!(event.version)),
        ("occurredAt", json!(time)),
    ];
    let mut detail: Map<String, Value> = head.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    for (name, value) in event.detail.as_object()? {
        detail.entry(name).or_insert_with(|| value.clone());
    }
    Some(Value::Object(detail))
}

fn outcome(result: &PutEventsResultEntry) -> Publish {
    match (&result.error_code, &result.event_id) {
        (Some(code), _) => refused(code),
        (None, Some(_)) => Publish::Accepted,
        (None, None) => Publish::Unknown,
    }
}

fn refused(code: &str) -> Publish {
    Publish::Refused { code: code.to_owned() }
}

#[cfg(test)]
mod tests;
