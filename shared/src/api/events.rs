//! What the bus carries: the details of every event that is published, and of those that are listened to.
//!
//! `docs/events/` has a JSON schema of each, generated from here.

use chrono::{DateTime, Utc};
use domain::appointment::{Appointment, OccurrenceOf, Overridden};
use domain::ids::{AccountId, AppointmentId, ExternalId, IntegrationId, ProviderSlug, ResourceId};
use domain::lead::Via;
use domain::lifecycle::{ErrorReason, Status};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Where an integration stands. Nothing of its content.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationDetail {
    /// The integration.
    pub integration: IntegrationId,
    /// Its provider.
    pub provider: ProviderSlug,
    /// Its status.
    pub status: Status,
    /// The reason, in Error.
    pub reason: Option<ErrorReason>,
}

/// Something that a person should hear of.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeDetail {
    /// The integration.
    pub integration: IntegrationId,
    /// Its provider.
    pub provider: ProviderSlug,
    /// Its status.
    pub status: Status,
    /// The reason, in Error.
    pub reason: Option<ErrorReason>,
    /// A sentence for the customer.
    pub message: String,
    /// What the customer can do, if anything.
    pub remedy: Option<String>,
    /// Failed runs in a row.
    pub failures: u32,
    /// Since when nothing has worked.
    pub since: DateTime<Utc>,
    /// When it is tried again by itself, if it is.
    pub next_try_at: Option<DateTime<Utc>>,
}

/// Which records changed, without their content.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordsDetail {
    /// The integration.
    pub integration: IntegrationId,
    /// Its provider.
    pub provider: ProviderSlug,
    /// The calendar or form that they belong to.
    pub resource: ResourceId,
    /// The records.
    pub changes: Vec<RecordChange>,
}

/// What happened to one record.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordChange {
    /// The provider's id.
    pub id: ExternalId,
    /// `created`, `updated` or `deleted`.
    pub change: String,
    /// The record's version.
    pub version: u64,
}

/// `lead.received`: somebody sent a form. Its content is read through the records.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeadDetail {
    /// The integration.
    pub integration: IntegrationId,
    /// Its provider.
    pub provider: ProviderSlug,
    /// The form.
    pub resource: ResourceId,
    /// The provider's id of the lead.
    pub lead: ExternalId,
    /// When the person sent the form.
    pub created: DateTime<Utc>,
    /// How Aura came by it.
    pub via: Via,
    /// The provider marks it a test.
    pub test: bool,
}

/// `billing.subscription.changed`: the account's plan as it is from now on.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionChanged {
    /// The account.
    pub account: AccountId,
    /// Grows with each change of the subscription: an older one changes nothing, whenever it arrives.
    pub version: u64,
    /// The plan: `free`, `starter`, `pro` or `enterprise`.
    pub plan: String,
    /// A limit of this account alone, in place of the plan's; -1 = unlimited.
    #[serde(default)]
    pub integration_limit: Option<i64>,
}

/// `account.configuration.changed`: which providers the account sees from now on.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationChanged {
    /// The account.
    pub account: AccountId,
    /// Grows with each change of the configuration: an older one changes nothing, whenever it arrives.
    pub version: u64,
    /// Slugs of providers that are hidden from it. All others are offered.
    pub hidden_providers: BTreeSet<ProviderSlug>,
}

/// `appointment.changed`: an appointment of Aura was made, changed or cancelled.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentChanged {
    /// The account.
    pub account: AccountId,
    /// The appointment.
    pub appointment: AppointmentId,
    /// Grows with each change of the appointment: an older one changes nothing, whenever it arrives.
    pub version: u64,
    /// The appointment as it is from now on; absent when it was cancelled.
    #[serde(default)]
    pub content: Option<Appointment>,
    /// It is one occurrence of another appointment.
    #[serde(default)]
    pub occurrence_of: Option<OccurrenceOf>,
    /// The version of the provider's event that the change was made from, where the person saw one.
    #[serde(default)]
    pub etag: Option<String>,
}

/// What became of a change of an appointment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentDetail {
    /// The integration.
    pub integration: IntegrationId,
    /// Its provider.
    pub provider: ProviderSlug,
    /// The appointment.
    pub appointment: AppointmentId,
    /// The revision that was carried out, or given up.
    pub revision: u64,
    /// The newest version of `appointment.changed` that this revision knew of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment_version: Option<u64>,
    /// The appointment as the provider has it now; absent when it is cancelled or was not written.
    pub content: Option<Appointment>,
    /// Edits that lost against the other side's.
    pub overridden: Vec<Overridden>,
    /// Why it was given up: a fixed code.
    pub failure: Option<String>,
}

/// An event as consumers see its detail. Only its schema is used: the bus puts the head together itself.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Published<T> {
    /// What a repetition is recognised by: events are published at least once.
    #[schemars(with = "String", extend("format" = "uuid"))]
    id: Uuid,
    /// The account.
    account: AccountId,
    /// The version of what it is about; ignore one that is older than what is known. No order is promised.
    version: u64,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    #[serde(flatten)]
    detail: T,
}

/// A kind of event and its schema.
type Kind = (&'static str, fn() -> Schema);

/// An integration was created.
pub const CREATED: &str = "integration.created";
/// Something of an integration changed that a person can see.
pub const CHANGED: &str = "integration.changed";
/// An integration was deleted.
pub const DELETED: &str = "integration.deleted";
/// So many runs in a row failed that somebody should know.
pub const WARNING: &str = "integration.warning";
/// An integration does not work until somebody does something.
pub const ERROR: &str = "integration.error";
/// An integration was deactivated for a time after repeated failures.
pub const DEACTIVATED: &str = "integration.deactivated";
/// A deactivated integration works again.
pub const REACTIVATED: &str = "integration.reactivated";
/// The provider had stopped to tell of changes; they come with the schedule until it tells again.
pub const WEBHOOK_LOST: &str = "integration.webhook_lost";
/// The provider ends the access in a few days, unless the person connects again.
pub const ACCESS_ENDING: &str = "integration.access_ending";
/// Records changed.
pub const RECORDS: &str = "records.changed";
/// Somebody sent a form. The event's id is the same whatever way the lead is found, so that a repetition is recognised.
pub const LEAD_RECEIVED: &str = "lead.received";
/// The provider has a change of an appointment.
pub const APPOINTMENT_WRITTEN: &str = "appointment.written";
/// A change of an appointment was given up.
pub const APPOINTMENT_FAILED: &str = "appointment.failed";
/// Listened to: an appointment.
pub const APPOINTMENT: &str = "appointment.changed";
/// Listened to: the account's plan.
pub const SUBSCRIPTION: &str = "billing.subscription.changed";
/// Listened to: what the account sees.
pub const CONFIGURATION: &str = "account.configuration.changed";

/// Every kind of event with the schema of its detail: those that are published, then those that are listened to.
pub const ALL: [Kind; 16] = [
    (CREATED, published::<IntegrationDetail>),
    (CHANGED, published::<IntegrationDetail>),
    (DELETED, published::<IntegrationDetail>),
    (WARNING, published::<NoticeDetail>),
    (ERROR, published::<NoticeDetail>),
    (DEACTIVATED, published::<NoticeDetail>),
    (REACTIVATED, published::<NoticeDetail>),
    (WEBHOOK_LOST, published::<NoticeDetail>),
    (ACCESS_ENDING, published::<NoticeDetail>),
    (RECORDS, published::<RecordsDetail>),
    (LEAD_RECEIVED, published::<LeadDetail>),
    (APPOINTMENT_WRITTEN, published::<AppointmentDetail>),
    (APPOINTMENT_FAILED, published::<AppointmentDetail>),
    (APPOINTMENT, plain::<AppointmentChanged>),
    (SUBSCRIPTION, plain::<SubscriptionChanged>),
    (CONFIGURATION, plain::<ConfigurationChanged>),
];

fn published<T: Serialize + JsonSchema>() -> Schema {
    SchemaGenerator::default().into_root_schema_for::<Published<T>>()
}

fn plain<T: JsonSchema>() -> Schema {
    SchemaGenerator::default().into_root_schema_for::<T>()
}
