//! What a function is, and how it is started on Lambda.

use crate::clock::{SharedClock, SystemClock};
use crate::config::{ConfigError, Vars};
use crate::entry::log::Log;
use crate::trace::Trace;
use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use chrono::{DateTime, Utc};
use providers::Registry;
use providers::http::SharedWire;
use serde_json::Value;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a function stands on: its variables, the time, the ways out and where its log lines go.
///
/// On Lambda there is one per process; on the local stack one per function, each with its own environment.
#[derive(Clone)]
pub struct Setup {
    /// The function's environment.
    pub vars: Vars,
    /// The time.
    pub clock: SharedClock,
    /// The ways out of the process.
    pub wires: Wires,
    /// Where log lines go.
    pub log: Log,
}

/// The ways out. Tests put faults and test providers in here; `None` makes the real one on first use.
#[derive(Clone, Default)]
pub struct Wires {
    /// To AWS.
    pub aws: Option<SharedHttpClient>,
    /// To the providers.
    pub providers: Option<SharedWire>,
    /// Other providers than the standard ones.
    pub registry: Option<Registry>,
}

/// One invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The id Lambda gave it, in every log line and problem document.
    pub request_id: String,
    /// When Lambda will cut it off.
    pub deadline: DateTime<Utc>,
    /// The trace it belongs to.
    pub trace: Option<Trace>,
    /// Whether it is the first of its instance.
    pub cold: bool,
}

impl Invocation {
    /// An invocation of a warm instance, without a trace.
    pub fn new(request_id: impl Into<String>, deadline: DateTime<Utc>) -> Self {
        Self { request_id: request_id.into(), deadline, trace: None, cold: false }
    }

    /// Lets a function handle an event as part of the invocation's trace.
    ///
    /// # Errors
    /// The function's own.
    pub async fn of(self, function: &dyn Function, event: Value) -> Result<Value, FunctionError> {
        Trace::within(self.trace.clone(), function.invoke(event, self)).await
    }

    /// A log whose lines tell which invocation they are of.
    pub(crate) fn on(&self, log: &Log) -> Log {
        log.with("request_id", self.request_id.as_str()).with("cold", self.cold)
    }
}

/// An invocation failed so that Lambda should know: the queue delivers the message again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FunctionError(pub String);

impl FunctionError {
    /// Takes over what an error says; errors of ours hold no secret.
    pub fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// A Lambda function: one JSON event in, one JSON answer out.
#[async_trait]
pub trait Function: Send + Sync {
    /// Handles one event.
    async fn invoke(&self, event: Value, invocation: Invocation) -> Result<Value, FunctionError>;
}

/// Builds a function from its set-up, once per instance. Constructs no client that is not used.
pub type Build = fn(&Setup) -> Result<Arc<dyn Function>, ConfigError>;

/// Runs a function on Lambda until the platform stops it. The whole of a function's `main`.
pub fn run(build: Build) -> ExitCode {
    let vars = Vars::of_process();
    let log = Log::stdout().of_stage(&vars);
    let setup = Setup { vars, clock: Arc::new(SystemClock), wires: Wires::default(), log };
    match start(build, &setup) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            setup.log.failed_to_start(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn start(build: Build, setup: &Setup) -> Result<(), lambda_runtime::Error> {
    let function = build(setup)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let invoked = AtomicBool::new(false);
    runtime.block_on(lambda_runtime::run(lambda_runtime::service_fn(
        move |event: lambda_runtime::LambdaEvent<Value>| {
            let function = Arc::clone(&function);
            let invocation = Invocation {
                request_id: event.context.request_id.clone(),
                deadline: event.context.deadline().into(),
                trace: event.context.xray_trace_id.as_deref().and_then(Trace::read),
                cold: !invoked.swap(true, Ordering::Relaxed),
            };
            async move { invocation.of(&*function, event.payload).await.map_err(lambda_runtime::Error::from) }
        },
    )))
}
