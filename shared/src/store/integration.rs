//! The integration item: what a person configured, where it stands, and the sync lease with its fence.

use super::channel::Watch;
use super::checkup::Checkup;
use super::due::{self, Due};
use super::expression::{Item, Update, When, any, number, put};
use super::idempotency::Idempotency;
use super::outbox::OutboxEntry;
use super::table::StoreError;
use super::{Account, Store, history, keys};
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, Utc};
use domain::failure::FailureClass;
use domain::history::HistoryLine;
use domain::ids::{
    AccountId, DatasetId, ExternalId, GrantId, IntegrationId, ProviderAccountId, ProviderSlug, ResourceId, RunId,
};
use domain::lead::mapping::FormMapping;
use domain::lifecycle::{ErrorReason, State, Status};
use domain::policy::Counters;
use domain::run::{Counts, Trigger};
use providers::Explanation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One integration of an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Integration {
    /// Never used again, though the provider may be.
    pub id: IntegrationId,
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// Where it stands.
    pub status: Status,
    /// Why, in Error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ErrorReason>,
    /// Since when and what is tried next, in Error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorNote>,
    /// What a person chose.
    pub settings: Settings,
    /// Who was connected; stays after a disconnect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected: Option<Connected>,
    /// When the provider takes the access away, unless the person connects again; where it says so.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub access_ends_at: Option<DateTime<Utc>>,
    /// The last leads that were asked for as a test: not every provider marks them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub test_leads: Vec<ExternalId>,
    /// That end of the access of which a person was told.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub ending_told: Option<DateTime<Utc>>,
    /// The grant in use; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// Where its records are.
    pub dataset: DatasetId,
    /// Grows with each change of lifecycle or resources: a worker of an older one changes nothing.
    pub epoch: u64,
    /// Grows with each change that a person or a consumer of events can see.
    pub version: u64,
    /// Failed runs in a row that count.
    #[serde(default)]
    pub failures: u32,
    /// Failed runs in a row of any class, for the backoff.
    #[serde(default)]
    pub attempts: u32,
    /// The last success, connect, resume or reactivation: from here the time without a success is counted.
    #[serde(with = "ts_milliseconds")]
    pub settled_at: DateTime<Utc>,
    /// A notice of its failures went out since then.
    #[serde(default)]
    pub warned: bool,
    /// The last failed run met an incident of the provider: it did not count.
    #[serde(default)]
    pub frozen: bool,
    /// The last window of the provider's health in which its failure was counted.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub failing_window: Option<DateTime<Utc>>,
    /// No call of the provider before this instant: it asked to wait.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<DateTime<Utc>>,
    /// How often a person disconnected it: a flow that began before a disconnect connects nothing after it.
    #[serde(default)]
    pub disconnects: u64,
    /// When another provider account took the former one's place.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub replaced_at: Option<DateTime<Utc>>,
    /// Runs in a row that the provider's rate limit ended.
    #[serde(default)]
    pub rate_limited: u32,
    /// The last failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<Failure>,
    /// When the last run succeeded.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<DateTime<Utc>>,
    /// Grows each time the sync lease is taken or ended by somebody else.
    pub sync_fence: u64,
    /// Until when the holder of the sync lease may write.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<DateTime<Utc>>,
    /// Grows with every write of the item: whoever writes it whole must have read the latest.
    #[serde(default)]
    pub rev: u64,
    /// How often a sync was asked for.
    #[serde(default)]
    pub requested: u64,
    /// How many of those askings the last started run has taken up. A counter, not a time: clocks differ.
    #[serde(default)]
    pub served: u64,
    /// The run that is under way or asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<OpenRun>,
    /// How far the open run is.
    #[serde(default)]
    pub progress: Progress,
    /// What the provider tells changes of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watches: Vec<Watch>,
    /// When a sync is due; the truth behind the index.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// When it was created.
    #[serde(with = "ts_milliseconds")]
    pub created_at: DateTime<Utc>,
    /// When a person would last have seen it change.
    #[serde(with = "ts_milliseconds")]
    pub updated_at: DateTime<Utc>,
}

/// Since when an integration is in Error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorNote {
    /// Since when.
    #[serde(with = "ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// When it is tried again by itself.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<DateTime<Utc>>,
}

impl ErrorNote {
    /// What the customer can do: once the daily attempts are over, only a person can try.
    pub fn remedy(&self, reason: ErrorReason) -> &'static str {
        if self.next_try_at.is_some() { reason.remedy() } else { reason.remedy_by_hand() }
    }
}

/// What a person chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The resources that are read.
    #[serde(default)]
    pub resources: Vec<ResourceId>,
    /// The resource that is written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_resource: Option<ResourceId>,
    /// What becomes of the answers of each chosen form.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub forms: BTreeMap<ResourceId, FormMapping>,
    /// Forms whose leads from before this instant are left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub leads_since: BTreeMap<ResourceId, DateTime<Utc>>,
    /// Minutes between two scheduled syncs.
    pub interval_minutes: u32,
    /// The shortest interval that the account's plan allows, in minutes. What a person chose stays, for a larger plan.
    #[serde(default)]
    pub shortest_interval: u32,
}

impl Settings {
    /// The same without what was chosen at the provider.
    pub fn without_choice(&self) -> Self {
        Self {
            resources: vec![],
            write_resource: None,
            forms: BTreeMap::new(),
            leads_since: BTreeMap::new(),
            ..self.clone()
        }
    }

    /// Minutes between two scheduled syncs, as they are in force.
    pub fn interval_in_force(&self) -> u32 {
        self.interval_minutes.max(self.shortest_interval)
    }
}

/// Who was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connected {
    /// The provider's stable id.
    pub id: ProviderAccountId,
    /// What a person recognises it by.
    pub label: String,
    /// When they consented last.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// A failure as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The class.
    pub class: FailureClass,
    /// The provider's code or ours.
    pub code: String,
    /// The provider's own words about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// A run that has not ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenRun {
    /// Its id.
    pub id: RunId,
    /// Why it was started.
    pub trigger: Trigger,
    /// When it was asked for or started.
    #[serde(with = "ts_milliseconds")]
    pub started_at: DateTime<Utc>,
    /// A worker has begun it.
    #[serde(default)]
    pub begun: bool,
}

/// How far the open run is. Its worker writes it with each chunk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// It reads a resource in full.
    #[serde(default)]
    pub full: bool,
    /// What it did so far.
    #[serde(default)]
    pub counts: Counts,
    /// Resources that are done.
    #[serde(default)]
    pub done: Vec<ResourceId>,
}

impl Integration {
    /// Status and reason.
    pub fn state(&self) -> State {
        State::restore(self.status, self.reason)
    }

    /// Connected, and no required setting is missing.
    pub fn is_complete(&self) -> bool {
        self.grant.is_some() && !self.settings.resources.is_empty()
    }

    /// A worker holds the sync lease.
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }

    /// This instant, or later if the provider asked to wait.
    pub fn not_before_retry(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.retry_at.map_or(at, |retry_at| retry_at.max(at))
    }

    /// A run was asked for that no started run has taken up.
    pub fn has_request(&self) -> bool {
        self.requested > self.served
    }

    /// What the failure policy decides by.
    pub fn counters(&self) -> Counters {
        Counters {
            failures: self.failures,
            attempts: self.attempts,
            rate_limited: self.rate_limited,
            settled_at: self.settled_at,
        }
    }

    /// Takes over what the failure policy has counted.
    pub fn count(&mut self, counters: Counters) {
        self.failures = counters.failures;
        self.attempts = counters.attempts;
        self.rate_limited = counters.rate_limited;
        self.settled_at = counters.settled_at;
    }

    /// What is due at `due_at`: a sync, or the daily attempt of a deactivated integration.
    fn due_kind(&self) -> Due {
        if self.reason == Some(ErrorReason::RepeatedFailures) { Due::Probe } else { Due::Sync }
    }

    /// Scheduled work may be done for it now.
    pub fn is_scheduled(&self) -> bool {
        self.status.is_scheduled() || self.is_deactivated()
    }

    /// The failure policy deactivated it for a time.
    pub fn is_deactivated(&self) -> bool {
        self.status == Status::Error && self.reason == Some(ErrorReason::RepeatedFailures)
    }

    /// The item with its index entry, for putting it whole.
    pub(super) fn to_item(&self) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(keys::integration(&self.account, &self.provider).into_item());
        due::enter(&mut item, self.due_kind(), self.id, self.due_at);
        Ok(item)
    }

    /// Holds while nobody else has written the item, and it is still the same integration.
    pub(super) fn unchanged(&self) -> Result<When, StoreError> {
        Ok(When::All(vec![When::Equals("id", any(&self.id)?), When::Equals("rev", number(self.rev))]))
    }
}

/// Why an integration was not created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCreated {
    /// The account has one of this provider.
    Exists,
    /// The plan's limit is reached, or what was read of the account is no longer true.
    Limit,
    /// The same idempotency key was used at the same moment.
    Repeated,
}

impl Store {
    /// Reads an integration.
    pub async fn integration(
        &self,
        account: &AccountId,
        provider: &ProviderSlug,
    ) -> Result<Option<Integration>, StoreError> {
        self.table.get(keys::integration(account, provider)).await
    }

    /// Creates an integration in one transaction: the key itself allows one per provider, the count stays
    /// within the limit under any concurrency, and what is known of the account is still `account`.
    pub async fn create(
        &self,
        new: &Integration,
        account: &Account,
        line: &HistoryLine,
        event: &OutboxEntry,
        idempotency: Option<&Idempotency>,
    ) -> Result<Result<(), NotCreated>, StoreError> {
        let table = self.table.name();
        let mut writes = vec![
            put(table, new.to_item()?, Some(When::Absent(keys::PK)))?,
            Update::of(keys::account(&new.account)).add("count", 1).when(account.still_has_room()).into_write(table)?,
            history::write(table, new.id, self.new_id(), self.now(), line)?,
            event.write(table)?,
            Checkup::regular(new, self.now()).write(table)?,
        ];
        if let Some(idempotency) = idempotency {
            writes.push(idempotency.write(table)?);
        }
        match self.table.transact(writes).await {
            Ok(()) => Ok(Ok(())),
            Err(StoreError::Conflict(conflict)) if conflict.at(5) => Ok(Err(NotCreated::Repeated)),
            Err(StoreError::Conflict(conflict)) if conflict.at(0) => Ok(Err(NotCreated::Exists)),
            Err(StoreError::Conflict(_)) => Ok(Err(NotCreated::Limit)),
            Err(error) => Err(error),
        }
    }
}
