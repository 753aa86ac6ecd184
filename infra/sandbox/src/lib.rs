//! An imitation of the providers for development and tests: it answers like them, and misbehaves on request.
//!
//! It knows nothing of Aura. A provider's module here imitates what the provider's documentation says, so that
//! the code under `shared/providers` is held against the provider and not against itself. Everything is kept in
//! memory; [`Sandbox::export`] hands the whole state to a caller who wants it to outlive the process.

mod clock;
mod control;
mod counters;
mod dice;
pub mod facebook;
pub mod google;
pub mod misbehaviour;
mod notifications;
mod parameters;
mod secrets;
mod shell;
pub mod tiktok;

use std::{
    collections::HashMap,
    future::{Future, IntoFuture},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{net::TcpListener, sync};
use url::Url;

use notifications::Outbox;

pub use clock::Clock;
pub use counters::Tally;
pub use google::{
    Counters, Fault, FaultKind, PathKind, Rotation, SwitchChange, Switches,
    consent::{Consent, ConsentError},
};
pub use notifications::{DeliveryError, Notification, NotificationCounts, NotificationMode, Notify, Retry};

/// The version of what [`Sandbox::export`] gives. 2: with watch channels and what deleted events were.
const SNAPSHOT_VERSION: u32 = 2;

/// The oldest version that is restored: what it lacks has a meaning when it is absent.
const OLDEST_SNAPSHOT: u32 = 1;

/// There is no such thing in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sandbox knows no {0}")]
pub struct Unknown(pub(crate) String);

impl Unknown {
    pub(crate) fn of(kind: &str, id: &str) -> Self {
        Self(format!("{kind} {id}"))
    }
}

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
    /// What becomes of notifications.
    pub notify: Notify,
    /// The imitation of Facebook.
    pub facebook: facebook::Setup,
    /// What [`Sandbox::export`] gave in an earlier life.
    pub restore: Option<Value>,
}

impl Options {
    /// The usual set-up: 4,000 events from seed 1, any loopback redirect address, notifications sent, nothing restored.
    pub fn new(clock: Clock, base_url: Url) -> Self {
        Self {
            clock,
            seed: 1,
            base_url,
            events: 4_000,
            redirect_uris: Vec::new(),
            sync_token_age: None,
            notify: Notify::Send,
            facebook: facebook::Setup::default(),
            restore: None,
        }
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
    /// Told whenever notifications may have become due.
    wake: sync::Notify,
}

/// Everything that changes.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) google: google::state::Google,
    /// Absent in what an older program has kept.
    #[serde(default)]
    pub(crate) facebook: facebook::state::Facebook,
    #[serde(skip)]
    pub(crate) desk: facebook::desk::Desk,
    /// Empty when the state was exported before there was a TikTok; it is populated then.
    #[serde(default)]
    pub(crate) tiktok: tiktok::state::TikTok,
    #[serde(skip)]
    pub(crate) tiktok_live: tiktok::live::Live,
    #[serde(skip)]
    pub(crate) switches: Switches,
    #[serde(skip)]
    pub(crate) counters: Counters,
    #[serde(skip)]
    pub(crate) outbox: Outbox<Notification>,
    #[serde(skip)]
    pub(crate) revision: u64,
}

impl State {
    /// Ends channels that are over, and tells the others of changes.
    fn announce(&mut self, now: DateTime<Utc>) {
        self.google.prune_channels(now);
        for notification in self.google.announcements() {
            self.outbox.post(notification, self.switches.notifications, false);
        }
    }
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
        let mut state = former.unwrap_or_else(|| State {
            google: google::data::populate(options.seed, now, options.events),
            facebook: facebook::state::Facebook::default(),
            desk: facebook::desk::Desk::default(),
            tiktok: tiktok::state::TikTok::default(),
            tiktok_live: tiktok::live::Live::default(),
            switches: Switches::default(),
            counters: Counters::default(),
            outbox: Outbox::default(),
            revision: 0,
        });
        state.outbox = Outbox::new(options.notify);
        if state.facebook.is_empty() {
            state.facebook = facebook::populate(options.seed, now, options.facebook.leads_per_form);
        }
        state.desk = facebook::desk::Desk::new(options.facebook, options.notify);
        state.tiktok_live = tiktok::live::Live::new(options.notify);
        state.tiktok.populate_if_empty(options.seed, now);
        Self {
            inner: Arc::new(Inner {
                clock: options.clock,
                base_url: with_trailing_slash(options.base_url),
                redirect_uris: options.redirect_uris,
                sync_token_age: options.sync_token_age,
                restored,
                state: Mutex::new(state),
                wake: sync::Notify::new(),
            }),
        }
    }

    /// Whether the state handed in as `restore` was understood and taken.
    pub fn restored(&self) -> bool {
        self.inner.restored
    }

    /// Every route of the sandbox.
    pub fn router(&self) -> Router {
        google::router(self)
            .merge(facebook::router(self))
            .merge(control::router())
            .merge(tiktok::router(self))
            .with_state(self.clone())
    }

    /// Answers requests on `listener` until `shutdown` is done, and sends notifications meanwhile.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let answering = axum::serve(listener, self.router()).with_graceful_shutdown(shutdown).into_future();
        tokio::select! {
            served = answering => served,
            never = notifications::messenger::run(self.clone()) => match never {},
            never = facebook::messenger::run(self.clone()) => match never {},
        }
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

    /// The variables that point Aura's Facebook provider at this sandbox, without a version of the Graph API.
    pub fn facebook_vars(&self) -> HashMap<String, String> {
        let url = format!("{}facebook", self.inner.base_url);
        ["FACEBOOK_DIALOG_URL", "FACEBOOK_GRAPH_URL"].map(|name| (name.to_owned(), url.clone())).into()
    }

    /// Facebook's side, to be looked at and changed by tests.
    pub fn facebook(&self) -> facebook::Facebook {
        facebook::Facebook::new(self.clone())
    }

    /// The variables that point Aura's TikTok provider at this sandbox.
    pub fn tiktok_vars(&self) -> HashMap<String, String> {
        [("TIKTOK_AUTH_URL", "tiktok/portal/auth"), ("TIKTOK_API_URL", "tiktok/open_api/v1.3/")]
            .into_iter()
            .map(|(name, path)| (name.to_owned(), format!("{}{path}", self.inner.base_url)))
            .collect()
    }

    /// TikTok's side, to be looked at and changed by tests.
    pub fn tiktok(&self) -> tiktok::TikTok {
        tiktok::TikTok::new(self.clone())
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
        google::switches::apply(self, change)
    }

    /// Makes the sandbox behave from now on: the next answers that match go wrong in this way.
    pub fn fault(&self, fault: Fault) {
        self.note(|state| state.switches.faults.push(fault));
    }

    /// Ends all misbehaviour. What was revoked or expired stays so; notifications that were held back are let go.
    pub fn reset_switches(&self) {
        self.write(|state| {
            let former = std::mem::take(&mut state.switches);
            former.read_only_calendars.iter().for_each(|calendar| state.google.touch_lists(calendar));
            state.outbox.release(false);
        });
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

    /// Told whenever notifications may have become due.
    pub(crate) fn wake(&self) -> &sync::Notify {
        &self.inner.wake
    }

    pub(crate) fn base_url(&self) -> &Url {
        &self.inner.base_url
    }

    /// Tells the task that sends Facebook's deliveries to look again.
    pub(crate) fn wake_facebook(&self) {
        self.note(|state| state.desk.wake.notify_one());
    }

    /// The address of a calendar's events, as Google names what is watched.
    pub(crate) fn events_uri(&self, calendar: &str) -> String {
        let id: String = url::form_urlencoded::byte_serialize(calendar.as_bytes()).collect();
        format!("{}google/calendar/v3/calendars/{id}/events?alt=json", self.inner.base_url)
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state, and makes the notifications of what has changed.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let now = self.now();
        let mut state = self.lock();
        state.revision += 1;
        let result = change(&mut state);
        state.announce(now);
        drop(state);
        self.inner.wake.notify_one();
        result
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
    (OLDEST_SNAPSHOT..=SNAPSHOT_VERSION).contains(&snapshot.version).then_some(snapshot.state)
}

fn with_trailing_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}
