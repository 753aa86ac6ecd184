//! Metrics, read from the log lines as CloudWatch does it (embedded metric format).
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde_json::{Value, json};
use shared::entry::log::LineSink;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Namespace, name, and dimensions with their values.
type Key = (String, String, Vec<(String, String)>);

#[derive(Default, Clone, Copy)]
struct Total {
    count: u64,
    sum: f64,
}

/// Totals so far. Hands every line on to another sink.
pub(crate) struct Metrics {
    totals: Mutex<BTreeMap<Key, Total>>,
    next: Arc<dyn LineSink>,
}

impl LineSink for Metrics {
    fn line(&self, line: &str) {
        // Most lines carry none, and reading them all costs more than this look.
        let metrics = line.contains("\"_aws\"").then(|| serde_json::from_str(line).ok()).flatten();
        if let Some(line) = metrics {
            self.observe(&line);
        }
        self.next.line(line);
    }
}

impl Metrics {
    pub(crate) fn before(next: Arc<dyn LineSink>) -> Self {
        Self { totals: Mutex::default(), next }
    }

    /// The totals, as the route answers them.
    pub(crate) fn report(&self) -> Value {
        let totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let metrics: Vec<Value> = totals
            .iter()
            .map(|((namespace, name, dimensions), total)| {
                let dimensions: BTreeMap<_, _> = dimensions.iter().cloned().collect();
                json!({
                    "namespace": namespace,
                    "name": name,
                    "dimensions": dimensions,
                    "count": total.count,
                    "sum": total.sum,
                })
            })
            .collect();
        json!({ "metrics": metrics })
    }

    fn observe(&self, line: &Value) {
        for directive in list(&line["_aws"]["CloudWatchMetrics"]) {
            let namespace = directive["Namespace"].as_str().unwrap_or_default();
            // Every set of dimensions would be a metric of its own; the finest says it all.
            let finest = list(&directive["Dimensions"]).iter().max_by_key(|set| list(set).len());
            let names = finest.map(list).unwrap_or_default().iter().filter_map(Value::as_str);
            let dimensions: Vec<_> = names.map(|name| (name.to_owned(), text(&line[name]))).collect();
            for metric in list(&directive["Metrics"]) {
                let name = metric["Name"].as_str().unwrap_or_default();
                self.add((namespace.to_owned(), name.to_owned(), dimensions.clone()), &line[name]);
            }
        }
    }

    /// A value may be a number or a list of numbers.
    fn add(&self, key: Key, value: &Value) {
        let values: Vec<f64> = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
            value => value.as_f64().into_iter().collect(),
        };
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let total = totals.entry(key).or_default();
        total.count += values.len() as u64;
        total.sum += values.iter().sum::<f64>();
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
