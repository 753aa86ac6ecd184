//! What makes TikTok's imitation misbehave, and which reading of the documentation it follows.

use serde::{Deserialize, Serialize};

use super::{
    limits::{Limits, Meter},
    live::Live,
};
use crate::NotificationMode;

mod change;
mod shapes;

pub use change::{CsvChange, SwitchChange};
pub use shapes::{
    CsvShape, DownloadErrors, Guard, Headings, MovedAccounts, RedirectCodes, TaskFailure, TokenKind, ValueForm,
    WireForm,
};

/// The ways to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultKind {
    /// HTTP 200 with `code` in the envelope; nothing is done.
    Code,
    /// The request is done, and its answer has code 20001 where it would have 0.
    Partial,
    /// 503 with an HTML body, as a load balancer answers.
    Unavailable,
    /// The right answer, late (`delayMs`).
    Slow,
    /// The request is done, and its answer is cut off in the middle.
    Malformed,
    /// The request is done, and the answer is 504 with an HTML body.
    CommitThenTimeout,
}

/// One misbehaviour: which way, where, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// The way.
    pub fault: FaultKind,
    /// For [`FaultKind::Code`]: any code of the documentation's table.
    #[serde(default = "default_code")]
    pub code: u32,
    /// Only requests to this endpoint, such as `page/get`; `None`: all.
    #[serde(default)]
    pub on: Option<String>,
    /// How many matching requests go well before the first one fails.
    #[serde(default)]
    pub after: u32,
    /// How many requests fail; `None`: all until reset.
    #[serde(default)]
    pub count: Option<u32>,
    /// For [`FaultKind::Slow`], in milliseconds.
    #[serde(default = "default_delay_ms")]
    pub delay_ms: u64,
}

fn default_code() -> u32 {
    50_000
}

fn default_delay_ms() -> u64 {
    2_000
}

impl Fault {
    /// Goes wrong on every request until reset.
    pub fn always(fault: FaultKind) -> Self {
        Self { fault, code: default_code(), on: None, after: 0, count: None, delay_ms: default_delay_ms() }
    }

    /// Answers this code to every request until reset.
    pub fn code(code: u32) -> Self {
        Self { code, ..Self::always(FaultKind::Code) }
    }

    /// Only requests to this endpoint.
    #[must_use]
    pub fn on(self, endpoint: &str) -> Self {
        Self { on: Some(endpoint.to_owned()), ..self }
    }

    /// Only so many requests.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }

    fn matches(&self, endpoint: &str) -> bool {
        self.on.as_deref().is_none_or(|on| on == endpoint)
    }
}

/// All switches as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Switches {
    /// Misbehaviours that still have requests to fail; the first one that matches is taken.
    pub faults: Vec<Fault>,
    /// How many requests are admitted, counted from when it is set. Off at first, as the clock of a test stands still.
    pub limits: Limits,
    /// What the exchange answers.
    pub tokens: TokenKind,
    /// How the redirect names the code.
    pub redirect_codes: RedirectCodes,
    /// A cancelled authorization redirects with `error=access_denied`; otherwise with the state alone.
    pub silent_cancel: bool,
    /// Revoking one token ends every grant of the person.
    pub revoke_ends_all: bool,
    /// What an account answers whose leads were moved to a library.
    pub moved_accounts: MovedAccounts,
    /// `subscription_id` stands beside `data` and not in it.
    pub subscription_id_beside: bool,
    /// A subscription is followed by an event without leads to its address.
    pub probe_callbacks: bool,
    /// Subscriptions whose token was revoked are still listed.
    pub list_dead_subscriptions: bool,
    /// What happens to webhooks.
    pub webhooks: NotificationMode,
    /// How the body of a webhook is written; its signature is always over the escaped form.
    pub wire: WireForm,
    /// How answers stand in webhooks.
    pub values: ValueForm,
    /// How many polls find a task unfinished. One at first.
    pub task_polls: TaskPolls,
    /// An unfinished task is answered with code 40201 and not with its status.
    pub task_not_ready_code: bool,
    /// How many of the next tasks fail.
    pub failing_tasks: u32,
    /// How a failed task is told.
    pub task_failure: TaskFailure,
    /// How a download that cannot be is told.
    pub download_errors: DownloadErrors,
    /// What is odd about the file.
    pub csv: CsvShape,
    /// Files longer than this are zipped, in bytes.
    pub zip_over: ZipOver,
    /// Leads older than so many days are in no file; `None`: all are kept.
    pub retention_days: Option<u32>,
}

/// A number of polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TaskPolls(pub u32);

impl Default for TaskPolls {
    fn default() -> Self {
        Self(1)
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ZipOver(pub usize);

impl Default for ZipOver {
    fn default() -> Self {
        Self(10 * 1_024 * 1_024)
    }
}

impl Switches {
    /// The fault that this request meets, if any; it is used up by one.
    pub(crate) fn take(&mut self, endpoint: &str) -> Option<Fault> {
        let place = self.faults.iter_mut().position(|fault| {
            let due = fault.matches(endpoint) && fault.after == 0 && fault.count != Some(0);
            if fault.matches(endpoint) {
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
}

/// Sets what `change` names and leaves the rest; webhooks that were held back are let go if they are not held any more.
pub(crate) fn apply(live: &mut Live, change: SwitchChange) {
    let releases = change.release_webhooks || change.webhooks.is_some_and(|mode| mode != NotificationMode::Hold);
    if change.limits.is_some() {
        live.meter = Meter::default();
    }
    change.set(&mut live.switches);
    if releases {
        live.outbox.release();
    }
}

/// Ends all misbehaviour. What was revoked or has disappeared stays so.
pub(crate) fn reset(live: &mut Live) {
    live.switches = Switches::default();
    live.meter = Meter::default();
    live.outbox.release();
}
