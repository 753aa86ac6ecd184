//! What a provider of leads can do beyond reading them page by page.

use super::Access;
use crate::error::ProviderError;
use async_trait::async_trait;
use domain::ids::ExternalId;
use domain::lead::{Form, LeadCount, Owner, Question, RawLead};
use serde::{Deserialize, Serialize};

/// One lead of which a verified delivery told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadNotice {
    /// Who may own it: whoever has chosen the form through one of these gets it. Empty when that could not be read.
    pub owners: Vec<Owner>,
    /// The provider's id of the form, where it could be read.
    pub form: Option<String>,
    /// The provider's id of the lead, where it could be read.
    pub lead: Option<ExternalId>,
    /// The lead itself, or how to come by it.
    pub content: LeadContent,
}

/// What a delivery brings of a lead.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadContent {
    /// Nothing but its id: it is fetched.
    Fetch,
    /// All of it: there may be no second chance.
    Whole(Box<RawLead>),
    /// Something that could not be read: kept word for word, to be read again by a later version.
    Unreadable(String),
}

/// What is in a lead is people's data: nothing of it gets into a log by way of `{:?}`.
impl std::fmt::Debug for LeadContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Fetch => "Fetch",
            Self::Whole(_) => "Whole(..)",
            Self::Unreadable(_) => "Unreadable(..)",
        })
    }
}

/// Reading single leads and what surrounds them.
#[async_trait]
pub trait Leads: Send + Sync {
    /// The lead with this id, through the owner of this form. One of another form is refused as `another_form`
    /// (`PermanentRecord`): the access may reach more than what was chosen. A provider whose deliveries are whole has
    /// nothing to fetch: `PermanentRecord`, `not_fetchable`.
    async fn fetch(&self, access: &Access, form: &Form, lead: &ExternalId) -> Result<RawLead, ProviderError>;

    /// Reads anew what a delivery brought and an earlier version could not read. `None`: it still cannot.
    fn reread(&self, unreadable: &str) -> Option<LeadNotice>;

    /// What the form asks, in its order.
    async fn questions(&self, access: &Access, form: &Form) -> Result<Vec<Question>, ProviderError>;

    /// How many leads the provider counts for the form; `None` where it does not say.
    async fn count(&self, access: &Access, form: &Form) -> Result<Option<LeadCount>, ProviderError>;

    /// Makes the provider send a test lead for the form, by webhook like any other. A former test lead, of which a form
    /// may have but one, goes first. Its id, where the provider says it.
    async fn send_test(&self, access: &Access, form: &Form) -> Result<Option<ExternalId>, ProviderError>;
}
