//! What a call asks for: by this, calls are counted and made to fail.

use http::Method;
use serde::{Deserialize, Serialize};

use super::{call::Call, state::Facebook};
use crate::counters::Tally;

/// The kinds of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallKind {
    /// The consent page.
    Dialog,
    /// Codes and tokens for tokens.
    Token,
    /// What a token is.
    DebugToken,
    /// Who the person or the page of the token is.
    Me,
    /// The person's pages.
    Accounts,
    /// What was granted, and taking it back.
    Permissions,
    /// One page.
    Page,
    /// Who is told of a page's changes.
    SubscribedApps,
    /// The forms of a page, or one.
    Forms,
    /// The leads of a form or an ad.
    Leads,
    /// One lead, read or deleted.
    Lead,
    /// Test leads of a form.
    TestLeads,
    /// The app's own subscription.
    Subscriptions,
    /// Anything else.
    Other,
}

impl CallKind {
    pub(crate) fn of(call: &Call, facebook: &Facebook) -> Self {
        let parts: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["dialog", "oauth"] => Self::Dialog,
            ["oauth", "access_token"] => Self::Token,
            ["debug_token"] => Self::DebugToken,
            ["me"] => Self::Me,
            [_, "accounts"] => Self::Accounts,
            [_, "permissions"] | [_, "permissions", _] => Self::Permissions,
            [_, "subscribed_apps"] => Self::SubscribedApps,
            [_, "leadgen_forms"] => Self::Forms,
            [_, "leads"] => Self::Leads,
            [_, "test_leads"] => Self::TestLeads,
            [_, "subscriptions"] => Self::Subscriptions,
            [id] if facebook.pages.contains_key(*id) => Self::Page,
            [id] if facebook.forms.contains_key(*id) => Self::Forms,
            [id] if facebook.people.contains_key(*id) => Self::Me,
            // A lead that is gone is asked for in the same way as one that is there.
            [id] if id.bytes().all(|byte| byte.is_ascii_digit()) => Self::Lead,
            _ => Self::Other,
        }
    }

    /// Whether calls count as lead generation.
    pub(crate) fn is_about_leads(self) -> bool {
        matches!(self, Self::Forms | Self::Leads | Self::Lead | Self::TestLeads)
    }

    /// Whether the state may be another one after such a call.
    pub(crate) fn changes(self, method: &Method) -> bool {
        method != Method::GET || matches!(self, Self::Token | Self::Accounts | Self::Page)
    }
}

/// Calls so far, by kind.
pub type CallCounters = Tally<CallKind>;
