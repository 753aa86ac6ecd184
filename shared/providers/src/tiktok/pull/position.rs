//! The tokens of a pull: what was read, and where it is.

use domain::lead::Owner;
use serde::{Deserialize, Serialize};

/// The regions in the order in which they are read, as the header names them. None is the rest of the world.
pub(super) const REGIONS: [Option<&str>; 3] = [None, Some("eu"), Some("us")];

/// For each region, when the newest lead was created that was read there, in seconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Read {
    pub(super) read: [Option<i64>; 3],
}

impl Read {
    pub(super) fn parse(token: &str) -> Option<Self> {
        serde_json::from_str(token).ok()
    }

    pub(super) fn token(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

/// Where a pull is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    /// Index of the region.
    pub(super) region: usize,
    /// By whom the leads are reached, once that was found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) through: Option<Owner>,
    /// Tasks that failed in this region.
    #[serde(default)]
    pub(super) failed: u32,
    /// The task; none was made yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) task: Option<Task>,
    /// The newest lead in this region's file so far.
    #[serde(default)]
    pub(super) newest: Option<i64>,
    /// What was read of the regions before this one.
    #[serde(default)]
    pub(super) read: [Option<i64>; 3],
    /// The regions before this one that the account may use.
    #[serde(default)]
    pub(super) used: [bool; 3],
}

/// A task that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    pub(super) id: String,
    /// How often it was looked at.
    #[serde(default)]
    pub(super) looks: u32,
    /// When it was looked at last, by TikTok's clock, in seconds since 1970.
    #[serde(default)]
    pub(super) seen: Option<i64>,
    /// Its file can be downloaded, from this row on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) row: Option<usize>,
}

impl Position {
    pub(super) fn parse(token: &str) -> Option<Self> {
        serde_json::from_str(token).ok().filter(|position: &Self| position.region < REGIONS.len())
    }

    pub(super) fn token(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// The header that stands for the region.
    pub(super) fn header(&self) -> Option<&'static str> {
        REGIONS[self.region]
    }

    /// Whether any region could be used so far.
    pub(super) fn is_of_use(&self) -> bool {
        self.used.contains(&true)
    }

    /// At the beginning of the next region; `None` after the last one.
    pub(super) fn next_region(&self) -> Option<Self> {
        let next = Self { region: self.region + 1, failed: 0, task: None, newest: None, ..self.clone() };
        (next.region < REGIONS.len()).then_some(next)
    }
}
