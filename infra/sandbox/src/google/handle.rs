//! Google's side as a test sees it: everything can be looked at and changed without HTTP.

use serde_json::Value;

use super::{
    calendar::{Body, Calendar},
    channels::ChannelView,
    data,
    errors::ApiError,
    state::{self, ListEntry, Role},
};
use crate::{
    Sandbox, Unknown,
    notifications::{Notification, NotificationCounts, Notify},
};

/// A handle on all of Google's side.
#[derive(Clone)]
pub struct Google {
    sandbox: Sandbox,
}

impl Google {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// One calendar of one account; `primary` names the account's own.
    ///
    /// # Errors
    /// [`Unknown`] when the account does not see such a calendar.
    pub fn calendar(&self, account: &str, id: &str) -> Result<CalendarHandle, Unknown> {
        let found = self.sandbox.read(|state| state.google.calendar(account, id).map(|found| found.0.id.clone()));
        let id = found.ok_or_else(|| Unknown(format!("calendar {id} of {account}")))?;
        Ok(CalendarHandle { sandbox: self.sandbox.clone(), id })
    }

    /// Makes another account, with nothing but a calendar of its own that shows `events` events.
    pub fn add_account(&self, email: &str, events: usize) {
        let now = self.sandbox.now();
        self.sandbox.write(|state| data::add_account(&mut state.google, email, now, events));
    }

    /// The account's refresh tokens, and whether each is alive; what was revoked is forgotten.
    pub fn refresh_tokens(&self, account: &str) -> Vec<(String, bool)> {
        self.sandbox.read(|state| state.google.grants.refresh_tokens(account))
    }

    /// The ids of the calendars that the account sees.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such account.
    pub fn calendars(&self, account: &str) -> Result<Vec<String>, Unknown> {
        self.sandbox.read(|state| {
            let account = state.google.account(account).ok_or_else(|| Unknown::of("account", account))?;
            Ok(account.list.iter().filter(|entry| !entry.removed).map(|entry| entry.calendar.clone()).collect())
        })
    }

    /// What a full listing of the calendar shows now, in its order.
    ///
    /// # Errors
    /// [`Unknown`] when the account does not see such a calendar.
    pub fn events(&self, account: &str, calendar: &str) -> Result<Vec<Value>, Unknown> {
        Ok(self.calendar(account, calendar)?.events())
    }

    /// Changes `count` events of the calendar, each once; see [`CalendarHandle::change_some`].
    ///
    /// # Errors
    /// [`Unknown`] when the account does not see such a calendar.
    pub fn change_some(&self, account: &str, calendar: &str, count: usize) -> Result<Vec<String>, Unknown> {
        Ok(self.calendar(account, calendar)?.change_some(count))
    }

    /// Takes the calendar out of the account's sight: its events are 404 from now on.
    ///
    /// # Errors
    /// [`Unknown`] when the account does not see such a calendar.
    pub fn unshare(&self, account: &str, calendar: &str) -> Result<(), Unknown> {
        self.set_entry(account, calendar, |entry| entry.removed = true)
    }

    /// Shows a calendar of the sandbox to the account, or changes what the account may do with it.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such account or calendar.
    pub fn share(&self, account: &str, calendar: &str, role: Role) -> Result<(), Unknown> {
        self.set_entry(account, calendar, |entry| (entry.role, entry.removed) = (role, false))
    }

    /// Refuses every sync token given so far with 410.
    pub fn expire_sync_tokens(&self) {
        self.sandbox.write(|state| state.google.sync_epoch += 1);
    }

    /// Refuses every access token given so far with 401; refresh tokens stay good.
    pub fn expire_access_tokens(&self) {
        self.sandbox.write(|state| state.google.grants.expire_access_tokens());
    }

    /// Ends the account's grant, as if its owner had removed the application's access.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such account.
    pub fn revoke(&self, account: &str) -> Result<(), Unknown> {
        self.sandbox.write(|state| {
            state.google.account(account).ok_or_else(|| Unknown::of("account", account))?;
            state.google.grants.revoke_account(account);
            Ok(())
        })
    }

    /// Takes the notifications that wait, the oldest first: to deliver them, or to lose them. With [`Notify::Send`]
    /// the task that sends may have been faster.
    pub fn take_notifications(&self) -> Vec<Notification> {
        self.sandbox.note(|state| state.outbox.take())
    }

    /// What becomes of notifications from now on; see [`crate::Options::notify`].
    pub fn set_notify(&self, notify: Notify) {
        self.sandbox.note(|state| state.outbox.notify = notify);
        self.sandbox.wake().notify_one();
    }

    /// Lets go the notifications that the switch has held back; how many.
    pub fn release_notifications(&self) -> usize {
        let released = self.sandbox.note(|state| state.outbox.release(false));
        self.sandbox.wake().notify_one();
        released
    }

    /// Sends what Google never would: it goes the way of a genuine notification, past the switch.
    pub fn forge_notification(&self, address: &str, headers: &[(&str, &str)]) {
        let forged = Notification::new(address, headers);
        self.sandbox.note(|state| state.outbox.enqueue(forged));
        self.sandbox.wake().notify_one();
    }

    /// What has become of notifications so far.
    pub fn notification_counts(&self) -> NotificationCounts {
        self.sandbox.read(|state| state.outbox.counts())
    }

    /// The channels that are alive.
    pub fn channels(&self) -> Vec<ChannelView> {
        let now = self.sandbox.now();
        self.sandbox.read(|state| state.google.channels.views(now))
    }

    /// How many invitation mails the writes over HTTP since the start would have sent.
    pub fn mails_sent(&self) -> u64 {
        self.sandbox.read(|state| state.google.mails)
    }

    /// Makes a calendar one that nobody may write, or ends that. [`CalendarHandle`] writes all the same.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such calendar.
    pub fn set_read_only(&self, calendar: &str, read_only: bool) -> Result<(), Unknown> {
        self.sandbox.write(|state| {
            if !state.google.calendars.contains_key(calendar) {
                return Err(Unknown::of("calendar", calendar));
            }
            if state.switches.set_read_only(calendar, read_only) {
                state.google.touch_lists(calendar);
            }
            Ok(())
        })
    }

    /// How many refresh tokens of the account are alive: none is left behind by a clean disconnect.
    pub fn live_refresh_tokens(&self, account: &str) -> usize {
        self.sandbox.read(|state| state.google.grants.live_refresh_tokens(account))
    }

    fn set_entry(&self, account: &str, calendar: &str, set: impl FnOnce(&mut ListEntry)) -> Result<(), Unknown> {
        self.sandbox.write(|state| {
            if !state.google.calendars.contains_key(calendar) {
                return Err(Unknown::of("calendar", calendar));
            }
            let account = state.google.account_mut(account).ok_or_else(|| Unknown::of("account", account))?;
            let former = account.list.iter().find(|entry| entry.calendar == calendar).cloned();
            let mut entry = former.unwrap_or_else(|| ListEntry::new(calendar, Role::Reader, "#9fe1e7"));
            set(&mut entry);
            account.put_entry(entry);
            Ok(())
        })
    }
}

const NEVER_REMOVED: &str = "the handle was made for a calendar of the state, and none is ever taken out";

/// A handle on one calendar. It writes with the rights of Google itself, whatever the account may do.
#[derive(Clone)]
pub struct CalendarHandle {
    sandbox: Sandbox,
    id: String,
}

impl CalendarHandle {
    /// The calendar's own id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What a full listing shows now, in its order.
    pub fn events(&self) -> Vec<Value> {
        self.look(|calendar| calendar.listed().map(|entry| Value::Object(entry.body.clone())).collect())
    }

    /// One event, or its tombstone.
    pub fn event(&self, id: &str) -> Option<Value> {
        self.look(|calendar| calendar.get(id).map(|entry| Value::Object(entry.body.clone())))
    }

    /// Inserts an event; needs `start` and `end` at least, and answers it complete.
    ///
    /// # Errors
    /// As the API answers.
    pub fn insert(&self, event: Value) -> Result<Value, ApiError> {
        let (sent, now) = (object(event)?, self.sandbox.now());
        self.act(|google, id| google.insert(id, sent, now)).map(Value::Object)
    }

    /// Changes an event by JSON merge. The id of an occurrence (`<series>_<original start>`) makes an exception.
    ///
    /// # Errors
    /// As the API answers.
    pub fn update(&self, id: &str, patch: Value) -> Result<Value, ApiError> {
        let (sent, now) = (object(patch)?, self.sandbox.now());
        self.act(|google, calendar| google.patch(calendar, id, sent, None, now)).map(Value::Object)
    }

    /// Deletes an event, a series with its exceptions, or one occurrence of a series.
    ///
    /// # Errors
    /// As the API answers.
    pub fn delete(&self, id: &str) -> Result<(), ApiError> {
        let now = self.sandbox.now();
        self.act(|google, calendar| google.delete(calendar, id, None, now))
    }

    /// Copies an event within the calendar as a person does by "duplicate": another id, everything else the same,
    /// the private extended properties too. Answers the copy.
    ///
    /// # Errors
    /// As the API answers when there is no such event.
    pub fn duplicate(&self, id: &str) -> Result<Value, ApiError> {
        let now = self.sandbox.now();
        self.act(|google, calendar| google.duplicate(calendar, id, now)).map(Value::Object)
    }

    /// Makes it a calendar that nobody may write, or ends that; this handle writes all the same.
    pub fn set_read_only(&self, read_only: bool) {
        self.sandbox.google().set_read_only(&self.id, read_only).expect(NEVER_REMOVED);
    }

    /// Renames, moves, inserts and deletes: exactly `count` events change, each once. Answers their ids.
    pub fn change_some(&self, count: usize) -> Vec<String> {
        let now = self.sandbox.now();
        self.act(|google, calendar| google.change_some(calendar, count, now))
    }

    /// Adds realistic events until a full listing shows `count` more.
    pub fn add_realistic(&self, count: usize) {
        let (now, seed) = (self.sandbox.now(), self.sandbox.read(|state| state.google.seed));
        self.with(|calendar| data::fill(calendar, count, seed ^ calendar.sequence(), now));
    }

    fn look<T>(&self, look: impl FnOnce(&Calendar) -> T) -> T {
        self.sandbox.read(|state| look(state.google.calendars.get(&self.id).expect(NEVER_REMOVED)))
    }

    fn act<T>(&self, act: impl FnOnce(&mut state::Google, &str) -> T) -> T {
        self.sandbox.write(|state| act(&mut state.google, &self.id))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Calendar) -> T) -> T {
        self.sandbox.write(|state| act(state.google.calendars.get_mut(&self.id).expect(NEVER_REMOVED)))
    }
}

fn object(value: Value) -> Result<Body, ApiError> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(ApiError::bad_request("Parse Error")),
    }
}
