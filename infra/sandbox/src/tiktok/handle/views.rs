//! What a test or a person sees of the state; tokens are left out.

use serde::Serialize;

use super::TikTok;
use crate::tiktok::leads::{Lead, Region};

/// An ad account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where its leads were moved.
    pub library: Option<String>,
    /// Person and role, such as `ada: Admin`.
    pub people: Vec<String>,
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FormView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The ad account's id.
    pub account: String,
    /// The id of the ad that leads to it.
    pub ad: String,
    /// How many leads it has, test leads included.
    pub leads: usize,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionView {
    /// Its id.
    pub id: String,
    /// Where webhooks go.
    pub callback_url: String,
    /// The ad account's id.
    pub account: String,
    /// The form's id; `None`: all forms.
    pub form: Option<String>,
    /// Whether the token that it was made with was not revoked.
    pub alive: bool,
}

/// A lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeadView {
    /// Its id.
    pub id: String,
    /// The form's id.
    pub form: Option<String>,
    /// Where the person lives.
    pub region: Region,
    /// Seconds since 1970.
    pub created: i64,
    /// Key and answer.
    pub answers: Vec<(String, String)>,
    /// Whether it was made by the API's test endpoint.
    pub is_test: bool,
}

impl TikTok {
    /// All ad accounts.
    pub fn accounts(&self) -> Vec<AccountView> {
        self.sandbox.read(|state| {
            let people_of = |id: &String| {
                let roles = state.tiktok.people.iter().filter_map(|one| Some((&one.key, one.roles.get(id)?)));
                roles.map(|(key, role)| format!("{key}: {role:?}")).collect()
            };
            let accounts = state.tiktok.accounts.values();
            let view = accounts.map(|account| AccountView {
                id: account.id.clone(),
                name: account.name.clone(),
                library: account.library.clone(),
                people: people_of(&account.id),
            });
            view.collect()
        })
    }

    /// All forms.
    pub fn forms(&self) -> Vec<FormView> {
        self.sandbox.read(|state| {
            let count = |id: &str| state.tiktok.leads.iter().filter(|lead| lead.is_of_form(id)).count();
            let forms = state.tiktok.forms.values();
            let view = forms.map(|form| FormView {
                id: form.id.clone(),
                title: form.title.clone(),
                account: form.account.clone(),
                ad: form.advert.ad_id.clone(),
                leads: count(&form.id),
            });
            view.collect()
        })
    }

    /// All subscriptions, dead ones too.
    pub fn subscriptions(&self) -> Vec<SubscriptionView> {
        self.sandbox.read(|state| {
            let subscriptions = state.tiktok.subscriptions.iter();
            let view = subscriptions.map(|one| SubscriptionView {
                id: one.id.clone(),
                callback_url: one.callback_url.clone(),
                account: one.account.clone(),
                form: one.form.clone(),
                alive: state.tiktok.is_alive(one),
            });
            view.collect()
        })
    }

    /// The leads of an ad account, the oldest first.
    pub fn leads(&self, account: &str) -> Vec<LeadView> {
        self.sandbox.read(|state| {
            let leads = state.tiktok.leads.iter().filter(|lead| lead.account == account);
            leads.map(LeadView::of).collect()
        })
    }
}

impl LeadView {
    fn of(lead: &Lead) -> Self {
        Self {
            id: lead.id.clone(),
            form: lead.form.clone(),
            region: lead.region,
            created: lead.created.timestamp(),
            answers: lead.answers.clone(),
            is_test: lead.is_test,
        }
    }
}
