//! The functions of the stack, each built once, and one invocation of one.

use chrono::TimeDelta;
use serde_json::Value;
use shared::clock::SharedClock;
use shared::entry::log::{Level, Log};
use shared::entry::{Function, Invocation};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

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
            .map(|(package, function, timeout)| (package, Instance { function, timeout }))
            .collect();
        Self { instances: Arc::new(instances), clock, log }
    }

    /// Invokes a function as Lambda would: the caller may go away, the invocation goes on until its timeout.
    pub async fn invoke(&self, package: &str, event: Value, request_id: String) -> Result<Value, InvokeError> {
        let instance = self.instances.get(package).ok_or(InvokeError::Unknown)?;
        let limit = TimeDelta::from_std(instance.timeout).unwrap_or(TimeDelta::MAX);
        let invocation = Invocation { request_id: request_id.clone(), deadline: self.clock.now() + limit };
        let function = Arc::clone(&instance.function);
        let timeout = instance.timeout;
        let run = tokio::spawn(async move { tokio::time::timeout(timeout, function.invoke(event, invocation)).await });
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
