//! What TikTok's side consists of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{advert::Advert, data, grants::Grants, ids::Ids, leads::Lead, subscriptions::Subscription, tasks::Task};

/// People, ad accounts, forms, leads, and what was granted and ordered.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TikTok {
    pub(crate) seed: u64,
    pub(crate) ids: Ids,
    pub(crate) people: Vec<Person>,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) libraries: BTreeMap<String, Library>,
    pub(crate) forms: BTreeMap<String, Form>,
    /// The oldest first.
    pub(crate) leads: Vec<Lead>,
    /// How many leads there ever were.
    pub(crate) lead_count: u64,
    pub(crate) grants: Grants,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) tasks: BTreeMap<String, Task>,
}

/// One person who may connect.
#[derive(Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) key: String,
    pub(crate) name: String,
    /// TikTok's id of the person for this app.
    pub(crate) open_id: String,
    pub(crate) company: String,
    /// Advertiser id → what the person may do.
    pub(crate) roles: BTreeMap<String, Role>,
}

/// What a person may do in an ad account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, leads too.
    Admin,
    /// Campaigns and forms, no leads.
    Operator,
}

/// An ad account.
#[derive(Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) company: String,
    pub(crate) currency: String,
    pub(crate) timezone: String,
    pub(crate) country: String,
    /// Where its leads were moved.
    pub(crate) library: Option<String>,
    pub(crate) created: DateTime<Utc>,
}

/// Where a Business Center keeps the leads of an ad account.
#[derive(Serialize, Deserialize)]
pub(crate) struct Library {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) company: String,
    pub(crate) account: String,
}

/// A form: TikTok's "page".
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Form {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) title: String,
    pub(crate) business_type: String,
    pub(crate) published: bool,
    pub(crate) created: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
    pub(crate) questions: Vec<Question>,
    pub(crate) advert: Advert,
}

/// One question of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What webhooks call it.
    pub key: String,
    /// What the CSV file calls it.
    pub label: String,
}

impl TikTok {
    /// Makes the first data, if there are none.
    pub(crate) fn populate_if_empty(&mut self, seed: u64, now: DateTime<Utc>) {
        if self.people.is_empty() {
            *self = data::populate(seed, now);
        }
    }

    pub(crate) fn person(&self, key: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.key == key)
    }

    pub(crate) fn person_mut(&mut self, key: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.key == key)
    }

    /// The library that the leads of an account were moved to.
    pub(crate) fn library_of(&self, account: &str) -> Option<&str> {
        self.accounts.get(account)?.library.as_deref()
    }

    /// Whether a person may do this much in an account that is still there.
    pub(crate) fn role(&self, person: &str, account: &str) -> Option<Role> {
        self.accounts.get(account)?;
        self.person(person)?.roles.get(account).copied()
    }

    /// The accounts that a person sees, in a stable order.
    pub(crate) fn accounts_of<'a>(&'a self, person: &'a Person) -> impl Iterator<Item = &'a Account> {
        person.roles.keys().filter_map(|id| self.accounts.get(id))
    }
}

impl Form {
    pub(crate) fn status(&self) -> &'static str {
        if self.published { "PUBLISHED" } else { "EDITED" }
    }
}

/// A time as TikTok's answers have it.
pub(crate) fn time_text(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}
