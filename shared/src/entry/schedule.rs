//! The adapter of scheduled functions: whatever the event says, the work is the same.

use crate::clock::SharedClock;
use crate::entry::function::{Function, FunctionError, Invocation, Setup};
use crate::entry::log::{Level, Log};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use std::future::Future;
use std::sync::Arc;

/// Makes a function of something done on a schedule. `work` gets the invocation's deadline and answers figures for
/// the log line. An error makes Lambda try again.
pub fn scheduled<H, F, R>(setup: &Setup, op: &'static str, work: H) -> Arc<dyn Function>
where
    H: Fn(DateTime<Utc>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<R, FunctionError>> + Send + 'static,
    R: Serialize + 'static,
{
    let log = setup.log.clone().timed_by(Arc::clone(&setup.clock)).with("fn", op);
    Arc::new(Scheduled { op, log, clock: Arc::clone(&setup.clock), work })
}

struct Scheduled<H> {
    op: &'static str,
    log: Log,
    clock: SharedClock,
    work: H,
}

#[async_trait]
impl<H, F, R> Function for Scheduled<H>
where
    H: Fn(DateTime<Utc>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<R, FunctionError>> + Send + 'static,
    R: Serialize + 'static,
{
    async fn invoke(&self, _event: Value, invocation: Invocation) -> Result<Value, FunctionError> {
        let started = self.clock.now();
        let log = invocation.on(&self.log);
        let done = (self.work)(invocation.deadline)
            .await
            .and_then(|figures| serde_json::to_value(figures).map_err(FunctionError::of));
        let took = json!((self.clock.now() - started).num_milliseconds());
        match &done {
            Ok(figures) => log.write(Level::Info, self.op, "ok", &[("figures", figures.clone()), ("dur_ms", took)]),
            Err(error) => log.write(Level::Error, self.op, "failed", &[("why", json!(error.0)), ("dur_ms", took)]),
        }
        done
    }
}
