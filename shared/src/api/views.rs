//! What answers carry.

use chrono::{DateTime, Utc};
use domain::failure::FailureClass;
use domain::ids::{ExternalId, IntegrationId, ProviderSlug, ResourceId, RunId};
use domain::lead::mapping::FormMapping;
use domain::lifecycle::{Action, ErrorReason, Status};
use domain::occurrences::Occurrence;
use domain::record::Record;
use domain::resource::Choice;
use domain::run::{Counts, RunKind, RunOutcome, Trigger};
use providers::{Category, Explanation};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Answer of `GET /integrations`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueView {
    /// A card for each provider.
    pub integrations: Vec<CardView>,
    /// The caller may open and manage them.
    pub can_manage: bool,
    /// The account's plan.
    pub plan: PlanView,
    /// Where the page's back button leads.
    pub back_url: Option<String>,
}

/// One card of the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardView {
    /// The provider's slug.
    pub provider: ProviderSlug,
    /// Its name.
    pub name: String,
    /// What connecting it brings.
    pub description: String,
    /// What kind of thing it brings.
    pub category: Category,
    /// Its icon's name.
    pub icon: String,
    /// It is offered to the account: where there is no integration, one may be created.
    pub available: bool,
    /// The account's integration, if there is one.
    pub integration: Option<CardIntegrationView>,
}

/// An integration as every member sees it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardIntegrationView {
    /// Its status.
    pub status: Status,
    /// It has a grant.
    pub connected: bool,
    /// The reason, in Error.
    pub error: Option<CardErrorView>,
}

/// Why an integration is in Error, in short.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardErrorView {
    /// Stable code.
    pub reason: ErrorReason,
    /// The sentence.
    pub message: String,
}

/// The account's plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// Its name.
    pub name: String,
    /// Most integrations; -1 = unlimited.
    pub limit: i64,
    /// Integrations there are.
    pub used: i64,
}

/// One integration in full.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationView {
    /// Its id; a new one when the provider is deleted and created anew.
    pub id: IntegrationId,
    /// The provider's slug.
    pub provider: ProviderSlug,
    /// The provider's name.
    pub name: String,
    /// What kind of thing it brings.
    pub category: Category,
    /// Its icon's name.
    pub icon: String,
    /// Its status.
    pub status: Status,
    /// It has a grant.
    pub connected: bool,
    /// Who was connected.
    pub account: Option<AccountView>,
    /// In Error: why, since when, what is tried next.
    pub error: Option<ErrorView>,
    /// Its last runs failed, and it is tried again by itself.
    pub trouble: Option<TroubleView>,
    /// What is legal now.
    pub actions: Vec<Action>,
    /// What was chosen.
    pub settings: SettingsView,
    /// What can be chosen.
    pub configuration: ConfigurationView,
    /// How syncing stands.
    pub sync: SyncView,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When a person would last have seen it change.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: u64,
}

/// The provider's account.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// What a person recognises it by.
    pub label: String,
    /// When the provider takes Aura's access away, unless the person connects again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_ends_at: Option<DateTime<Utc>>,
}

/// Why an integration is in Error.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorView {
    /// Stable code.
    pub reason: ErrorReason,
    /// The sentence.
    pub message: String,
    /// What can be done.
    pub remedy: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it is tried again by itself, if it is.
    pub next_try_at: Option<DateTime<Utc>>,
    /// The action that the remedy names.
    pub action: Action,
    /// The provider's own words about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// That the last runs of a scheduled integration failed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TroubleView {
    /// Failed runs in a row.
    pub failures: u32,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Since when nothing has worked.
    pub since: DateTime<Utc>,
    /// When it is tried again.
    pub next_try_at: Option<DateTime<Utc>>,
    /// A notice went out.
    pub warned: bool,
    /// The provider fails for many accounts at the moment: nothing is switched off for it.
    pub frozen: bool,
    /// The provider's own words about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// What was chosen.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// The resources that are read.
    pub resources: Vec<ResourceId>,
    /// The resource that is written to.
    pub write_resource: Option<ResourceId>,
    /// What becomes of the answers of each chosen form.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub forms: BTreeMap<ResourceId, FormMapping>,
    /// Forms whose leads from before this instant are left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub leads_since: BTreeMap<ResourceId, DateTime<Utc>>,
    /// Minutes between two scheduled syncs.
    pub interval_minutes: u32,
}

/// What can be chosen.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationView {
    /// The kind of resource, as in the options' path.
    pub resource_kind: String,
    /// The kind of what the resources belong to: each of these lists its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_kind: Option<String>,
    /// Several may be read.
    pub several_resources: bool,
    /// One may be written to.
    pub writes: bool,
    /// The intervals there are, in minutes.
    pub intervals: Vec<u32>,
    /// The shortest one that the plan allows.
    pub shortest_interval: u32,
}

/// How syncing stands.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncView {
    /// The run that is under way.
    pub run: Option<RunView>,
    /// When the last run succeeded.
    pub last_success_at: Option<DateTime<Utc>>,
    /// When the next one is due.
    pub next_at: Option<DateTime<Utc>>,
    /// Minutes between two scheduled syncs, as they are in force: longer than what was chosen where the plan allows no
    /// shorter one.
    pub interval_minutes: u32,
    /// A longer interval to choose, when the provider limits the rate for long.
    pub suggested_interval: Option<u32>,
}

/// One run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// Its id.
    pub id: RunId,
    /// Why it was started.
    pub trigger: Trigger,
    /// What it does.
    pub kind: RunKind,
    /// How it ended; `running` while it has not.
    pub outcome: RunOutcome,
    /// When it was asked for or started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What it did so far.
    pub counts: Counts,
    /// How far it is.
    pub progress: ProgressView,
    /// Why it failed.
    pub failure: Option<FailureView>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgressView {
    /// Resources that are done.
    pub resources_done: u32,
    /// Resources in all; 0 before the run has begun.
    pub resources: u32,
}

/// Why a run failed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailureView {
    /// The class that decides what happens next.
    pub class: FailureClass,
    /// The provider's code or ours.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// The provider's own words about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// Answer of `POST /integrations/{provider}/connect`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectView {
    /// The provider's consent page, to be opened in a popup.
    pub authorization_url: String,
    /// The flow's key, to recognise the return page's message by.
    pub flow: String,
    /// When the flow is no longer valid.
    pub expires_at: DateTime<Utc>,
}

/// Answer of `POST /oauth/complete`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompleteView {
    /// `connected`, or `pending` while the same request is still at work.
    pub outcome: String,
    /// The provider's slug.
    pub provider: ProviderSlug,
}

/// Answer of `GET …/options/{resource}`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OptionsView {
    /// What can be chosen.
    pub options: Vec<Choice>,
}

/// Answer of `POST …/test`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestView {
    /// The connection works.
    pub ok: bool,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What can be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The provider's own words about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// Answer of `POST …/sync`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncStartedView {
    /// The run's id.
    pub run: RunId,
}

/// Answer of `GET …/runs`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunsView {
    /// Newest first.
    pub runs: Vec<RunView>,
    /// Pass it on for the next page.
    pub cursor: Option<String>,
}

/// Answer of `GET …/records?updatedSince=`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangesView {
    /// Oldest change first.
    pub records: Vec<RecordView>,
    /// The next `updatedSince`: two minutes back, so that nothing committed late is skipped.
    pub synced_until: DateTime<Utc>,
    /// Pass it on for the next page.
    pub cursor: Option<String>,
}

/// One record as it is now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordView {
    /// The provider's id.
    pub id: ExternalId,
    /// The resource it belongs to.
    pub resource: ResourceId,
    /// When Aura stored the change.
    pub changed_at: DateTime<Utc>,
    /// It is gone; visible for 90 days.
    pub deleted: bool,
    /// Grows with each change of the record.
    pub version: u64,
    /// Its content, unless it is gone.
    pub record: Option<Record>,
}

/// Answer of `GET …/records?from=&to=`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgendaView {
    /// By start.
    pub occurrences: Vec<Occurrence>,
    /// When the last run succeeded.
    pub synced_until: Option<DateTime<Utc>>,
    /// Pass it on for the next page.
    pub cursor: Option<String>,
}
