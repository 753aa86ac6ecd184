//! What requests and answers about leads carry.

use chrono::{DateTime, Utc};
use domain::ids::{ExternalId, ResourceId};
use domain::lead::mapping::{FormMapping, MisfitReason};
use domain::lead::{Answer, LeadCount, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Body of `POST …/mapping/preview`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewBody {
    /// The form, chosen or not.
    pub form: ResourceId,
    /// The mapping to try; without it the saved one, or the usual one where none is saved.
    #[serde(default)]
    pub mapping: Option<FormMapping>,
    /// What the form asks, as a former preview answered it: with it the provider is not asked again.
    #[serde(default)]
    pub questions: Option<Vec<Question>>,
    /// What to map; without it a lead is made up.
    #[serde(default)]
    pub answers: Option<Vec<Answer>>,
}

/// Answer of `POST …/mapping/preview`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewView {
    /// The form.
    pub form: ResourceId,
    /// What it asks, in its order.
    pub questions: Vec<Question>,
    /// The mapping that was tried.
    pub mapping: FormMapping,
    /// What was mapped.
    pub answers: Vec<Answer>,
    /// What the mapping makes of it.
    pub contact: ContactView,
    /// Answers that their field could not take; they are kept as properties.
    pub problems: Vec<PreviewProblem>,
}

/// A contact as a lead makes it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    /// The whole name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Everything else, by property name.
    pub properties: BTreeMap<String, String>,
    /// It was more than Aura keeps, and something was cut.
    pub truncated: bool,
}

/// An answer that its field could not take.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewProblem {
    /// The question's key.
    pub key: String,
    /// Stable code.
    pub code: MisfitReason,
    /// The sentence.
    pub message: String,
}

/// Body of `POST …/test-lead`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestLeadBody {
    /// A chosen form.
    pub form: ResourceId,
}

/// Answer of `POST …/test-lead`: the provider delivers it by webhook, like any other.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestLeadView {
    /// The provider's id of the lead, where it says it at once.
    pub lead: Option<ExternalId>,
}

/// Answer of `POST /webhooks/{provider}/deletion`, in the words that are expected (facebook-lead-ads.md §1).
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeletionView {
    /// Where the person sees how far it is.
    pub url: String,
    /// By which they can ask for it.
    pub confirmation_code: String,
}

/// Answer of `GET …/reconciliation`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReconciliationView {
    /// The chosen forms, in the order of the settings.
    pub forms: Vec<FormFiguresView>,
}

/// How the leads of one form came, and whether any is missing.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FormFiguresView {
    /// The form.
    pub form: ResourceId,
    /// Leads by the way in which they came.
    pub received: ReceivedView,
    /// Leads of which the provider told and that could not be read yet: each is tried again.
    pub waiting: u64,
    /// Leads that the provider listed, or counted, when the form was last read in full and that Aura could not take.
    pub missing: u64,
    /// What the provider itself counted then, where it says so.
    pub provider: Option<LeadCount>,
    /// When the form was last read to its end.
    pub read_at: Option<DateTime<Utc>>,
    /// When it was last read in full.
    pub fully_read_at: Option<DateTime<Utc>>,
}

/// Leads by the way in which they came.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedView {
    /// The provider delivered them.
    pub webhook: u64,
    /// A run found them: their delivery had not arrived.
    pub reconciliation: u64,
    /// They were there before the form was chosen.
    pub backfill: u64,
}
