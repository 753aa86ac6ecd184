//! What makes TikTok's imitation misbehave, and which reading of the documentation it follows.

use serde::{Deserialize, Serialize};

use super::{
    limits::{Limits, Meter},
    live::Live,
};
use crate::{
    NotificationMode,
    misbehaviour::{self, Outage, Place, Way},
};

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

impl Way for FaultKind {
    fn outage(self) -> Option<Outage> {
        match self {
            Self::Code | Self::Partial => None,
            Self::Unavailable => Some(Outage::Unavailable),
            Self::Slow => Some(Outage::Slow),
            Self::Malformed => Some(Outage::Malformed),
            Self::CommitThenTimeout => Some(Outage::CommitThenTimeout),
        }
    }
}

/// An endpoint, such as `page/get`. The authorization page is none.
impl Place for String {}

/// One misbehaviour of TikTok.
pub type Fault = misbehaviour::Fault<FaultKind, String, Code>;

/// For [`FaultKind::Code`]: what the envelope says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Code {
    /// Any code of the documentation's table.
    pub code: u32,
}

impl Default for Code {
    fn default() -> Self {
        Self { code: 50_000 }
    }
}

impl Fault {
    /// Answers this code to every request until reset.
    pub fn code(code: u32) -> Self {
        Self { detail: Code { code }, ..Self::always(FaultKind::Code) }
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
    /// A webhook is put at any place among those that wait.
    pub reorder: bool,
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

/// Sets what `change` names and leaves the rest; webhooks that were held back are let go if they are not held any more.
pub(crate) fn apply(live: &mut Live, change: SwitchChange) {
    let releases = change.release_webhooks || NotificationMode::lets_go(change.webhooks);
    if change.limits.is_some() {
        live.meter = Meter::default();
    }
    change.set(&mut live.switches);
    if releases {
        live.outbox.release(live.switches.reorder);
    }
}

/// Ends all misbehaviour. What was revoked or has disappeared stays so.
pub(crate) fn reset(live: &mut Live) {
    live.switches = Switches::default();
    live.meter = Meter::default();
    live.outbox.release(false);
}
