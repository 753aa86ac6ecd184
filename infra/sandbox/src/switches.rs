//! What makes the sandbox misbehave.

use serde::{Deserialize, Serialize};

use crate::{PathKind, Sandbox, google::Unknown};

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
}

/// One misbehaviour: which way, where, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// The way.
    pub fault: FaultKind,
    /// Only requests of this kind; `None`: all requests to the provider except the consent page.
    #[serde(default)]
    pub on: Option<PathKind>,
    /// How many matching requests go well before the first one fails.
    #[serde(default)]
    pub after: u32,
    /// How many requests fail; `None`: all until reset.
    #[serde(default)]
    pub count: Option<u32>,
    /// For [`FaultKind::Slow`], in milliseconds.
    #[serde(default = "default_delay_ms")]
    pub delay_ms: u64,
    /// For [`FaultKind::TooManyRequests`], in seconds.
    #[serde(default = "default_retry_after")]
    pub retry_after_seconds: u64,
}

fn default_delay_ms() -> u64 {
    2_000
}

fn default_retry_after() -> u64 {
    2
}

impl Fault {
    /// Goes wrong on every request to the provider until reset.
    pub fn always(fault: FaultKind) -> Self {
        let (delay_ms, retry_after_seconds) = (default_delay_ms(), default_retry_after());
        Self { fault, on: None, after: 0, count: None, delay_ms, retry_after_seconds }
    }

    /// Only requests of this kind.
    #[must_use]
    pub fn on(self, kind: PathKind) -> Self {
        Self { on: Some(kind), ..self }
    }

    /// Only so many requests.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }

    /// Lets so many matching requests go well first.
    #[must_use]
    pub fn after(self, requests: u32) -> Self {
        Self { after: requests, ..self }
    }

    fn matches(&self, kind: PathKind) -> bool {
        self.on.map_or(kind != PathKind::Consent, |on| on == kind)
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
}

impl Switches {
    /// The fault that this request meets, if any; it is used up by one.
    pub(crate) fn take(&mut self, kind: PathKind) -> Option<Fault> {
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
}

pub(crate) fn apply(sandbox: &Sandbox, change: SwitchChange) -> Result<(), Unknown> {
    let google = sandbox.google();
    if let Some(account) = &change.revoke {
        google.revoke(account)?;
    }
    if change.expire_sync_tokens {
        google.expire_sync_tokens();
    }
    if change.expire_access_tokens {
        google.expire_access_tokens();
    }
    sandbox.note(|state| {
        let switches = &mut state.switches;
        switches.faults.extend(change.faults);
        switches.rotation = change.rotation.unwrap_or(switches.rotation);
        switches.empty_first_page = change.empty_first_page.unwrap_or(switches.empty_first_page);
        match change.page_size {
            Some(0) => switches.page_size = None,
            Some(size) => switches.page_size = Some(size),
            None => {}
        }
    });
    Ok(())
}
