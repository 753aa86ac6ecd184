//! What the functions logged.

use serde_json::{Value, json};
use shared::entry::log::LineSink;
use shared::entry::metrics::{self, Metric};
use std::sync::Mutex;

/// Keeps every line.
#[derive(Default)]
pub(crate) struct Lines(Mutex<Vec<String>>);

impl LineSink for Lines {
    fn line(&self, line: &str) {
        self.0.lock().expect("lines").push(line.to_owned());
    }
}

impl Lines {
    /// Every line so far.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().expect("lines").clone()
    }

    /// The outcomes of one operation, oldest first.
    pub(crate) fn outcomes(&self, op: &str) -> Vec<String> {
        let lines = self.all();
        let parsed = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let of_op = parsed.filter(|line| line["op"] == op);
        of_op.filter_map(|line| line["outcome"].as_str().map(str::to_owned)).collect()
    }

    /// Every metric so far is one that is known, with its own dimensions and small values: nobody's id or address.
    pub(crate) fn assert_metrics(&self, accounts: &[&str]) {
        let lines = self.all();
        let written: Vec<Value> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let written: Vec<&Value> = written.iter().filter(|line| !line["_aws"].is_null()).collect();
        assert!(!written.is_empty(), "nothing was counted");
        for line in written {
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            assert_eq!(directive["Namespace"], "Aura/Integrations/local");
            let known = |metric: &&Metric| directive["Metrics"][0]["Name"] == metric.name;
            let metric = metrics::ALL.iter().find(known).unwrap_or_else(|| panic!("an unknown metric: {line}"));
            assert_eq!(directive["Dimensions"], json!([metric.dimensions]), "{line}");
            for dimension in metric.dimensions {
                let value = line[dimension].as_str().unwrap_or_else(|| panic!("{dimension} is no text: {line}"));
                let small =
                    value.len() <= 40 && value.bytes().all(|byte| byte.is_ascii_lowercase() || b"_-".contains(&byte));
                assert!(small && !accounts.contains(&value), "{dimension} may have any number of values: {line}");
            }
        }
    }
}
