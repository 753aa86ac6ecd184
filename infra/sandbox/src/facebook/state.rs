//! What Facebook's side consists of.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::grants::Grants;

/// How long a lead can be read.
pub(crate) const RETENTION: Duration = Duration::days(90);

/// Apps, people, pages, forms, leads and grants.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Facebook {
    pub(crate) seed: u64,
    /// Leads drawn so far: the next one is another, and the same after every start.
    pub(crate) drawn: u64,
    /// The number in the last id that was made.
    pub(crate) last_id: u64,
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) pages: BTreeMap<String, Page>,
    pub(crate) forms: BTreeMap<String, Form>,
    pub(crate) leads: BTreeMap<String, Lead>,
    pub(crate) grants: Grants,
}

/// A developer's app.
#[derive(Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    /// Configurations of Facebook Login for Business, by `config_id`.
    pub(crate) configurations: BTreeMap<String, Configuration>,
    /// The one callback for objects of the kind `page`.
    pub(crate) subscription: Option<Subscription>,
    /// Repeated failure has switched webhooks off, those to a default callback too.
    pub(crate) webhooks_disabled: bool,
}

/// What a `config_id` stands for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Configuration {
    pub(crate) permissions: Vec<String>,
    /// The token is a system user's, which does not expire.
    pub(crate) system_user: bool,
}

/// An app's subscription to changes of pages.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) callback_url: String,
    pub(crate) fields: BTreeSet<String>,
    pub(crate) include_values: bool,
}

/// Somebody with a login.
#[derive(Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    /// How often the password has been changed.
    pub(crate) passwords: u32,
    /// How often everything was logged out.
    pub(crate) logouts: u32,
    pub(crate) checkpointed: bool,
    pub(crate) unconfirmed: bool,
}

/// A page.
#[derive(Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) business: String,
    /// Its people have their role through the business: listing it takes `business_management`.
    pub(crate) via_business: bool,
    /// Person → tasks.
    pub(crate) roles: BTreeMap<String, Vec<String>>,
    pub(crate) lead_access: LeadAccess,
    /// App → subscribed fields.
    pub(crate) subscribed: BTreeMap<String, BTreeSet<String>>,
    pub(crate) gone: bool,
}

/// The Leads Access Manager of a page.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct LeadAccess {
    /// Without it everybody with a role reads leads.
    pub(crate) managed: bool,
    pub(crate) apps: BTreeSet<String>,
    pub(crate) people: BTreeSet<String>,
}

/// What a form's status may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FormStatus {
    /// Takes leads.
    Active,
    /// Takes no leads; the former ones can be read.
    Archived,
    /// Deleted, and still there.
    Deleted,
    /// Never published.
    Draft,
}

/// An instant form.
#[derive(Serialize, Deserialize)]
pub(crate) struct Form {
    pub(crate) id: String,
    pub(crate) page: String,
    pub(crate) name: String,
    pub(crate) status: FormStatus,
    pub(crate) locale: String,
    pub(crate) created: DateTime<Utc>,
    pub(crate) questions: Vec<Question>,
    /// Keys of checkboxes below the form.
    pub(crate) disclaimers: Vec<String>,
    /// Unix seconds and id of each lead but test leads, deleted ones left out.
    pub(crate) leads: BTreeSet<(i64, String)>,
    pub(crate) gone: bool,
}

/// One question of a form.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) label: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) options: Vec<Choice>,
}

/// One answer to choose.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// What somebody filled in.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Lead {
    pub(crate) id: String,
    pub(crate) form: String,
    pub(crate) page: String,
    pub(crate) created: DateTime<Utc>,
    pub(crate) ad: Option<Ad>,
    /// `fb` or `ig`.
    pub(crate) platform: String,
    /// As `field_data` shows them.
    pub(crate) answers: Value,
    /// As `custom_disclaimer_responses` shows them.
    pub(crate) disclaimers: Value,
    pub(crate) test: bool,
    pub(crate) deleted: bool,
}

/// The ad that brought a lead.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Ad {
    pub(crate) ad_id: String,
    pub(crate) ad_name: String,
    pub(crate) adset_id: String,
    pub(crate) adset_name: String,
    pub(crate) campaign_id: String,
    pub(crate) campaign_name: String,
}

impl Facebook {
    /// Whether nothing was ever put in: the state of a sandbox that did not know Facebook.
    pub(crate) fn is_empty(&self) -> bool {
        self.apps.is_empty()
    }

    /// An id as Facebook's are: digits, never used before.
    pub(crate) fn new_id(&mut self) -> String {
        self.last_id += 1;
        (730_000_000_000_000 + self.last_id * 7_919).to_string()
    }

    /// The page, unless it has disappeared.
    pub(crate) fn page(&self, id: &str) -> Option<&Page> {
        self.pages.get(id).filter(|page| !page.gone)
    }

    /// The form, unless it or its page has disappeared.
    pub(crate) fn form(&self, id: &str) -> Option<&Form> {
        self.forms.get(id).filter(|form| !form.gone && self.page(&form.page).is_some())
    }

    /// The lead, unless it was deleted, is too old, or its form has disappeared.
    pub(crate) fn lead(&self, id: &str, now: DateTime<Utc>) -> Option<&Lead> {
        let lead = self.leads.get(id)?;
        let readable = !lead.deleted && lead.created > now - RETENTION && self.form(&lead.form).is_some();
        readable.then_some(lead)
    }

    /// Puts the lead in, and in its form's list.
    pub(crate) fn put_lead(&mut self, lead: Lead) {
        if let Some(form) = self.forms.get_mut(&lead.form).filter(|_| !lead.test) {
            form.leads.insert((lead.created.timestamp(), lead.id.clone()));
        }
        self.leads.insert(lead.id.clone(), lead);
    }

    /// Leaves a tombstone; whether there was a lead.
    pub(crate) fn delete_lead(&mut self, id: &str) -> bool {
        let Some(lead) = self.leads.get_mut(id).filter(|lead| !lead.deleted) else { return false };
        lead.deleted = true;
        let place = (lead.created.timestamp(), lead.id.clone());
        if let Some(form) = self.forms.get_mut(&lead.form) {
            form.leads.remove(&place);
        }
        true
    }

    /// Leads of the page's forms that are not older than 90 days.
    pub(crate) fn recent_leads(&self, page: &str, now: DateTime<Utc>) -> usize {
        let forms = self.forms.values().filter(|form| form.page == page);
        forms.map(|form| form.leads.len() - form.expired(now)).sum()
    }
}

impl Form {
    /// How many of its leads are too old to be read.
    pub(crate) fn expired(&self, now: DateTime<Utc>) -> usize {
        let oldest = (now - RETENTION).timestamp();
        self.leads.iter().take_while(|(created, _)| *created <= oldest).count()
    }
}

impl Page {
    /// Whether the person may do what needs this task.
    pub(crate) fn has_task(&self, person: &str, task: &str) -> bool {
        self.roles.get(person).is_some_and(|tasks| tasks.iter().any(|one| one == task))
    }
}
