//! What makes the imitation of Google misbehave.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{PathKind, Role, Unknown};
use crate::{
    NotificationMode, Sandbox,
    misbehaviour::{self, Outage, Place, Way},
};

/// How the token endpoint treats refresh tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// As Google does: the refresh token stays, and a refresh answers none.
    #[default]
    None,
    /// Each refresh answers a new refresh token, and the former one is dead at once.
    Strict,
    /// As `Strict`, and using a former one ends the whole grant (RFC 9700 §4.14.2).
    ReuseDetect,
}

/// The ways to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultKind {
    /// 403 `userRateLimitExceeded`.
    Throttle,
    /// 429 with `Retry-After`.
    TooManyRequests,
    /// 500 `backendError` in the provider's envelope.
    ServerError,
    /// 503 with an HTML body, as a load balancer answers.
    Unavailable,
    /// The right answer, late (`delayMs`).
    Slow,
    /// The request is done, and its answer is cut off in the middle.
    Malformed,
    /// 401 `authError` although the token is good.
    Unauthorized,
    /// 410 `fullSyncRequired` although the sync token is good.
    SyncTokenExpired,
    /// The request is done, and the answer is 504 with an HTML body.
    #[serde(alias = "commit-then-504")]
    CommitThenTimeout,
}

impl Way for FaultKind {
    fn outage(self) -> Option<Outage> {
        match self {
            Self::Unavailable => Some(Outage::Unavailable),
            Self::Slow => Some(Outage::Slow),
            Self::Malformed => Some(Outage::Malformed),
            Self::CommitThenTimeout => Some(Outage::CommitThenTimeout),
            Self::Throttle
            | Self::TooManyRequests
            | Self::ServerError
            | Self::Unauthorized
            | Self::SyncTokenExpired => None,
        }
    }
}

impl Place for PathKind {
    fn is_consent(&self) -> bool {
        *self == Self::Consent
    }
}

/// One misbehaviour of Google.
pub type Fault = misbehaviour::Fault<FaultKind, PathKind, RetryAfter>;

/// What an error tells besides its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RetryAfter {
    /// For [`FaultKind::TooManyRequests`], in seconds.
    pub retry_after_seconds: u64,
}

impl Fault {
    /// The same with another time to wait, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { detail: RetryAfter { retry_after_seconds: seconds }, ..self }
    }
}

impl Default for RetryAfter {
    fn default() -> Self {
        Self { retry_after_seconds: 2 }
    }
}

/// All switches as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Switches {
    /// Misbehaviours that still have requests to fail; the first one that matches is taken.
    pub faults: Vec<Fault>,
    /// No page holds more entries than this.
    pub page_size: Option<usize>,
    /// The first page of every listing is empty and names a next page, as Google's documentation allows.
    pub empty_first_page: bool,
    /// What happens to refresh tokens.
    pub rotation: Rotation,
    /// What happens to notifications.
    pub notifications: NotificationMode,
    /// No watch channel is granted longer than this; `None`: seven days.
    pub channel_ttl_seconds: Option<u64>,
    /// Calendars that nobody may write, whatever the role.
    pub read_only_calendars: BTreeSet<String>,
}

impl Switches {
    /// What an account may do with a calendar, given its role.
    pub(crate) fn lowered(&self, calendar: &str, role: Role) -> Role {
        if self.read_only_calendars.contains(calendar) { role.min(Role::Reader) } else { role }
    }

    /// Whether that changes anything.
    pub(crate) fn set_read_only(&mut self, calendar: &str, read_only: bool) -> bool {
        match read_only {
            true => self.read_only_calendars.insert(calendar.to_owned()),
            false => self.read_only_calendars.remove(calendar),
        }
    }
}

/// What is to be switched; what is absent stays. The body of `POST /_sandbox/google/switches`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SwitchChange {
    /// Added to those that are there.
    pub faults: Vec<Fault>,
    /// See [`Switches::page_size`]; 0 takes the limit away.
    pub page_size: Option<usize>,
    /// See [`Switches::empty_first_page`].
    pub empty_first_page: Option<bool>,
    /// See [`Switches::rotation`].
    pub rotation: Option<Rotation>,
    /// Every sync token given so far is refused with 410 from now on.
    pub expire_sync_tokens: bool,
    /// Every access token given so far is refused with 401 from now on.
    pub expire_access_tokens: bool,
    /// The account (an e-mail address) whose grant is ended as if its owner had removed the access.
    pub revoke: Option<String>,
    /// See [`Switches::notifications`]; any other than `hold` lets go what was held back.
    pub notifications: Option<NotificationMode>,
    /// Lets go the notifications that were held back, and goes on holding.
    pub release_notifications: bool,
    /// See [`Switches::channel_ttl_seconds`]; 0 gives the usual one again.
    pub channel_ttl_seconds: Option<u64>,
    /// A calendar's own id: nobody may write it from now on.
    pub read_only_calendar: Option<String>,
    /// A calendar's own id: those who could may write it again.
    pub writable_calendar: Option<String>,
}

pub(crate) fn apply(sandbox: &Sandbox, change: SwitchChange) -> Result<(), Unknown> {
    let google = sandbox.google();
    if let Some(account) = &change.revoke {
        google.revoke(account)?;
    }
    if let Some(calendar) = &change.read_only_calendar {
        google.set_read_only(calendar, true)?;
    }
    if let Some(calendar) = &change.writable_calendar {
        google.set_read_only(calendar, false)?;
    }
    if change.expire_sync_tokens {
        google.expire_sync_tokens();
    }
    if change.expire_access_tokens {
        google.expire_access_tokens();
    }
    let releases = change.release_notifications || NotificationMode::lets_go(change.notifications);
    sandbox.note(|state| set(&mut state.switches, change));
    if releases {
        google.release_notifications();
    }
    Ok(())
}

fn set(switches: &mut Switches, change: SwitchChange) {
    switches.faults.extend(change.faults);
    switches.rotation = change.rotation.unwrap_or(switches.rotation);
    switches.empty_first_page = change.empty_first_page.unwrap_or(switches.empty_first_page);
    switches.notifications = change.notifications.unwrap_or(switches.notifications);
    if let Some(size) = change.page_size {
        switches.page_size = Some(size).filter(|size| *size > 0);
    }
    if let Some(seconds) = change.channel_ttl_seconds {
        switches.channel_ttl_seconds = Some(seconds).filter(|seconds| *seconds > 0);
    }
}
