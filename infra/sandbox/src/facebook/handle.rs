//! Facebook's side as a test sees it: everything can be looked at and changed without HTTP.

use serde_json::Value;
use url::Url;

use super::{
    acts::{self, Act, ActError},
    callbacks::{self, CallbackAnswer, CallbackError, CallbackOrder},
    deliveries::{Delivery, hurry},
    desk::{Callback, DeletionReply},
    dialog::{self, Consent, DialogError},
    forge::{self, Forgery},
    generate::{self, LeadOrder},
    kinds::CallCounters,
    overview, subscriptions,
    switches::{CallFault, SwitchChange, Switches},
    webhooks,
};
use crate::{NotificationCounts, NotificationMode, Notify, Sandbox};

/// A handle on all of Facebook's side.
#[derive(Clone)]
pub struct Facebook {
    sandbox: Sandbox,
}

impl Facebook {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// Answers a login dialog without a browser: the address to which Facebook would redirect.
    ///
    /// # Errors
    /// When Facebook would show an error page instead of redirecting.
    pub fn consent(&self, dialog_url: &Url, consent: &Consent) -> Result<Url, DialogError> {
        dialog::decide(&self.sandbox, dialog_url.query().unwrap_or_default(), consent)
    }

    /// Lets something happen at Facebook.
    ///
    /// # Errors
    /// [`ActError`] when it names what is not there, or cannot be.
    pub fn act(&self, act: Act) -> Result<(), ActError> {
        let now = self.sandbox.now();
        self.sandbox.write(|state| acts::perform(state, act, now))
    }

    /// People fill in forms; the ids of the leads, in the order in which they were made.
    ///
    /// # Errors
    /// [`ActError`] when a form is not there, or takes no leads.
    pub fn add_leads(&self, order: &LeadOrder) -> Result<Vec<String>, ActError> {
        let now = self.sandbox.now();
        self.sandbox.write(|state| generate::generate(state, order, now))
    }

    /// Tells of the leads again, so many times, past the switches and equal byte for byte; how many messages.
    ///
    /// # Errors
    /// [`ActError`] when nobody would be told of them.
    pub fn redeliver(&self, leads: &[String], copies: usize) -> Result<usize, ActError> {
        let now = self.sandbox.now();
        self.sandbox.note(|state| {
            let messages = webhooks::deliveries(state, leads, now);
            if messages.is_empty() {
                return Err(ActError::Impossible("no app is told of these leads".to_owned()));
            }
            for delivery in std::iter::repeat_n(&messages, copies).flatten() {
                state.desk.outbox.put(delivery.clone(), state.desk.switches.reorder);
            }
            state.desk.wake.notify_one();
            Ok(messages.len() * copies)
        })
    }

    /// Sends what Facebook never would.
    ///
    /// # Errors
    /// [`ActError`] when there is no address to send it to.
    pub fn forge(&self, forgery: &Forgery) -> Result<(), ActError> {
        let now = self.sandbox.now();
        self.sandbox.note(|state| forge::forge(state, forgery, now))
    }

    /// The switches as they stand.
    pub fn switches(&self) -> Switches {
        self.sandbox.read(|state| state.desk.switches.clone())
    }

    /// Sets what `change` names and leaves the rest.
    pub fn switch(&self, change: SwitchChange) {
        self.sandbox.note(|state| {
            let releases = change.release_webhooks || NotificationMode::lets_go(change.webhooks);
            if change.budget.is_some() {
                state.desk.usage = super::budget::Usage::default();
            }
            state.desk.switches.set(change);
            if releases {
                state.desk.outbox.release(state.desk.switches.reorder);
                state.desk.wake.notify_one();
            }
        });
    }

    /// Makes the next calls that match go wrong in this way.
    pub fn fault(&self, fault: CallFault) {
        self.sandbox.note(|state| state.desk.switches.faults.push(fault));
    }

    /// Ends all misbehaviour. What people did stays so; webhooks that were held back are let go.
    pub fn reset_switches(&self) {
        self.sandbox.note(|state| {
            state.desk.switches = Switches::default();
            state.desk.usage = super::budget::Usage::default();
            state.desk.outbox.release(false);
            state.desk.wake.notify_one();
        });
    }

    /// How many calls arrived, by kind.
    pub fn counters(&self) -> CallCounters {
        self.sandbox.read(|state| state.desk.counters.clone())
    }

    /// Counts from zero again.
    pub fn reset_counters(&self) {
        self.sandbox.note(|state| state.desk.counters = CallCounters::default());
    }

    /// People, pages with their forms, and apps.
    pub fn overview(&self) -> Value {
        let now = self.sandbox.now();
        self.sandbox.read(|state| overview::overview(state, now))
    }

    /// The readable leads of a form, the newest first.
    ///
    /// # Errors
    /// [`ActError`] when there is no such form.
    pub fn leads(&self, form: &str) -> Result<Vec<Value>, ActError> {
        let now = self.sandbox.now();
        let found = self.sandbox.read(|state| overview::leads(&state.facebook, form, now));
        found.ok_or_else(|| ActError::Unknown(format!("form {form}")))
    }

    /// How many tokens of the person's grant to the app there are: none is left behind by a clean disconnect.
    pub fn live_tokens(&self, app: &str, person: &str) -> usize {
        self.sandbox.read(|state| state.facebook.grants.tokens_of_grant(app, person))
    }

    /// Whether the page tells the app of leads.
    pub fn is_subscribed(&self, page: &str, app: &str) -> bool {
        self.sandbox.read(|state| {
            let page = state.facebook.pages.get(page);
            page.and_then(|page| page.subscribed.get(app)).is_some_and(|fields| fields.contains("leadgen"))
        })
    }

    /// What waits to be sent, due or not.
    pub fn waiting(&self) -> Vec<Delivery> {
        self.sandbox.read(|state| state.desk.outbox.waiting().cloned().collect())
    }

    /// Takes what waits, the oldest first: to deliver it, or to lose it. With [`Notify::Send`] the task that sends may
    /// have been faster.
    pub fn take_deliveries(&self) -> Vec<Delivery> {
        self.sandbox.note(|state| state.desk.outbox.take())
    }

    /// Makes everything that waits for another attempt due now.
    pub fn hurry(&self) {
        let now = self.sandbox.now();
        self.sandbox.note(|state| hurry(&mut state.desk.outbox, now));
        self.sandbox.wake_facebook();
    }

    /// What becomes of deliveries from now on; see [`crate::Options::notify`].
    pub fn set_notify(&self, notify: Notify) {
        self.sandbox.note(|state| state.desk.outbox.notify = notify);
        self.sandbox.wake_facebook();
    }

    /// What has become of deliveries so far.
    pub fn delivery_counts(&self) -> NotificationCounts {
        self.sandbox.read(|state| state.desk.outbox.counts())
    }

    /// What the app has answered to data deletion callbacks.
    pub fn deletion_replies(&self) -> Vec<DeletionReply> {
        self.sandbox.read(|state| state.desk.deletions.clone())
    }

    /// Tells the app of a person at once and answers what the app says; see [`Facebook::callback`].
    ///
    /// # Errors
    /// [`CallbackError`] when there is no address, or nobody answers there.
    pub async fn call_back(&self, order: &CallbackOrder) -> Result<CallbackAnswer, CallbackError> {
        callbacks::call_back(&self.sandbox, order).await
    }

    /// The signed callback, without sending it: for a test that reaches the app in another way than over HTTP.
    ///
    /// # Errors
    /// [`ActError`] when there is no address to send it to.
    pub fn callback(&self, order: &CallbackOrder) -> Result<Delivery, ActError> {
        let now = self.sandbox.now();
        self.sandbox.read(|state| callbacks::ordered(state, order, now))
    }

    /// Where webhooks go as long as the app has made no subscription of its own.
    pub fn set_callback(&self, callback: Option<Callback>) {
        self.sandbox.note(|state| state.desk.setup.callback = callback);
    }

    /// Does the handshake with the configured callback, with this token or the configured one.
    ///
    /// # Errors
    /// In words: why the callback does not pass.
    pub async fn handshake(&self, verify_token: Option<&str>) -> Result<(), String> {
        let callback = self.sandbox.read(|state| state.desk.setup.callback.clone());
        let callback = callback.ok_or_else(|| "no callback is configured".to_owned())?;
        let challenge = 1_158_201_444 + self.sandbox.now().timestamp() % 1_000_000;
        subscriptions::handshake(&callback.url, verify_token.unwrap_or(&callback.verify_token), challenge).await
    }
}
