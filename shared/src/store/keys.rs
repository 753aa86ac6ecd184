//! The only place that spells a key (`docs/ARCHITECTURE.md`, "Keys").

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{
    AccountId, AppointmentId, DatasetId, ExternalId, IntegrationId, ProviderAccountId, ProviderSlug, ResourceId, RunId,
};
use domain::lead::Owner;
use domain::schedule;
use std::collections::HashMap;
use uuid::Uuid;

use crate::digest::sha256_hex;

/// Primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(crate) fn into_item(self) -> HashMap<String, AttributeValue> {
        HashMap::from([(PK.to_owned(), AttributeValue::S(self.pk)), (SK.to_owned(), AttributeValue::S(self.sk))])
    }
}

/// Partition key attribute.
pub(crate) const PK: &str = "PK";
/// Sort key attribute.
pub(crate) const SK: &str = "SK";
/// TTL attribute, in seconds.
pub(crate) const EXPIRES: &str = "expires_at";

/// Index of what is due.
pub(crate) const DUE: Index = Index { name: "due", pk: "due_pk", sk: "due_sk" };
/// Index of records by change time.
pub(crate) const CHANGED: Index = Index { name: "changed", pk: "changed_pk", sk: "changed_sk" };
/// Index of calendar records by time.
pub(crate) const AGENDA: Index = Index { name: "agenda", pk: "agenda_pk", sk: "agenda_sk" };

/// A global secondary index.
pub(crate) struct Index {
    pub(crate) name: &'static str,
    pub(crate) pk: &'static str,
    pub(crate) sk: &'static str,
}

/// Sort key prefix of integrations.
pub(crate) const INTEGRATION: &str = "INTEGRATION#";
/// Sort key prefix of resources.
pub(crate) const RESOURCE: &str = "RESOURCE#";
/// Sort key prefix of appointments.
pub(crate) const APPOINTMENT: &str = "WRITE#";
/// Sort key prefix of runs.
pub(crate) const RUN: &str = "RUN#";
/// Sort key prefix of history lines.
pub(crate) const HISTORY: &str = "HISTORY#";
/// Sort key of the account's own item.
pub(crate) const META: &str = "META";

pub(crate) fn account_partition(account: &AccountId) -> String {
    format!("{ACCOUNT}{account}")
}

pub(crate) fn account(account: &AccountId) -> Key {
    Key::new(account_partition(account), META)
}

pub(crate) fn integration(account: &AccountId, provider: &ProviderSlug) -> Key {
    Key::new(account_partition(account), format!("{INTEGRATION}{provider}"))
}

pub(crate) fn integration_partition(id: IntegrationId) -> String {
    format!("INTEGRATION#{id}")
}

pub(crate) fn credential(id: IntegrationId) -> Key {
    Key::new(integration_partition(id), "CREDENTIAL")
}

pub(crate) fn resource(id: IntegrationId, resource: &ResourceId) -> Key {
    Key::new(integration_partition(id), format!("{RESOURCE}{}", resource_hash(resource)))
}

pub(crate) fn run(id: IntegrationId, run: RunId) -> Key {
    Key::new(integration_partition(id), format!("{RUN}{run}"))
}

pub(crate) fn history(id: IntegrationId, line: Uuid) -> Key {
    Key::new(integration_partition(id), format!("{HISTORY}{line}"))
}

/// An appointment in the provider's calendar, and what is still to be written of it.
pub(crate) fn appointment(id: IntegrationId, appointment: &AppointmentId) -> Key {
    Key::new(integration_partition(id), format!("{APPOINTMENT}{appointment}"))
}

/// How many leads of a form came in which way.
pub(crate) fn lead_figures(id: IntegrationId, dataset: DatasetId, form: &ResourceId) -> Key {
    Key::new(integration_partition(id), format!("{}{}", lead_figures_prefix(dataset), resource_hash(form)))
}

/// Sort key prefix of the figures of forms.
pub(crate) fn lead_figures_prefix(dataset: DatasetId) -> String {
    format!("LEADS#{dataset}#")
}

/// A lead that could not be read.
pub(crate) fn unread(id: IntegrationId, dataset: DatasetId, name: &str) -> Key {
    Key::new(integration_partition(id), format!("{}{name}", unread_prefix(dataset)))
}

/// Sort key prefix of leads that could not be read.
pub(crate) fn unread_prefix(dataset: DatasetId) -> String {
    format!("UNREAD#{dataset}#")
}

/// Partition of what a provider told and nobody could read.
pub(crate) fn unowned_partition(provider: &ProviderSlug) -> String {
    format!("UNOWNED#{provider}")
}

pub(crate) fn unowned(provider: &ProviderSlug, name: &str) -> Key {
    Key::new(unowned_partition(provider), name)
}

/// That a lead was delivered before; `mark` is a keyed hash.
pub(crate) fn seen(mark: &str) -> Key {
    Key::new(format!("SEEN#{mark}"), "SEEN")
}

/// When the integration is looked at next, whatever it does by itself.
pub(crate) fn checkup(id: IntegrationId) -> Key {
    Key::new(integration_partition(id), "CHECKUP")
}

pub(crate) fn records_partition(dataset: DatasetId) -> String {
    format!("RECORDS#{dataset}")
}

pub(crate) fn record(dataset: DatasetId, resource: &ResourceId, id: &ExternalId) -> Key {
    Key::new(records_partition(dataset), format!("{}{}", resource_prefix(resource), record_name(id)))
}

/// Sort key prefix of one resource's records.
pub(crate) fn resource_prefix(resource: &ResourceId) -> String {
    format!("{}#", resource_hash(resource))
}

/// A sort key has at most 1,024 bytes and indexes put up to 60 before it: longer ids are hashed.
fn record_name(id: &ExternalId) -> String {
    if id.as_str().len() <= 900 {
        id.as_str().to_owned()
    } else {
        format!("sha256:{}", sha256_hex(id.as_str().as_bytes()))
    }
}

fn resource_hash(resource: &ResourceId) -> String {
    sha256_hex(resource.as_str().as_bytes())[..32].to_owned()
}

/// What is left to destroy; `thing` is a grant, a dataset or `none`.
pub(crate) fn cleanup(id: IntegrationId, thing: &str) -> Key {
    Key::new(format!("CLEANUP#{id}"), thing)
}

pub(crate) fn flow(state_hash: &str) -> Key {
    Key::new(format!("{FLOW}{state_hash}"), "FLOW")
}

const FLOW: &str = "FLOW#";

/// Whether an item is a flow.
pub(crate) fn is_flow(key: &Key) -> bool {
    key.pk.starts_with(FLOW)
}

/// Whether a text can be the name of a flow: a SHA-256 in hexadecimal.
pub(crate) fn is_flow_name(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Partition of everybody who uses a provider's account.
pub(crate) fn external_account_partition(provider: &ProviderSlug, id: &ProviderAccountId) -> String {
    format!("EXTERNAL#{provider}#account#{id}")
}

pub(crate) fn external_account(provider: &ProviderSlug, id: &ProviderAccountId, account: &AccountId) -> Key {
    Key::new(external_account_partition(provider, id), account_partition(account))
}

/// That an account has data of a provider's account, connected or not.
pub(crate) fn external_holder(provider: &ProviderSlug, id: &ProviderAccountId, account: &AccountId) -> Key {
    Key::new(external_account_partition(provider, id), format!("{HOLDER}{account}"))
}

/// Sort key prefix of the accounts that have data of a provider's account.
pub(crate) const HOLDER: &str = "HOLDER#";

fn withdrawal_partition(code: &str) -> String {
    format!("{WITHDRAWAL}{code}")
}

const WITHDRAWAL: &str = "WITHDRAWAL#";

/// What a person took back at a provider, under the code by which they can ask how far that is.
pub(crate) fn withdrawal(code: &str) -> Key {
    Key::new(withdrawal_partition(code), META)
}

/// What is left of it to do for one account's integration.
pub(crate) fn withdrawal_part(code: &str, account: &AccountId, provider: &ProviderSlug) -> Key {
    Key::new(withdrawal_partition(code), format!("{}#{provider}", account_partition(account)))
}

/// Whether an item is such a part.
pub(crate) fn is_withdrawal(key: &Key) -> bool {
    key.pk.starts_with(WITHDRAWAL)
}

/// Partition of everybody who gets an owner's leads.
pub(crate) fn external_owner_partition(provider: &ProviderSlug, owner: &Owner) -> String {
    format!("EXTERNAL#{provider}#{}#{}", owner.kind(), owner.id())
}

pub(crate) fn external_owner(provider: &ProviderSlug, owner: &Owner, account: &AccountId) -> Key {
    Key::new(external_owner_partition(provider, owner), account_partition(account))
}

/// Sort key prefix of the accounts in such a partition.
pub(crate) const ACCOUNT: &str = "ACCOUNT#";

pub(crate) fn revoking(provider: &ProviderSlug, id: &ProviderAccountId) -> Key {
    Key::new(external_account_partition(provider, id), "REVOKING")
}

/// A subscription to a provider's notifications.
pub(crate) fn channel(provider: &ProviderSlug, channel: &str) -> Key {
    Key::new(format!("EXTERNAL#{provider}#channel#{channel}"), "CHANNEL")
}

pub(crate) fn idempotency(account: &AccountId, hash: &str) -> Key {
    Key::new(format!("IDEMPOTENCY#{account}#{hash}"), "IDEMPOTENCY")
}

/// Partition of what is known of a provider over all accounts.
pub(crate) fn provider_partition(provider: &ProviderSlug) -> String {
    format!("PROVIDER#{provider}")
}

/// How the provider does.
pub(crate) fn health(provider: &ProviderSlug) -> Key {
    Key::new(provider_partition(provider), "HEALTH")
}

/// How many integrations were deactivated in the present hour.
pub(crate) fn deactivations(provider: &ProviderSlug) -> Key {
    Key::new(provider_partition(provider), "DEACTIVATIONS")
}

/// The runs of one short window.
pub(crate) fn window(provider: &ProviderSlug, start: DateTime<Utc>) -> Key {
    Key::new(provider_partition(provider), window_sort(start))
}

/// Sort key of a window.
pub(crate) fn window_sort(start: DateTime<Utc>) -> String {
    format!("WINDOW#{}", sortable(start))
}

/// Shards of the outbox.
pub(crate) const OUTBOX_SHARDS: u64 = 8;

pub(crate) fn outbox_partition(shard: u64) -> String {
    format!("OUTBOX#{shard}")
}

pub(crate) fn outbox(entry: Uuid) -> Key {
    let shard = u64::from(entry.as_bytes()[15]) % OUTBOX_SHARDS;
    Key::new(outbox_partition(shard), entry.to_string())
}

/// Where an entry goes that the bus refused for the last time: nobody reads it again by itself.
pub(crate) fn parked(entry: Uuid) -> Key {
    Key::new("OUTBOX#parked", entry.to_string())
}

/// A millisecond instant in the fixed width by which texts sort as time does.
pub(crate) fn sortable(at: DateTime<Utc>) -> String {
    format!("{:015}", at.timestamp_millis().max(0))
}

/// The instant of a text that begins with a [`sortable`] one.
pub(crate) fn sorted_at(text: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(text.get(..15)?.parse().ok()?)
}

/// Partition of the due index for one kind of work.
pub(crate) fn due_partition(kind: &str, shard: u64) -> String {
    format!("DUE#{kind}#{shard}")
}

pub(crate) fn due_shard(kind: &str, id: IntegrationId) -> String {
    due_partition(kind, schedule::shard(id))
}

pub(crate) fn due_sort(at: DateTime<Utc>, id: IntegrationId) -> String {
    format!("{}#{id}", sortable(at))
}

/// Partition of the `changed` index.
pub(crate) fn changed_partition(dataset: DatasetId) -> String {
    format!("CHANGED#{dataset}")
}

pub(crate) fn changed_sort(at: DateTime<Utc>, record: &Key) -> String {
    format!("{}#{}", sortable(at), record.sk)
}

/// Partition of the `agenda` index.
pub(crate) fn agenda_partition(dataset: DatasetId) -> String {
    format!("AGENDA#{dataset}")
}

/// The parts of the agenda; see `domain::occurrences::AgendaSlot`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Agenda {
    Single,
    Long,
    Series,
    Exception,
}

impl Agenda {
    fn prefix(self) -> &'static str {
        match self {
            Self::Single => "single#",
            Self::Long => "long#",
            Self::Series => "series#",
            Self::Exception => "exception#",
        }
    }

    /// Sort key of an entry at this instant; `None` sorts after every instant.
    pub(crate) fn sort(self, at: Option<DateTime<Utc>>, record: &Key) -> String {
        format!("{}{}#{}", self.prefix(), at.map_or_else(|| "9".repeat(15), sortable), record.sk)
    }

    /// Bounds of the range from `from` on, up to and including `to` where there is one.
    pub(crate) fn range(self, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> (String, String) {
        let end = to.map_or_else(|| "~".to_owned(), |to| sortable(to + TimeDelta::milliseconds(1)));
        (format!("{}{}", self.prefix(), sortable(from)), format!("{}{end}", self.prefix()))
    }
}
