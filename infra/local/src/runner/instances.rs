//! The functions of the stack, each built once, and one invocation of one.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use shared::clock::SharedClock;
use shared::entry::log::{Level, Log};
use shared::entry::{Function, Invocation};
use shared::trace::Trace;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// An invocation had no answer. The reason is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The function answered with an error.
    #[error("the function failed")]
    Failed,
    /// The function panicked.
    #[error("the function panicked")]
    Panicked,
    /// It took longer than its timeout and was cut off.
    #[error("the function timed out")]
    TimedOut,
    /// There is no such function.
    #[error("there is no such function")]
    Unknown,
}

/// A built function and its limits.
struct Instance {
    function: Arc<dyn Function>,
    timeout: Duration,
    invoked: AtomicBool,
}

/// The functions by package name.
#[derive(Clone)]
pub struct Instances {
    instances: Arc<BTreeMap<String, Instance>>,
    clock: SharedClock,
    log: Log,
}

impl Instances {
    /// Takes built functions with their timeouts.
    pub fn new(
        functions: impl IntoIterator<Item = (String, Arc<dyn Function>, Duration)>,
        clock: SharedClock,
        log: Log,
    ) -> Self {
        let instances = functions
            .into_iter()
            .map(|(package, function, timeout)| {
                (package, Instance { function, timeout, invoked: AtomicBool::new(false) })
            })
            .collect();
        Self { instances: Arc::new(instances), clock, log }
    }

    /// Invokes a function as Lambda would: the caller may go away, the invocation goes on until its timeout.
    pub async fn invoke(&self, package: &str, event: Value, request_id: String) -> Result<Value, InvokeError> {
        let instance = self.instances.get(package).ok_or(InvokeError::Unknown)?;
        let invocation = self.invocation(instance, &request_id);
        let function = Arc::clone(&instance.function);
        let timeout = instance.timeout;
        let run = tokio::spawn(async move { tokio::time::timeout(timeout, invocation.of(&*function, event)).await });
        let (failure, why) = match run.await {
            Ok(Ok(Ok(answer))) => return Ok(answer),
            Ok(Ok(Err(error))) => (InvokeError::Failed, error.to_string()),
            Ok(Err(_)) => (InvokeError::TimedOut, format!("no answer within {} s", timeout.as_secs())),
            Err(panic) => (InvokeError::Panicked, panic_text(panic)),
        };
        let log = self.log.with("fn", package).with("request_id", request_id);
        log.write(Level::Error, "invoke", outcome(failure), &[("why", Value::String(why))]);
        Err(failure)
    }

    /// As Lambda would start it, with a trace of its own: one that a message carries is linked, not gone on with.
    fn invocation(&self, instance: &Instance, request_id: &str) -> Invocation {
        let now = self.clock.now();
        let limit = TimeDelta::from_std(instance.timeout).unwrap_or(TimeDelta::MAX);
        Invocation {
            request_id: request_id.to_owned(),
            deadline: now + limit,
            trace: Trace::read(&new_trace(now)),
            cold: !instance.invoked.swap(true, Ordering::Relaxed),
        }
    }
}

/// A tracing header as X-Ray writes it: the time in the root, the rest by chance, nothing sampled.
fn new_trace(now: DateTime<Utc>) -> String {
    let chance = Uuid::new_v4().simple().to_string();
    format!("Root=1-{:08x}-{};Parent={};Sampled=0", now.timestamp(), &chance[..24], &chance[16..])
}

fn outcome(failure: InvokeError) -> &'static str {
    match failure {
        InvokeError::Failed => "failed",
        InvokeError::Panicked => "panicked",
        InvokeError::TimedOut => "timed_out",
        InvokeError::Unknown => "unknown",
    }
}

fn panic_text(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(payload) => payload
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "no message".to_owned()),
        Err(_) => "the invocation was stopped".to_owned(),
    }
}
