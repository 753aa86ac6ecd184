//! An imitation of the providers for development and tests: it answers like them, and misbehaves on request.
//!
//! It knows nothing of Aura. A provider's module here imitates what the provider's documentation says, so that
//! the code under `shared/providers` is held against the provider and not against itself. Everything is kept in
//! memory; [`Sandbox::export`] hands the whole state to a caller who wants it to outlive the process.

mod control;
mod counters;
mod faults;
pub mod google;
mod switches;

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{Router, middleware};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

pub use counters::{Counters, PathKind};
pub use google::consent::{Consent, ConsentError};
pub use switches::{Fault, FaultKind, Rotation, SwitchChange, Switches};

/// Tells the time; the sandbox reads no other clock.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The version of what [`Sandbox::export`] gives; another one is not restored.
const SNAPSHOT_VERSION: u32 = 1;

/// How a sandbox is set up.
#[derive(Clone)]
pub struct Options {
    /// Tells the time.
    pub clock: Clock,
    /// The same seed, date and number of events give the same data.
    pub seed: u64,
    /// Where the sandbox is reached, such as `http://127.0.0.1:8788/`.
    pub base_url: Url,
    /// How many events all calendars hold together at first (a full listing of each, added up).
    pub events: usize,
    /// The redirect addresses registered for the client. Empty: any `https` address and any loopback one.
    pub redirect_uris: Vec<String>,
    /// Sync tokens older than this are refused with 410. `None`: they expire only by switch.
    pub sync_token_age: Option<Duration>,
    /// What [`Sandbox::export`] gave in an earlier life.
    pub restore: Option<Value>,
}

impl Options {
    /// The usual set-up: 4,000 events from seed 1, any loopback redirect address, nothing restored.
    pub fn new(clock: Clock, base_url: Url) -> Self {
        Self { clock, seed: 1, base_url, events: 4_000, redirect_uris: Vec::new(), sync_token_age: None, restore: None }
    }
}

/// A running imitation. Clones share one state.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    base_url: Url,
    redirect_uris: Vec<String>,
    sync_token_age: Option<Duration>,
    restored: bool,
    state: Mutex<State>,
}

/// Everything that changes.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) google: google::state::Google,
    #[serde(skip)]
    pub(crate) switches: Switches,
    #[serde(skip)]
    pub(crate) counters: Counters,
    #[serde(skip)]
    pub(crate) revision: u64,
}

#[derive(Serialize, Deserialize)]
struct Snapshot<S> {
    version: u32,
    state: S,
}

impl Sandbox {
    /// Starts a sandbox with its data in memory. What cannot be restored is made anew (see [`Sandbox::restored`]).
    pub fn new(options: Options) -> Self {
        let former = options.restore.and_then(restore);
        let restored = former.is_some();
        let now = (options.clock)();
        let state = former.unwrap_or_else(|| State {
            google: google::data::populate(options.seed, now, options.events),
            switches: Switches::default(),
            counters: Counters::default(),
            revision: 0,
        });
        Self {
            inner: Arc::new(Inner {
                clock: options.clock,
                base_url: with_trailing_slash(options.base_url),
                redirect_uris: options.redirect_uris,
                sync_token_age: options.sync_token_age,
                restored,
                state: Mutex::new(state),
            }),
        }
    }

    /// Whether the state handed in as `restore` was understood and taken.
    pub fn restored(&self) -> bool {
        self.inner.restored
    }

    /// Every route of the sandbox.
    pub fn router(&self) -> Router {
        google::router()
            .layer(middleware::from_fn_with_state(self.clone(), faults::apply))
            .merge(control::router())
            .with_state(self.clone())
    }

    /// Answers requests on `listener` until `shutdown` is done.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        axum::serve(listener, self.router()).with_graceful_shutdown(shutdown).await
    }

    /// The variables that point Aura's Google provider at this sandbox.
    pub fn google_vars(&self) -> HashMap<String, String> {
        [
            ("GOOGLE_AUTH_URL", "google/o/oauth2/v2/auth"),
            ("GOOGLE_TOKEN_URL", "google/token"),
            ("GOOGLE_REVOKE_URL", "google/revoke"),
            ("GOOGLE_USERINFO_URL", "google/userinfo"),
            ("GOOGLE_CALENDAR_URL", "google/calendar/v3"),
        ]
        .into_iter()
        .map(|(name, path)| (name.to_owned(), format!("{}{path}", self.inner.base_url)))
        .collect()
    }

    /// Google's side, to be looked at and changed by tests.
    pub fn google(&self) -> google::Google {
        google::Google::new(self.clone())
    }

    /// Answers a consent page without a browser: the address to which Google would redirect.
    ///
    /// # Errors
    /// When Google would show an error page instead of redirecting.
    pub fn consent(&self, authorization_url: &Url, consent: &Consent) -> Result<Url, ConsentError> {
        google::consent::decide(self, authorization_url.query().unwrap_or_default(), consent)
    }

    /// The switches as they stand.
    pub fn switches(&self) -> Switches {
        self.read(|state| state.switches.clone())
    }

    /// Sets what `change` names and leaves the rest.
    ///
    /// # Errors
    /// [`google::Unknown`] when it names an account that is not there.
    pub fn switch(&self, change: SwitchChange) -> Result<(), google::Unknown> {
        switches::apply(self, change)
    }

    /// Makes the sandbox behave from now on: the next answers that match go wrong in this way.
    pub fn fault(&self, fault: Fault) {
        self.note(|state| state.switches.faults.push(fault));
    }

    /// Ends all misbehaviour. What was revoked or expired stays so.
    pub fn reset_switches(&self) {
        self.note(|state| state.switches = Switches::default());
    }

    /// How many requests arrived, by kind of path, those that were made to fail included.
    pub fn counters(&self) -> Counters {
        self.read(|state| state.counters.clone())
    }

    /// Counts from zero again.
    pub fn reset_counters(&self) {
        self.note(|state| state.counters = Counters::default());
    }

    /// The whole state but switches and counters, to be handed to [`Options::restore`].
    pub fn export(&self) -> Value {
        self.read(|state| serde_json::to_value(Snapshot { version: SNAPSHOT_VERSION, state }).unwrap_or_default())
    }

    /// Rises with every change of the state; equal means that a new [`Sandbox::export`] is not needed.
    pub fn revision(&self) -> u64 {
        self.read(|state| state.revision)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.inner.clock)()
    }

    pub(crate) fn redirect_uris(&self) -> &[String] {
        &self.inner.redirect_uris
    }

    pub(crate) fn sync_token_age(&self) -> Option<Duration> {
        self.inner.sync_token_age
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        state.revision += 1;
        change(&mut state)
    }

    /// As [`Sandbox::write`], for what is no part of the snapshot: switches and counters.
    pub(crate) fn note<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn restore(value: Value) -> Option<State> {
    let snapshot: Snapshot<State> = serde_json::from_value(value).ok()?;
    (snapshot.version == SNAPSHOT_VERSION).then_some(snapshot.state)
}

fn with_trailing_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}
