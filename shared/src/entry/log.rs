//! Structured log lines: one JSON object a line, one line per outcome.
//!
//! What may never be logged is listed here once: headers, bodies, query strings, tokens, codes, states, verifiers,
//! tickets, e-mail addresses, phone numbers, titles. A field's value comes from an id, an enum or a number.

use crate::clock::SharedClock;
use crate::config::Vars;
use crate::entry::metrics::Metric;
use crate::trace::Trace;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The namespace of the metrics of a stage is below this one.
const NAMESPACE: &str = "Aura/Integrations";

/// Takes finished lines.
pub trait LineSink: Send + Sync {
    /// Takes one line, without the line break.
    fn line(&self, line: &str);
}

struct Stdout;

impl LineSink for Stdout {
    fn line(&self, line: &str) {
        use std::io::Write;
        // A closed stdout must not take the function down.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// A log with the fields that every line of it has.
#[derive(Clone)]
pub struct Log {
    sink: Arc<dyn LineSink>,
    clock: Option<SharedClock>,
    namespace: Arc<str>,
    fields: Map<String, Value>,
}

/// How important a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// An outcome as wanted.
    Info,
    /// An outcome that a person may want to look at.
    Warn,
    /// Our own mistake.
    Error,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl Log {
    /// A log to the function's standard output, which Lambda collects.
    pub fn stdout() -> Self {
        Self::to(Arc::new(Stdout))
    }

    /// A log to this sink.
    pub fn to(sink: Arc<dyn LineSink>) -> Self {
        Self { sink, clock: None, namespace: NAMESPACE.into(), fields: Map::new() }
    }

    /// The same log with `ts` on every line.
    pub fn timed_by(mut self, clock: SharedClock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The same log with metrics in the stage's own namespace: stages of one AWS account share none.
    pub fn of_stage(mut self, vars: &Vars) -> Self {
        if let Some(stage) = vars.get("STAGE") {
            self.namespace = format!("{NAMESPACE}/{stage}").into();
        }
        self
    }

    /// The same log with one more field on every line.
    pub fn with(&self, name: &str, value: impl Into<Value>) -> Self {
        let mut log = self.clone();
        log.fields.insert(name.to_owned(), value.into());
        log
    }

    /// Writes one line: an operation and how it ended, with further fields.
    pub fn write(&self, level: Level, op: &str, outcome: &str, extra: &[(&str, Value)]) {
        let mut line = Map::new();
        if let Some(clock) = &self.clock {
            line.insert("ts".into(), json!(clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)));
        }
        line.insert("level".into(), json!(level.as_str()));
        line.extend(self.fields.clone());
        if let Some(trace) = Trace::current() {
            line.insert("trace_id".into(), json!(trace.id()));
        }
        line.insert("op".into(), json!(op));
        line.insert("outcome".into(), json!(outcome));
        for (name, value) in extra {
            line.insert((*name).to_owned(), value.clone());
        }
        self.sink.line(&Value::Object(line).to_string());
    }

    /// Counts something, for CloudWatch (embedded metric format); a value for each of the metric's dimensions.
    pub fn count(&self, metric: Metric, values: &[&str], count: u64) {
        debug_assert_eq!(metric.dimensions.len(), values.len(), "{}", metric.name);
        let at = self.clock.as_ref().map(|clock| clock.now().timestamp_millis()).unwrap_or_default();
        let directive = json!({
            "Namespace": &*self.namespace,
            "Dimensions": [metric.dimensions],
            "Metrics": [{ "Name": metric.name, "Unit": "Count" }],
        });
        let mut line = Map::new();
        line.insert("_aws".into(), json!({ "Timestamp": at, "CloudWatchMetrics": [directive] }));
        let labels = metric.dimensions.iter().zip(values);
        line.extend(labels.map(|(name, value)| ((*name).to_owned(), json!(value))));
        line.insert(metric.name.to_owned(), json!(count));
        self.sink.line(&Value::Object(line).to_string());
    }

    /// The line of an instance that could not be built.
    pub fn failed_to_start(&self, why: &str) {
        self.write(Level::Error, "start", "failed", &[("why", json!(why))]);
    }
}
