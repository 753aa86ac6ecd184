//! Runs: what a sync does, how far it is and how it ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a run was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The interval was over.
    Schedule,
    /// A person pressed Sync now.
    Manual,
    /// The connection was made or renewed.
    Connect,
    /// The settings were changed.
    Settings,
    /// The provider said that something changed.
    Webhook,
    /// A person resumed it.
    Resume,
    /// The daily attempt of a deactivated integration.
    Probe,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Everything is read, and what is not there any more is swept.
    Full,
    /// Only what changed is read.
    Incremental,
}

/// How a run ended; an open one is `Running`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Being worked on, or waiting to be continued from its checkpoint.
    Running,
    /// Everything was synced.
    Succeeded,
    /// It failed; the next one is scheduled with backoff.
    Failed,
    /// A pause, a change of settings or a disconnect ended it; no failure.
    Interrupted,
}

/// What a run did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Pages read from the provider.
    pub pages: u64,
    /// Records in them.
    pub records: u64,
    /// Records that were new.
    pub created: u64,
    /// Records that had changed.
    pub updated: u64,
    /// Records that were deleted.
    pub deleted: u64,
    /// Records that were the same, unreadable, or outside what is kept.
    pub skipped: u64,
}

impl Counts {
    /// Adds what one more step did.
    pub fn add(&mut self, other: &Self) {
        self.pages += other.pages;
        self.records += other.records;
        self.created += other.created;
        self.updated += other.updated;
        self.deleted += other.deleted;
        self.skipped += other.skipped;
    }
}
