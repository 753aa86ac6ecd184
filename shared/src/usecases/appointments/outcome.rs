//! What becomes of an appointment's item by the dialogue's outcome.

use super::dialogue::Told;
use crate::api::events::{self, AppointmentDetail, RecordChange, RecordsDetail};
use crate::store::{
    Agreed, AppointmentChange, AppointmentWrite, Integration, OutboxEntry, Store, StoreError, StoredRecord, WriteState,
};
use crate::usecases::access::AccessError;
use crate::usecases::draft::event;
use chrono::{DateTime, TimeDelta, Utc};
use domain::appointment::{Appointment, Overridden};
use domain::failure::FailureClass;
use domain::history::{Actor, HistoryEvent, HistoryLine};
use domain::ids::ExternalId;
use domain::policy::{self, Policy};
use domain::record::{CalendarEvent, EventStatus, Record};
use providers::PushError;

/// The account may not write to the calendar.
pub(super) const READ_ONLY: &str = "calendar_read_only";
/// There is no such calendar any more.
pub(super) const CALENDAR_GONE: &str = "calendar_gone";
/// The event was deleted at the provider.
pub(super) const EVENT_GONE: &str = "event_deleted";
/// The provider does not accept the content.
pub(super) const REJECTED: &str = "rejected";
/// The integration was disconnected meanwhile.
pub(super) const NOT_CONNECTED: &str = "not_connected";
/// The integration has another provider account.
pub(super) const OTHER_ACCOUNT: &str = "other_account";
/// It was tried for a week.
pub(super) const GAVE_UP: &str = "gave_up";

/// So long a change is tried.
const PATIENCE: TimeDelta = TimeDelta::days(7);

/// Why a try ended without the provider having the change.
#[derive(Debug)]
pub(super) enum Stop {
    /// It can never be written: the product's code, and the provider's for the log.
    Never(&'static str, Option<String>),
    /// It is tried again; `after`: not before this instant.
    Again { code: String, after: Option<DateTime<Utc>> },
}

impl Stop {
    /// What to write into the log: the provider's code where there is one.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Never(code, said) => said.as_deref().unwrap_or(code),
            Self::Again { code, .. } => code,
        }
    }

    /// The stop that a failed dialogue leads to.
    pub(super) fn of(error: PushError, now: DateTime<Utc>) -> Self {
        let error = match error {
            PushError::ReadOnly => return Self::Never(READ_ONLY, None),
            PushError::Gone => return Self::Never(CALENDAR_GONE, None),
            PushError::Exists | PushError::Changed => return Self::Again { code: "contended".into(), after: None },
            PushError::Failed(error) => error,
        };
        match error.class {
            FailureClass::PermanentRecord | FailureClass::OurBug => Self::Never(REJECTED, Some(error.code)),
            FailureClass::ResourceNotFound => Self::Never(CALENDAR_GONE, Some(error.code)),
            FailureClass::PermanentConfiguration => Self::Never(READ_ONLY, Some(error.code)),
            _ => Self::Again { code: error.code.clone(), after: error.retry_after.map(|wait| now + wait) },
        }
    }

    /// The stop when there is no access.
    pub(super) fn without_access(error: &AccessError, now: DateTime<Utc>) -> Self {
        let (code, after) = match error {
            AccessError::Suspected { until } => ("suspected".to_owned(), Some(*until)),
            AccessError::Provider(error) => (error.code.clone(), error.retry_after.map(|wait| now + wait)),
            AccessError::Dead | AccessError::NotConnected => ("error".to_owned(), None),
            _ => ("our_outage".to_owned(), None),
        };
        Self::Again { code, after }
    }
}

/// Decides what an item becomes.
pub(super) struct Outcome<'a> {
    pub(super) store: &'a Store,
    pub(super) policy: &'a Policy,
    pub(super) integration: &'a Integration,
}

impl Outcome<'_> {
    /// The provider has what was wanted of `carried`; the item may want something newer by now.
    pub(super) async fn told<'a>(
        &self,
        now: &'a AppointmentWrite,
        carried: &AppointmentWrite,
        told: &Told,
    ) -> Result<AppointmentChange<'a>, StoreError> {
        let mut next = released(now);
        next.sent.clear();
        let mut change = match told {
            Told::Event { event, overridden, foreign } => {
                let asked = carried.asked.clone().or_else(|| carried.wanted.clone());
                let said = asked.or_else(|| Appointment::of(event));
                next.agreed = said.map(|said| Agreed { said, event: (**event).clone() });
                next.event = Some(event.id.clone());
                next.written_at = Some(self.store.now());
                let mut change = self.finished(now, next, carried, overridden, None);
                self.keep_record(&mut change, event, *foreign).await?;
                change
            }
            Told::Merged { current, content, said, overridden } => {
                let said = said.as_deref().cloned().or_else(|| Appointment::of(current));
                return self.merged(now, next, carried, (current, content, said, overridden)).await;
            }
            Told::Located(event) => return self.located(now, next, event).await,
            Told::Removed(gone) => {
                next.agreed = None;
                next.written_at = Some(self.store.now());
                let mut change = self.finished(now, next, carried, &[], None);
                if let Some(gone) = gone {
                    self.drop_record(&mut change, gone, false).await?;
                }
                change
            }
            Told::Deleted(gone) => {
                next.agreed = None;
                let mut change = self.finished(now, next, carried, &[], Some(EVENT_GONE));
                // A full pull's sweep has spared it, because it was still to be written.
                let foreign = !self.went_with_its_series(carried).await?;
                self.drop_record(&mut change, gone, foreign).await?;
                change
            }
            // Nothing was sent that is still there: the next change may go to another calendar.
            Told::Refused(code) => self.finished(now, next, carried, &[], Some(code)),
        };
        if let Told::Event { overridden, .. } = told {
            tell_overridden(&mut change, overridden);
        }
        Ok(change)
    }

    /// Aura wants what both edits have become, and the provider's side is known from now on. Whatever was sent before is
    /// part of what was read. What Aura wants since is merged when its turn comes.
    async fn merged<'a>(
        &self,
        now: &'a AppointmentWrite,
        mut next: AppointmentWrite,
        carried: &AppointmentWrite,
        (current, content, said, overridden): (&CalendarEvent, &Appointment, Option<Appointment>, &[Overridden]),
    ) -> Result<AppointmentChange<'a>, StoreError> {
        next.due_at = Some(self.store.now());
        if next.revision != carried.revision {
            next.sent.clone_from(&now.sent);
            return Ok(AppointmentChange::new(Some(now), next));
        }
        next.asked = next.asked.take().or_else(|| next.wanted.clone());
        next.wanted = Some(content.clone());
        // A newer wish of Aura is compared with what Aura said before: it does not know the provider's side yet.
        next.agreed = said.map(|said| Agreed { said, event: current.clone() });
        next.event = Some(current.id.clone());
        next.overridden.extend_from_slice(overridden);
        let mut change = AppointmentChange::new(Some(now), next);
        self.keep_record(&mut change, current, true).await?;
        tell_overridden(&mut change, overridden);
        Ok(change)
    }

    /// Which event it is will be known, whoever sees first that it is gone.
    async fn located<'a>(
        &self,
        now: &'a AppointmentWrite,
        mut next: AppointmentWrite,
        event: &CalendarEvent,
    ) -> Result<AppointmentChange<'a>, StoreError> {
        next.sent.clone_from(&now.sent);
        next.due_at = Some(self.store.now());
        next.event = Some(event.id.clone());
        let mut change = AppointmentChange::new(Some(now), next);
        self.keep_record(&mut change, event, false).await?;
        Ok(change)
    }

    /// The try ended without the provider having it.
    pub(super) fn stopped<'a>(
        &self,
        now: &'a AppointmentWrite,
        carried: &AppointmentWrite,
        stop: &Stop,
    ) -> AppointmentChange<'a> {
        let mut next = released(now);
        match stop {
            Stop::Never(code, _) => self.finished(now, next, carried, &[], Some(code)),
            Stop::Again { .. } if self.store.now() - carried.changed_at > PATIENCE => {
                self.finished(now, next, carried, &[], Some(GAVE_UP))
            }
            Stop::Again { code, after } => {
                let newer = next.revision != carried.revision;
                next.attempts = if newer { 0 } else { next.attempts + 1 };
                next.failure = Some(code.clone());
                let wait = policy::backoff(self.policy, next.attempts.max(1), self.store.jitter());
                let due = self.store.now() + if newer { TimeDelta::zero() } else { wait };
                next.due_at = Some(after.map_or(due, |after| due.max(after)));
                AppointmentChange::new(Some(now), next)
            }
        }
    }

    /// What was carried is over; what is wanted since is still to be done.
    fn finished<'a>(
        &self,
        now: &'a AppointmentWrite,
        mut next: AppointmentWrite,
        carried: &AppointmentWrite,
        overridden: &[Overridden],
        failure: Option<&'static str>,
    ) -> AppointmentChange<'a> {
        let newest = next.revision == carried.revision;
        next.attempts = 0;
        next.overridden.extend_from_slice(overridden);
        if newest {
            next.state = if failure.is_some() { WriteState::Failed } else { WriteState::Written };
            next.failure = failure.map(str::to_owned);
            next.due_at = None;
        } else {
            next.due_at = Some(self.store.now());
        }
        let told = self.event(&next, carried, failure);
        let mut change = AppointmentChange::new(Some(now), next);
        change.events.push(told);
        if let Some(code) = failure {
            let event = HistoryEvent::WriteFailed { appointment: carried.appointment.clone(), code: code.to_owned() };
            change.lines.push(HistoryLine { actor: Actor::Provider, event });
        }
        change
    }

    fn event(&self, next: &AppointmentWrite, carried: &AppointmentWrite, failure: Option<&'static str>) -> OutboxEntry {
        let content = next.agreed.as_ref().and_then(|agreed| Appointment::of(&agreed.event));
        let detail = AppointmentDetail {
            integration: next.id,
            provider: next.provider.clone(),
            appointment: next.appointment.clone(),
            revision: carried.revision,
            appointment_version: carried.version,
            content: content.filter(|_| failure.is_none()),
            overridden: next.overridden.clone(),
            failure: failure.map(str::to_owned),
        };
        let kind = if failure.is_some() { events::APPOINTMENT_FAILED } else { events::APPOINTMENT_WRITTEN };
        OutboxEntry::new(event(self.store, kind, self.integration, &detail))
    }

    /// The event is a record like any other, where its calendar is read; the next pull finds it unchanged. Only what it
    /// brings from the provider's side is told.
    async fn keep_record(
        &self,
        change: &mut AppointmentChange<'_>,
        event: &CalendarEvent,
        foreign: bool,
    ) -> Result<(), StoreError> {
        let body = serde_json::to_string(&Record::CalendarEvent(event.clone())).map_err(StoreError::encoding)?;
        let Some(known) = self.known(change, &event.id).await? else { return Ok(()) };
        let hash = StoredRecord::digest(&body);
        if known.body.is_some() && known.hash == hash {
            return Ok(());
        }
        let record = StoredRecord {
            hash,
            version: known.version + 1,
            deleted: false,
            changed_at: self.store.now(),
            body: Some(body),
            ..known
        };
        if foreign {
            self.tell_record(change, &record, "updated");
        }
        self.with_record(change, record);
        Ok(())
    }

    /// It is stored only while the integration still reads what it read when this was decided.
    fn with_record(&self, change: &mut AppointmentChange<'_>, record: StoredRecord) {
        change.record = Some(record);
        change.epoch = Some(self.integration.epoch);
    }

    /// Whether it is an occurrence of a series that Aura has cancelled.
    async fn went_with_its_series(&self, item: &AppointmentWrite) -> Result<bool, StoreError> {
        let Some(of) = &item.occurrence_of else { return Ok(false) };
        let series = self.store.appointment(item.id, &of.series).await?;
        Ok(series.is_some_and(|series| series.was_cancelled()))
    }

    async fn drop_record(
        &self,
        change: &mut AppointmentChange<'_>,
        event: &ExternalId,
        foreign: bool,
    ) -> Result<(), StoreError> {
        let Some(known) = self.known(change, event).await?.filter(|known| known.body.is_some()) else { return Ok(()) };
        // An occurrence that is cancelled is an exception of its series: without it, the series would have it again.
        let exception = match known.record()?.filter(|_| change.next.occurrence_of.is_some()) {
            Some(Record::CalendarEvent(event)) if event.exception_of.is_some() => {
                let cancelled = CalendarEvent { status: EventStatus::Cancelled, ..event };
                Some(serde_json::to_string(&Record::CalendarEvent(cancelled)).map_err(StoreError::encoding)?)
            }
            _ => None,
        };
        let record = StoredRecord {
            hash: exception.as_deref().map(StoredRecord::digest).unwrap_or_default(),
            version: known.version + 1,
            deleted: exception.is_none(),
            changed_at: self.store.now(),
            body: exception,
            ..known
        };
        if foreign {
            self.tell_record(change, &record, "deleted");
        }
        self.with_record(change, record);
        Ok(())
    }

    /// The event's record as it is known, or an empty one; `None` where its calendar is not read.
    async fn known(
        &self,
        change: &AppointmentChange<'_>,
        event: &ExternalId,
    ) -> Result<Option<StoredRecord>, StoreError> {
        let calendar = &change.next.calendar;
        let read = self.integration.settings.resources.contains(calendar);
        if !read || change.next.dataset != self.integration.dataset {
            return Ok(None);
        }
        let known = self.store.record(self.integration, calendar, event).await?;
        Ok(Some(known.unwrap_or_else(|| StoredRecord {
            resource: calendar.clone(),
            id: event.clone(),
            hash: String::new(),
            version: 0,
            generation: None,
            deleted: true,
            changed_at: self.store.now(),
            body: None,
        })))
    }

    fn tell_record(&self, change: &mut AppointmentChange<'_>, record: &StoredRecord, what: &str) {
        let detail = RecordsDetail {
            integration: change.next.id,
            provider: change.next.provider.clone(),
            resource: record.resource.clone(),
            changes: vec![RecordChange { id: record.id.clone(), change: what.into(), version: record.version }],
        };
        change.events.push(OutboxEntry::new(event(self.store, events::RECORDS, self.integration, &detail)));
    }
}

/// A line of the history for each edit that lost.
fn tell_overridden(change: &mut AppointmentChange<'_>, overridden: &[Overridden]) {
    for overridden in overridden {
        let appointment = change.next.appointment.clone();
        let event = HistoryEvent::EditOverridden { appointment, overridden: overridden.clone() };
        change.lines.push(HistoryLine { actor: Actor::Provider, event });
    }
}

/// The item without its worker.
fn released(now: &AppointmentWrite) -> AppointmentWrite {
    AppointmentWrite { lease_until: None, ..now.clone() }
}
