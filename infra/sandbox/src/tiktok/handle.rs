//! TikTok's side as a test sees it: everything can be looked at and changed without HTTP.

mod views;

use chrono::{DateTime, Utc};
use url::Url;

use super::{
    consent::{self, Consent, ConsentError},
    data::{self, Draughted},
    delivery,
    generate::{self, Forgery, LeadOrder, PlainEvent},
    live::Desk,
    state::{Question, Role},
    switches::{self, Fault, SwitchChange, Switches},
};
use crate::{
    Sandbox, Unknown,
    notifications::{Notification, NotificationCounts, Notify},
};

pub use views::{AccountView, FormView, LeadView, SubscriptionView};

/// A handle on all of TikTok's side.
#[derive(Clone)]
pub struct TikTok {
    sandbox: Sandbox,
}

impl TikTok {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// The switches as they stand.
    pub fn switches(&self) -> Switches {
        self.sandbox.read(|state| state.tiktok_live.switches.clone())
    }

    /// Sets what `change` names and leaves the rest.
    pub fn switch(&self, change: SwitchChange) {
        self.sandbox.write(|state| switches::apply(&mut state.tiktok_live, change));
    }

    /// Makes the API misbehave from now on: the next answers that match go wrong in this way.
    pub fn fault(&self, fault: Fault) {
        self.sandbox.note(|state| state.tiktok_live.switches.faults.push(fault));
    }

    /// Ends all misbehaviour. What was revoked or has disappeared stays so; webhooks that were held back are let go.
    pub fn reset_switches(&self) {
        self.sandbox.write(|state| switches::reset(&mut state.tiktok_live));
    }

    /// How many requests to an endpoint, such as `page/get`, arrived.
    pub fn requests(&self, endpoint: &str) -> u64 {
        self.sandbox.read(|state| state.tiktok_live.requests.of(endpoint.to_owned()))
    }

    /// Answers an authorization page without a browser: the address to which TikTok would redirect.
    ///
    /// # Errors
    /// When TikTok would show an error page instead of redirecting.
    pub fn consent(&self, authorization_url: &Url, consent: &Consent) -> Result<Url, ConsentError> {
        consent::decide(&self.sandbox, authorization_url.query().unwrap_or_default(), consent)
    }

    /// Makes leads and tells subscriptions of them; answers their ids.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such form or ad account.
    pub fn generate(&self, order: &LeadOrder) -> Result<Vec<String>, Unknown> {
        self.act(|desk| generate::generate(desk, order))
    }

    /// Sends a webhook that TikTok never would, past the switch; answers to how many addresses.
    pub fn forge(&self, forgery: &Forgery) -> usize {
        self.act(|desk| generate::forge(desk, forgery))
    }

    /// Sends a genuine event that is not about leads.
    pub fn tell_other(&self, event: PlainEvent) {
        self.act(|desk| delivery::announce_other(desk, event.object));
    }

    /// Makes another ad account, of which the person is Admin; answers its id. Grants that are there do not reach it.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such person.
    pub fn add_account(&self, person: &str, name: &str) -> Result<String, Unknown> {
        self.act(|desk| data::add_account(desk.tiktok, person, name, desk.now))
    }

    /// Makes another published form; answers its id.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such ad account.
    pub fn add_form(&self, account: &str, title: &str, questions: Vec<Question>) -> Result<String, Unknown> {
        self.act(|desk| {
            desk.tiktok.accounts.get(account).ok_or_else(|| Unknown::of("ad account", account))?;
            let questions = if questions.is_empty() { data::usual_questions() } else { questions };
            let id = desk.tiktok.ids.next(desk.now);
            data::add_form(desk.tiktok, Draughted { id: &id, account, title, published: true }, questions, desk.now);
            Ok(id)
        })
    }

    /// Makes a form disappear. Its leads stay, and nobody can ask for them.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such form.
    pub fn remove_form(&self, id: &str) -> Result<(), Unknown> {
        self.act(|desk| desk.tiktok.forms.remove(id).map(drop).ok_or_else(|| Unknown::of("form", id)))
    }

    /// Makes an ad account disappear, with its forms: codes 40300 and 40007.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such account.
    pub fn remove_account(&self, id: &str) -> Result<(), Unknown> {
        self.act(|desk| {
            desk.tiktok.accounts.remove(id).ok_or_else(|| Unknown::of("ad account", id))?;
            desk.tiktok.forms.retain(|_, form| form.account != id);
            Ok(())
        })
    }

    /// Sets what a person may do in an ad account; with `None` it is lost to the person (code 40106).
    ///
    /// # Errors
    /// [`Unknown`] when there is no such person or account.
    pub fn set_role(&self, person: &str, account: &str, role: Option<Role>) -> Result<(), Unknown> {
        self.act(|desk| {
            desk.tiktok.accounts.get(account).ok_or_else(|| Unknown::of("ad account", account))?;
            let person = desk.tiktok.person_mut(person).ok_or_else(|| Unknown::of("person", person))?;
            match role {
                Some(role) => person.roles.insert(account.to_owned(), role),
                None => person.roles.remove(account),
            };
            Ok(())
        })
    }

    /// Moves an account's leads to a library, whose id is answered; one that is there already is kept.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such account.
    pub fn move_leads(&self, account: &str) -> Result<String, Unknown> {
        self.act(|desk| data::move_leads(desk.tiktok, account, desk.now))
    }

    /// Ends everything that a person has granted, as by the person: subscriptions made with it die silently.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such person.
    pub fn cancel(&self, person: &str) -> Result<(), Unknown> {
        self.act(|desk| {
            desk.tiktok.person(person).ok_or_else(|| Unknown::of("person", person))?;
            desk.tiktok.grants.cancel(person);
            Ok(())
        })
    }

    /// Ends every access token that can be refreshed (code 40102).
    pub fn expire_access_tokens(&self) {
        self.act(|desk| desk.tiktok.grants.expire_access_tokens(desk.now));
    }

    /// Ends every refresh token (code 40103).
    pub fn expire_refresh_tokens(&self) {
        self.act(|desk| desk.tiktok.grants.expire_refresh_tokens(desk.now));
    }

    /// How many grants of a person are alive: none is left behind by a clean disconnect.
    pub fn live_grants(&self, person: &str) -> usize {
        self.sandbox.read(|state| state.tiktok.grants.count(person))
    }

    /// Takes the webhooks that wait, the oldest first: to deliver them, or to lose them. With [`Notify::Send`]
    /// the task that sends may have been faster.
    pub fn take_webhooks(&self) -> Vec<Notification> {
        self.sandbox.note(|state| state.tiktok_live.outbox.take())
    }

    /// What becomes of webhooks from now on; see [`crate::Options::notify`].
    pub fn set_notify(&self, notify: Notify) {
        self.sandbox.write(|state| state.tiktok_live.outbox.notify = notify);
    }

    /// What has become of webhooks so far.
    pub fn webhook_counts(&self) -> NotificationCounts {
        self.sandbox.read(|state| state.tiktok_live.outbox.counts())
    }

    fn act<T>(&self, act: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        let now: DateTime<Utc> = self.sandbox.now();
        self.sandbox.write(|state| act(&mut Desk { tiktok: &mut state.tiktok, live: &mut state.tiktok_live, now }))
    }
}
