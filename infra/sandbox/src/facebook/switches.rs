//! What makes the imitation of Facebook misbehave.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{budget::BudgetMode, kinds::CallKind};
use crate::{
    NotificationMode,
    misbehaviour::{self, Outage, Place, Way},
};

/// The ways to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallFaultKind {
    /// An error in Facebook's envelope: `code`, and as wanted `subcode`, `status`, `minutes`.
    Error,
    /// 503 with an HTML body, as a load balancer answers.
    Unavailable,
    /// The right answer, late (`delayMs`).
    Slow,
    /// The call is done, and its answer is cut off in the middle.
    Malformed,
    /// The call is done, and the answer is 504 with an HTML body.
    CommitThenTimeout,
}

impl Way for CallFaultKind {
    fn outage(self) -> Option<Outage> {
        match self {
            Self::Error => None,
            Self::Unavailable => Some(Outage::Unavailable),
            Self::Slow => Some(Outage::Slow),
            Self::Malformed => Some(Outage::Malformed),
            Self::CommitThenTimeout => Some(Outage::CommitThenTimeout),
        }
    }
}

impl Place for CallKind {
    fn is_consent(&self) -> bool {
        *self == Self::Dialog
    }
}

/// One misbehaviour of Facebook.
pub type CallFault = misbehaviour::Fault<CallFaultKind, CallKind, ErrorDetail>;

/// For [`CallFaultKind::Error`]: what the envelope says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ErrorDetail {
    /// `error.code`.
    pub code: u32,
    /// `error.error_subcode`.
    pub subcode: Option<u32>,
    /// Another HTTP status than the usual one.
    pub status: Option<u16>,
    /// Of a rate limit: `estimated_time_to_regain_access`, in minutes.
    pub minutes: Option<i64>,
}

impl Default for ErrorDetail {
    fn default() -> Self {
        Self { code: 1, subcode: None, status: None, minutes: None }
    }
}

impl CallFault {
    /// Every call fails with this `error.code` and `error.error_subcode`.
    pub fn error(code: u32, subcode: Option<u32>) -> Self {
        Self { detail: ErrorDetail { code, subcode, ..ErrorDetail::default() }, ..Self::always(CallFaultKind::Error) }
    }

    /// A rate limit that says after how many minutes there is room again.
    #[must_use]
    pub fn for_minutes(self, minutes: i64) -> Self {
        Self { detail: ErrorDetail { minutes: Some(minutes), ..self.detail }, ..self }
    }
}

/// All switches as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Switches {
    /// Misbehaviours that still have calls to fail; the first one that matches is taken.
    pub faults: Vec<CallFault>,
    /// Versions that are over, such as `v26.0`.
    pub expired_versions: BTreeSet<String>,
    /// Versions that answer with a warning, as v22.0 and v23.0 do anyway.
    pub deprecated_versions: BTreeSet<String>,
    /// How large the rate limits are.
    pub budget: BudgetMode,
    /// No page of a list holds more entries than this.
    pub page_size: Option<usize>,
    /// What happens to webhooks.
    pub webhooks: NotificationMode,
    /// A webhook is put at any place among those that wait.
    pub reorder: bool,
    /// Ids in webhooks are numbers, as in old apps.
    pub numeric_ids: bool,
    /// A key that is not documented, with this text, in the value of each change.
    pub note: Option<String>,
}

impl Switches {
    /// Sets what the change names.
    pub(crate) fn set(&mut self, change: SwitchChange) {
        self.faults.extend(change.faults);
        self.expired_versions.extend(change.expire_version);
        self.deprecated_versions.extend(change.deprecate_version);
        self.budget = change.budget.unwrap_or(self.budget);
        self.webhooks = change.webhooks.unwrap_or(self.webhooks);
        self.reorder = change.reorder.unwrap_or(self.reorder);
        self.numeric_ids = change.numeric_ids.unwrap_or(self.numeric_ids);
        if let Some(size) = change.page_size {
            self.page_size = Some(size).filter(|size| *size > 0);
        }
        if let Some(note) = change.note {
            self.note = Some(note).filter(|note| !note.is_empty());
        }
    }
}

/// What is to be switched; what is absent stays. The body of `POST /_sandbox/facebook/switches`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SwitchChange {
    /// Added to those that are there.
    pub faults: Vec<CallFault>,
    /// Added to [`Switches::expired_versions`].
    pub expire_version: Option<String>,
    /// Added to [`Switches::deprecated_versions`].
    pub deprecate_version: Option<String>,
    /// See [`Switches::budget`]; counting starts from zero.
    pub budget: Option<BudgetMode>,
    /// See [`Switches::page_size`]; 0 takes the limit away.
    pub page_size: Option<usize>,
    /// See [`Switches::webhooks`]; any other than `hold` lets go what was held back.
    pub webhooks: Option<NotificationMode>,
    /// Lets go the webhooks that were held back, and goes on holding.
    pub release_webhooks: bool,
    /// See [`Switches::reorder`].
    pub reorder: Option<bool>,
    /// See [`Switches::numeric_ids`].
    pub numeric_ids: Option<bool>,
    /// See [`Switches::note`]; an empty text takes the key away.
    pub note: Option<String>,
}
