//! Appointments on their way to a provider: one item each, with what Aura wants, what both sides agreed on last, and
//! what was sent since.
//!
//! The item is the mapping of an appointment to its event as well, so it stays after it was carried out. Whoever changes
//! it reads it, decides on a copy, and writes the copy if `rev` is still the same.

use super::due::{self, Due, ItemName};
use super::expression::{Item, When, any, check, number, put};
use super::idempotency::Idempotency;
use super::integration::Integration;
use super::outbox::OutboxEntry;
use super::record::StoredRecord;
use super::table::{Page, Query, Range, StoreError, parse};
use super::{Store, history, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, TimeDelta, Utc};
use domain::appointment::{Appointment, AppointmentMark, Base, OccurrenceOf, Overridden};
use domain::history::HistoryLine;
use domain::ids::{AccountId, AppointmentId, DatasetId, ExternalId, IntegrationId, ProviderSlug, ResourceId};
use domain::record::CalendarEvent;
use serde::{Deserialize, Serialize};

/// How long a cancelled appointment is remembered, so that older news of it changes nothing.
const REMEMBERED: TimeDelta = TimeDelta::days(90);

/// Where a change of Aura stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteState {
    /// It is being carried out, or tried again.
    Pending,
    /// The provider has it.
    Written,
    /// It was given up; a new change of the appointment is tried anew.
    Failed,
}

/// What both sides agreed on last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreed {
    /// As Aura said it.
    pub said: Appointment,
    /// The provider's event since.
    pub event: CalendarEvent,
}

impl Agreed {
    /// The base of the next merge.
    pub fn base(&self) -> Base {
        let is = Appointment::of(&self.event).unwrap_or_else(|| self.said.clone());
        Base { said: self.said.clone(), is }
    }
}

/// A revision that was sent and may have arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// The revision.
    pub revision: u64,
    /// Its content; `None` for a cancellation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Appointment>,
}

impl Sent {
    /// How large its texts are.
    pub fn bytes(&self) -> usize {
        self.content.as_ref().map_or(0, Appointment::bytes)
    }
}

/// One appointment of Aura in a calendar of the provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppointmentWrite {
    /// Aura's own id.
    pub appointment: AppointmentId,
    /// The integration.
    pub id: IntegrationId,
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// The integration's dataset; with another provider account the appointment begins anew.
    pub dataset: DatasetId,
    /// Aura's revision: grows with each change that is accepted.
    pub revision: u64,
    /// The newest version that an event of the bus has brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// What Aura wants; `None`: the appointment is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Appointment>,
    /// What Aura had asked for, where a merge with the provider's side has made something else of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Appointment>,
    /// It is one occurrence of another appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence_of: Option<OccurrenceOf>,
    /// The calendar that it is in.
    pub calendar: ResourceId,
    /// The event's id, where it is known already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<ExternalId>,
    /// What both sides agreed on last; `None` while there is no event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
    /// What was sent since and may have arrived: a crash came before its outcome was stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<Sent>,
    /// Where it stands.
    pub state: WriteState,
    /// Why it failed, or why it is tried again: a fixed code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// What lost against the other side's edits when it was last carried out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<Overridden>,
    /// Tries of this revision that failed.
    #[serde(default)]
    pub attempts: u32,
    /// When it is tried next by itself.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// Grows with each worker that takes it: the outcome of an older one is not stored.
    #[serde(default)]
    pub fence: u64,
    /// Until when a worker has it.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<DateTime<Utc>>,
    /// When the provider last took a change.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub written_at: Option<DateTime<Utc>>,
    /// When Aura last changed it.
    #[serde(with = "ts_milliseconds")]
    pub changed_at: DateTime<Utc>,
    /// Grows with every write of the item.
    pub rev: u64,
}

impl AppointmentWrite {
    /// How an event says that it was written for this appointment.
    pub fn mark(&self) -> AppointmentMark {
        AppointmentMark { appointment: self.appointment.clone(), revision: self.revision, integration: self.id }
    }

    /// A worker has it.
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }

    /// Whether Aura has cancelled it, also if Aura wants it again by now: the cancellation may have arrived.
    pub fn was_cancelled(&self) -> bool {
        self.wanted.is_none() || self.sent.iter().any(|sent| sent.content.is_none())
    }

    /// Whether an event of it is there, or may be.
    pub fn may_exist(&self) -> bool {
        self.agreed.is_some() || !self.sent.is_empty() || self.state == WriteState::Pending
    }

    /// What both sides had when this revision of Aura was the last one that the event had seen.
    pub fn base_of(&self, revision: u64) -> Option<Base> {
        let sent = self.sent.iter().rev().find(|sent| sent.revision == revision);
        let content = sent.and_then(|sent| sent.content.clone());
        content.map(Base::same).or_else(|| self.agreed.as_ref().map(Agreed::base))
    }

    /// Whether this revision may be at the provider, and no cancellation of it was sent since: if it is cancelled there,
    /// somebody else did that.
    pub fn was_left_standing(&self, revision: u64) -> bool {
        let sent = |sent: &&Sent| sent.revision == revision && sent.content.is_some();
        let cancelled = |sent: &Sent| sent.revision > revision && sent.content.is_none();
        (self.agreed.is_some() || self.sent.iter().any(|one| sent(&one))) && !self.sent.iter().any(cancelled)
    }

    /// The item's name, as a message carries it.
    pub fn name(&self) -> ItemName {
        keys::appointment(self.id, &self.appointment).into()
    }

    fn to_item(&self) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(keys::appointment(self.id, &self.appointment).into_item());
        due::enter(&mut item, Due::Write, self.id, self.due_at);
        if self.wanted.is_none() && self.state == WriteState::Written {
            item.insert(keys::EXPIRES.into(), number((self.changed_at + REMEMBERED).timestamp()));
        }
        Ok(item)
    }
}

/// A change of an appointment's item, with all that becomes true with it.
#[derive(Debug)]
pub struct AppointmentChange<'a> {
    /// As it was read; `None` when there was none.
    pub seen: Option<&'a AppointmentWrite>,
    /// What it becomes.
    pub next: AppointmentWrite,
    /// The event as a record, where its calendar is read.
    pub record: Option<StoredRecord>,
    /// The integration's epoch that the record was decided in: another one may read other calendars.
    pub epoch: Option<u64>,
    /// Lines of the history.
    pub lines: Vec<HistoryLine>,
    /// Events of the bus.
    pub events: Vec<OutboxEntry>,
    /// The answer of the request that asked for it.
    pub idempotency: Option<Idempotency>,
}

impl<'a> AppointmentChange<'a> {
    /// From the item as it was read to what it becomes.
    pub fn new(seen: Option<&'a AppointmentWrite>, next: AppointmentWrite) -> Self {
        let next = AppointmentWrite { rev: seen.map_or(1, |seen| seen.rev + 1), ..next };
        Self { seen, next, record: None, epoch: None, lines: vec![], events: vec![], idempotency: None }
    }

    fn writes(&self, store: &Store) -> Result<Vec<TransactWriteItem>, StoreError> {
        let (table, next) = (store.table.name(), &self.next);
        let unchanged = match self.seen {
            Some(seen) => When::Equals("rev", number(seen.rev)),
            None => When::Absent(keys::PK),
        };
        // An integration that is gone gets no item back.
        let mut lives = vec![When::Equals("id", any(&next.id)?)];
        lives.extend(self.epoch.map(|epoch| When::Equals("epoch", number(epoch))));
        let mut writes = vec![
            put(table, next.to_item()?, Some(unchanged))?,
            check(table, keys::integration(&next.account, &next.provider), When::All(lives))?,
        ];
        if let Some(record) = &self.record {
            writes.push(record.write(table, next.dataset)?);
        }
        for line in &self.lines {
            writes.push(history::write(table, next.id, store.new_id(), store.now(), line)?);
        }
        for event in &self.events {
            writes.push(event.write(table)?);
        }
        if let Some(idempotency) = &self.idempotency {
            writes.push(idempotency.write(table)?);
        }
        Ok(writes)
    }
}

impl Store {
    /// Reads an appointment's item.
    pub async fn appointment(
        &self,
        integration: IntegrationId,
        appointment: &AppointmentId,
    ) -> Result<Option<AppointmentWrite>, StoreError> {
        self.table.get(keys::appointment(integration, appointment)).await
    }

    /// Reads the item that a message names.
    pub async fn named_appointment(&self, name: &ItemName) -> Result<Option<AppointmentWrite>, StoreError> {
        let key = name.key();
        if key.sk.starts_with(keys::APPOINTMENT) { self.table.get(key).await } else { Ok(None) }
    }

    /// A page of an integration's appointments.
    pub async fn appointments(
        &self,
        integration: IntegrationId,
        limit: usize,
        after: Option<String>,
    ) -> Result<Page<AppointmentWrite>, StoreError> {
        let range = Range::Prefix(keys::APPOINTMENT.into());
        let query =
            Query { limit: Some(limit as i32), after, ..Query::of(keys::integration_partition(integration), range) };
        let page = self.table.query(query).await?;
        Ok(Page { items: page.items.into_iter().map(parse).collect::<Result<_, _>>()?, next: page.next })
    }

    /// Commits a change of an appointment; [`StoreError::Conflict`] when somebody was faster or the integration is gone.
    pub async fn commit_appointment(&self, change: &AppointmentChange<'_>) -> Result<(), StoreError> {
        self.table.transact(change.writes(self)?).await
    }

    /// One record whole.
    pub async fn record(
        &self,
        integration: &Integration,
        resource: &ResourceId,
        id: &ExternalId,
    ) -> Result<Option<StoredRecord>, StoreError> {
        self.table.get(keys::record(integration.dataset, resource, id)).await
    }
}
