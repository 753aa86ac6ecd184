//! Lambda's event source for SQS: takes batches, invokes, deletes what was done.
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>

use super::Instances;
use crate::aws_error::said;
use crate::template::QueueSource;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};
use serde_json::{Map, Value, json};
use shared::entry::log::{Level, Log};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

/// The longest poll that SQS allows.
const POLL_SECONDS: i32 = 20;

/// How long to leave a queue alone that could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// One event source.
pub struct QueueRunner {
    /// The source as the template has it.
    pub source: QueueSource,
    /// The queue's URL.
    pub url: String,
    /// The region, for the event.
    pub region: String,
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
    /// The functions.
    pub instances: Instances,
    /// Where trouble is told.
    pub log: Log,
}

impl QueueRunner {
    /// Takes messages until told to stop, then lets the invocations under way end.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let runner = Arc::new(self);
        let slots = Arc::new(Semaphore::new(runner.source.concurrency as usize));
        let mut running = JoinSet::new();
        while let Some((messages, slot)) = tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => None,
            batch = runner.next(&slots) => batch,
        } {
            let runner = Arc::clone(&runner);
            running.spawn(async move {
                runner.work(messages).await;
                drop(slot);
            });
            while running.try_join_next().is_some() {}
        }
        while running.join_next().await.is_some() {}
    }

    /// The next batch, with the slot that its invocation takes.
    async fn next(&self, slots: &Arc<Semaphore>) -> Option<(Vec<Message>, OwnedSemaphorePermit)> {
        let slot = Arc::clone(slots).acquire_owned().await.ok()?;
        loop {
            let received = self
                .sqs
                .receive_message()
                .queue_url(&self.url)
                .max_number_of_messages(self.source.batch.min(10) as i32)
                .wait_time_seconds(POLL_SECONDS)
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .message_attribute_names("All")
                .customize()
                .config_override(aws_sdk_sqs::config::Builder::new().timeout_config(poll_timeouts()))
                .send()
                .await;
            match received {
                Ok(answer) if answer.messages().is_empty() => {}
                Ok(answer) => return Some((answer.messages.unwrap_or_default(), slot)),
                Err(error) => {
                    let why = said(&error);
                    self.log.write(Level::Warn, "receive", "failed", &[("why", json!(why))]);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn work(&self, messages: Vec<Message>) {
        let event = event(&messages, &self.source.queue, &self.region);
        let answer = self.instances.invoke(&self.source.function, event, Uuid::now_v7().to_string()).await;
        let ids: Vec<&str> = messages.iter().filter_map(Message::message_id).collect();
        let failed = match answer {
            Ok(answer) if self.source.partial => failed_messages(&answer, &ids),
            Ok(_) => BTreeSet::new(),
            // What failed stays hidden until its visibility timeout, as on AWS.
            Err(_) => return,
        };
        let done = messages.iter().filter(|message| !failed.contains(message.message_id().unwrap_or_default()));
        self.delete(done).await;
    }

    async fn delete(&self, messages: impl Iterator<Item = &Message>) {
        let entries: Result<Vec<_>, _> = messages
            .enumerate()
            .map(|(index, message)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .set_receipt_handle(message.receipt_handle.clone())
                    .build()
            })
            .collect();
        let Ok(entries) = entries else { return };
        if entries.is_empty() {
            return;
        }
        if let Err(error) = self.sqs.delete_message_batch().queue_url(&self.url).set_entries(Some(entries)).send().await
        {
            let why = said(&error);
            self.log.write(Level::Warn, "delete", "failed", &[("why", json!(why))]);
        }
    }
}

/// A poll waits longer than any other call may take.
fn poll_timeouts() -> TimeoutConfig {
    let limit = Duration::from_secs(POLL_SECONDS.unsigned_abs().into()) + Duration::from_secs(10);
    TimeoutConfig::builder().operation_attempt_timeout(limit).operation_timeout(limit).build()
}

/// The event that a function gets for a batch.
pub fn event(messages: &[Message], arn: &str, region: &str) -> Value {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.message_id,
                "receiptHandle": message.receipt_handle,
                "body": message.body.as_deref().unwrap_or_default(),
                "attributes": attributes(message),
                "messageAttributes": message_attributes(message),
                "md5OfBody": message.md5_of_body,
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": region,
            })
        })
        .collect();
    json!({ "Records": records })
}

fn attributes(message: &Message) -> Map<String, Value> {
    let all = message.attributes.iter().flatten();
    let mut sorted: Vec<_> = all.map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
    sorted.sort_by(|(left, _), (right, _)| left.cmp(right));
    sorted.into_iter().collect()
}

fn message_attributes(message: &Message) -> Map<String, Value> {
    let all = message.message_attributes.iter().flatten();
    all.map(|(name, value)| {
        let value = json!({
            "stringValue": value.string_value,
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value.data_type,
        });
        (name.clone(), value)
    })
    .collect()
}

/// The ids that a partial answer names as failed. An answer that makes no sense fails the whole batch.
pub fn failed_messages(answer: &Value, ids: &[&str]) -> BTreeSet<String> {
    let whole = || ids.iter().map(|id| (*id).to_owned()).collect();
    let failures = match answer {
        Value::Null => return BTreeSet::new(),
        Value::Object(fields) => match fields.get("batchItemFailures") {
            None | Some(Value::Null) => return BTreeSet::new(),
            Some(Value::Array(failures)) => failures,
            Some(_) => return whole(),
        },
        _ => return whole(),
    };
    let mut failed = BTreeSet::new();
    for failure in failures {
        match failure.get("itemIdentifier").and_then(Value::as_str) {
            Some(id) if ids.contains(&id) => failed.insert(id.to_owned()),
            _ => return whole(),
        };
    }
    failed
}
