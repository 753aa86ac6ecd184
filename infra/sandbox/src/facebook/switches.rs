//! What makes the imitation of Facebook misbehave.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{budget::BudgetMode, kinds::CallKind};
use crate::NotificationMode;

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

/// One misbehaviour: which way, where, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallFault {
    /// The way.
    pub fault: CallFaultKind,
    /// Only calls of this kind; `None`: all but the consent page.
    #[serde(default)]
    pub on: Option<CallKind>,
    /// How many matching calls go well before the first one fails.
    #[serde(default)]
    pub after: u32,
    /// How many calls fail; `None`: all until reset.
    #[serde(default)]
    pub count: Option<u32>,
    /// For [`CallFaultKind::Error`]: `error.code`.
    #[serde(default = "unknown_error")]
    pub code: u32,
    /// For [`CallFaultKind::Error`]: `error.error_subcode`.
    #[serde(default)]
    pub subcode: Option<u32>,
    /// For [`CallFaultKind::Error`]: another HTTP status than the usual one.
    #[serde(default)]
    pub status: Option<u16>,
    /// For [`CallFaultKind::Error`] of a rate limit: `estimated_time_to_regain_access`, in minutes.
    #[serde(default)]
    pub minutes: Option<i64>,
    /// For [`CallFaultKind::Slow`], in milliseconds.
    #[serde(default = "two_seconds")]
    pub delay_ms: u64,
}

fn unknown_error() -> u32 {
    1
}

fn two_seconds() -> u64 {
    2_000
}

impl CallFault {
    /// Goes wrong on every call until reset.
    pub fn always(fault: CallFaultKind) -> Self {
        let (code, delay_ms) = (unknown_error(), two_seconds());
        Self { fault, on: None, after: 0, count: None, code, subcode: None, status: None, minutes: None, delay_ms }
    }

    /// Every call fails with this `error.code` and `error.error_subcode`.
    pub fn error(code: u32, subcode: Option<u32>) -> Self {
        Self { code, subcode, ..Self::always(CallFaultKind::Error) }
    }

    /// Only calls of this kind.
    #[must_use]
    pub fn on(self, kind: CallKind) -> Self {
        Self { on: Some(kind), ..self }
    }

    /// Only so many calls.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }

    /// Lets so many matching calls go well first.
    #[must_use]
    pub fn after(self, calls: u32) -> Self {
        Self { after: calls, ..self }
    }

    fn matches(&self, kind: CallKind) -> bool {
        self.on.map_or(kind != CallKind::Dialog, |on| on == kind)
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
    /// The fault that this call meets, if any; it is used up by one.
    pub(crate) fn take(&mut self, kind: CallKind) -> Option<CallFault> {
        let place = self.faults.iter_mut().position(|fault| {
            let due = fault.matches(kind) && fault.after == 0 && fault.count != Some(0);
            if fault.matches(kind) {
                fault.after = fault.after.saturating_sub(1);
            }
            due
        })?;
        let fault = &mut self.faults[place];
        fault.count = fault.count.map(|left| left.saturating_sub(1));
        let taken = fault.clone();
        self.faults.retain(|fault| fault.count != Some(0));
        Some(taken)
    }

    /// Sets what the change names.
    pub(crate) fn set(&mut self, change: SwitchChange) {
        self.faults.extend(change.faults);
        self.expired_versions.extend(change.expire_version);
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
