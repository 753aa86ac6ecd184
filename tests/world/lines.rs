//! What the functions logged.

use serde_json::Value;
use shared::entry::log::LineSink;
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
}
