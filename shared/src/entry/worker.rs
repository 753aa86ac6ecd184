//! The adapter of queue workers: an SQS batch in, the messages to deliver again out (partial batch responses).

use crate::clock::SharedClock;
use crate::entry::function::{Function, FunctionError, Invocation, Setup};
use crate::entry::log::{Level, Log};
use crate::trace::Trace;
use async_trait::async_trait;
use aws_lambda_events::sqs::SqsEvent;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

/// What became of a message that needs no second delivery, for the log line.
#[derive(Debug, Clone, PartialEq)]
pub struct Acknowledge {
    /// The outcome's name.
    pub outcome: &'static str,
    /// How important that is.
    pub level: Level,
    /// Further fields.
    pub fields: Vec<(&'static str, Value)>,
}

impl Acknowledge {
    /// An outcome without further fields.
    pub fn of(outcome: &'static str) -> Self {
        Self { outcome, level: Level::Info, fields: Vec::new() }
    }
}

/// Makes a function of a worker. A message whose work fails is delivered again; one that cannot be read goes the same
/// way until it reaches the dead-letter queue.
pub fn worker<M, H, F>(setup: &Setup, op: &'static str, work: H) -> Arc<dyn Function>
where
    M: DeserializeOwned + Send + Sync + 'static,
    H: Fn(M, DateTime<Utc>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Acknowledge, FunctionError>> + Send + 'static,
{
    let log = setup.log.clone().timed_by(Arc::clone(&setup.clock)).with("fn", op);
    Arc::new(Worker { op, log, clock: Arc::clone(&setup.clock), work, message: PhantomData::<fn(M)> })
}

/// A log that tells how often the message was delivered, and whose trace sent it: X-Ray links the two, a search in the
/// log needs it written.
fn about(log: &Log, attributes: &HashMap<String, String>) -> Log {
    let attempt = attributes.get("ApproximateReceiveCount").and_then(|count| count.parse::<u32>().ok());
    let sender = attributes.get("AWSTraceHeader").and_then(|header| Trace::read(header));
    let log = attempt.map_or_else(|| log.clone(), |attempt| log.with("attempt", attempt));
    sender.map_or_else(|| log.clone(), |sender| log.with("linked_trace_id", sender.id()))
}

struct Worker<M, H> {
    op: &'static str,
    log: Log,
    clock: SharedClock,
    work: H,
    message: PhantomData<fn(M)>,
}

#[async_trait]
impl<M, H, F> Function for Worker<M, H>
where
    M: DeserializeOwned + Send + Sync + 'static,
    H: Fn(M, DateTime<Utc>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Acknowledge, FunctionError>> + Send + 'static,
{
    async fn invoke(&self, event: Value, invocation: Invocation) -> Result<Value, FunctionError> {
        let batch: SqsEvent =
            serde_json::from_value(event).map_err(|_| FunctionError("the event is not an SQS batch".into()))?;
        let log = invocation.on(&self.log);
        let mut failures = Vec::new();
        for message in batch.records {
            let id = message.message_id.unwrap_or_default();
            let log = about(&log, &message.attributes);
            if !self.one(message.body.as_deref().unwrap_or_default(), &invocation, &log).await {
                failures.push(json!({ "itemIdentifier": id }));
            }
        }
        Ok(json!({ "batchItemFailures": failures }))
    }
}

impl<M, H, F> Worker<M, H>
where
    M: DeserializeOwned + Send + Sync + 'static,
    H: Fn(M, DateTime<Utc>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Acknowledge, FunctionError>> + Send + 'static,
{
    async fn one(&self, body: &str, invocation: &Invocation, log: &Log) -> bool {
        let started = self.clock.now();
        let done = match serde_json::from_str::<M>(body) {
            Ok(message) => (self.work)(message, invocation.deadline).await,
            Err(_) => Err(FunctionError("the message cannot be read".into())),
        };
        let took = json!((self.clock.now() - started).num_milliseconds());
        match done {
            Ok(mut done) => {
                done.fields.push(("dur_ms", took));
                log.write(done.level, self.op, done.outcome, &done.fields);
                true
            }
            Err(error) => {
                log.write(Level::Error, self.op, "failed", &[("why", json!(error.0)), ("dur_ms", took)]);
                false
            }
        }
    }
}
