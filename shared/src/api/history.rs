//! The history as the API shows it.

use chrono::{DateTime, Utc};
use domain::history::{Actor, HistoryEvent};
use schemars::JsonSchema;
use serde::Serialize;

/// Answer of `GET …/history`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryView {
    /// Newest first.
    pub lines: Vec<HistoryLineView>,
    /// Pass it on for the next page.
    pub cursor: Option<String>,
}

/// One line.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryLineView {
    /// Its id.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub event: HistoryEvent,
}
