//! Messages as they come in and go out.

use super::digest;
use crate::AwsError;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// A message to send.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// Any text that SQS accepts.
    pub body: String,
    /// How long it stays hidden; the queue's `DelaySeconds` if absent.
    pub delay: Option<Duration>,
    /// The tenant, for fair queues. It does not change the order here.
    pub group: Option<String>,
    /// `{"name": {"DataType": "String", "StringValue": "…"}}`, as on the wire.
    pub attributes: Map<String, Value>,
    /// The X-Ray header, an attribute of the system.
    pub trace: Option<String>,
}

impl Outgoing {
    /// A message of nothing but a body.
    pub fn of(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }
}

/// What sending answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The message's id.
    pub id: String,
    /// MD5 of the body, in hex.
    pub body_md5: String,
    /// MD5 of the message attributes, if there are any.
    pub attributes_md5: Option<String>,
}

/// A received message.
#[derive(Debug, Clone)]
pub struct Message {
    /// The message's id, the same at every receive.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// Names this receive when deleting; a later receive gives another.
    pub receipt_handle: String,
    /// How often it has been received, this time included.
    pub receives: u32,
    /// Attributes of the system: `SentTimestamp`, `ApproximateReceiveCount`, `MessageGroupId`, …
    pub system: BTreeMap<String, String>,
    /// The sender's attributes.
    pub attributes: Map<String, Value>,
}

impl Message {
    /// MD5 of the body, in hex.
    pub fn body_md5(&self) -> String {
        digest::of_text(&self.body)
    }
}

/// How many messages a queue holds, exactly (AWS says "approximately").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Receivable now.
    pub visible: u64,
    /// Received and hidden.
    pub in_flight: u64,
    /// Sent with a delay that has not passed.
    pub delayed: u64,
}

/// Characters that XML 1.0 knows (SendMessage, parameter MessageBody).
pub(super) fn check_body(body: &str) -> Result<(), AwsError> {
    if body.is_empty() {
        return Err(super::errors::missing("MessageBody"));
    }
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    if body.chars().all(allowed) {
        return Ok(());
    }
    Err(AwsError::client("InvalidMessageContents", "Invalid characters found in the message body."))
}
