//! Aura's own writes among what a pull brings: they are stored like any record, and nobody is told of them as a change
//! of the provider's side.

use super::{Step, Stop};
use crate::store::{AppointmentWrite, Resource, StoreError, StoredRecord, WriteState};
use chrono::{DateTime, Utc};
use domain::appointment::{Appointment, AppointmentMark};
use domain::ids::ExternalId;
use domain::record::{CalendarEvent, EventStatus, ExceptionOf, Record};
use futures_util::{StreamExt, TryStreamExt, stream};
use providers::Push;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Items that are read at a time.
const CONCURRENCY: usize = 16;

/// The appointments that some events were written for, by event.
#[derive(Default)]
pub(super) struct Own {
    items: HashMap<ExternalId, AppointmentWrite>,
    /// Occurrences whose series Aura has cancelled.
    with_series: HashSet<ExternalId>,
}

impl Own {
    /// The record as it is kept: the mark of somebody else's appointment, or of a copy, means nothing here.
    pub(super) fn kept<'a>(&self, record: &'a Record) -> Cow<'a, Record> {
        match record {
            Record::CalendarEvent(event) if event.mark.is_some() && !self.items.contains_key(&event.id) => {
                Cow::Owned(Record::CalendarEvent(CalendarEvent { mark: None, ..event.clone() }))
            }
            record => Cow::Borrowed(record),
        }
    }

    /// Whether the record is what Aura wrote: the version that its write returned, or what was sent last and may never
    /// have been answered.
    pub(super) fn is_echo(&self, record: &Record) -> bool {
        let Record::CalendarEvent(event) = record else { return false };
        let Some(item) = self.items.get(&event.id) else { return false };
        // A write that arrived a second time changed nothing but the version.
        let returned =
            item.agreed.as_ref().is_some_and(|agreed| agreed.event.etag == event.etag || is_same(&agreed.event, event));
        let mark = event.mark.as_ref().filter(|mark| mark.appointment == item.appointment);
        // Aura cancelled this occurrence.
        let cancelled = item.was_cancelled() && event.status == EventStatus::Cancelled;
        returned || cancelled || mark.is_some_and(|mark| was_sent(item, mark, event))
    }

    /// Takes others in.
    pub(super) fn add(&mut self, others: Self) {
        self.items.extend(others.items);
        self.with_series.extend(others.with_series);
    }

    /// Whether Aura itself has cancelled the appointment of a record that is gone, or its series.
    pub(super) fn is_cancelled(&self, id: &ExternalId) -> bool {
        self.with_series.contains(id) || self.items.get(id).is_some_and(AppointmentWrite::was_cancelled)
    }

    /// Whether a record that a full pull did not see may be younger than that pull, or is still to be written.
    fn outlives(&self, id: &ExternalId, pull: Option<DateTime<Utc>>) -> bool {
        self.items.get(id).is_some_and(|item| {
            let younger = item.written_at.zip(pull).is_some_and(|(written, pull)| written >= pull);
            item.state == WriteState::Pending || younger
        })
    }
}

/// Whether both say the same in another version.
fn is_same(one: &CalendarEvent, other: &CalendarEvent) -> bool {
    CalendarEvent { etag: other.etag.clone(), updated: other.updated, ..one.clone() } == *other
}

/// Whether the event is the occurrence that the item is about: its id is not stored before a write was answered.
fn is_its_occurrence(push: &dyn Push, item: &AppointmentWrite, exception_of: Option<&ExceptionOf>) -> bool {
    item.occurrence_of.as_ref().zip(exception_of).is_some_and(|(of, exception)| {
        push.event_id(item.id, &of.series, &item.calendar) == exception.series
            && of.original_start.sort_instant() == exception.original_start.sort_instant()
    })
}

fn was_sent(item: &AppointmentWrite, mark: &AppointmentMark, event: &CalendarEvent) -> bool {
    let Some(content) = Appointment::of(event) else { return false };
    let sent = item.sent.iter().find(|sent| sent.revision == mark.revision).and_then(|sent| sent.content.as_ref());
    sent.is_some_and(|sent| sent.differs(&content).is_empty())
}

impl Step<'_> {
    /// The appointments of these events, as far as they are of this integration and no copies.
    pub(super) async fn own<'a>(
        &self,
        resource: &Resource,
        events: impl IntoIterator<Item = &'a CalendarEvent>,
    ) -> Result<Own, StoreError> {
        let Some(push) = self.provider.push() else { return Ok(Own::default()) };
        let marked = events.into_iter().filter_map(|event| {
            let mark = event.mark.clone().filter(|mark| mark.integration == self.held.id)?;
            Some((event.id.clone(), event.exception_of.clone(), mark.appointment))
        });
        let marked: Vec<_> = marked.collect();
        let items: HashMap<ExternalId, AppointmentWrite> = stream::iter(marked)
            .map(|(event, exception_of, appointment)| async move {
                let item = self.worker.store.appointment(self.held.id, &appointment).await?;
                let item = item.filter(|item| {
                    let same = item.event.as_ref() == Some(&event)
                        || push.event_id(item.id, &item.appointment, &item.calendar) == event
                        || is_its_occurrence(push, item, exception_of.as_ref());
                    same && item.calendar == resource.resource && item.dataset == self.held.dataset
                });
                Ok::<_, StoreError>(item.map(|item| (event, item)))
            })
            .buffer_unordered(CONCURRENCY)
            .try_filter_map(|found| async move { Ok(found) })
            .try_collect()
            .await?;
        Ok(Own { items, ..Own::default() })
    }

    /// Those of the appointments that are occurrences of a series which Aura has cancelled.
    async fn with_series(&self, own: &Own) -> Result<HashSet<ExternalId>, StoreError> {
        let mut with_series = HashSet::new();
        for (event, item) in &own.items {
            let Some(of) = &item.occurrence_of else { continue };
            let series = self.worker.store.appointment(item.id, &of.series).await?;
            if series.as_ref().is_some_and(AppointmentWrite::was_cancelled) {
                with_series.insert(event.clone());
            }
        }
        Ok(with_series)
    }

    /// The appointments of records that are stored and said to be gone.
    pub(super) async fn own_gone(&self, resource: &Resource, gone: Vec<ExternalId>) -> Result<Own, StoreError> {
        if gone.is_empty() || self.provider.push().is_none() {
            return Ok(Own::default());
        }
        let stored: Vec<StoredRecord> = stream::iter(gone)
            .map(|id| async move { self.worker.store.record(&self.held, &resource.resource, &id).await })
            .buffer_unordered(CONCURRENCY)
            .try_filter_map(|record| async move { Ok(record) })
            .try_collect()
            .await?;
        let own = self.own_stored(resource, &stored).await?;
        Ok(Own { with_series: self.with_series(&own).await?, ..own })
    }

    async fn own_stored(&self, resource: &Resource, stored: &[StoredRecord]) -> Result<Own, StoreError> {
        let mut events = Vec::new();
        for record in stored {
            if let Some(Record::CalendarEvent(event)) = record.record()? {
                events.push(event);
            }
        }
        self.own(resource, &events).await
    }

    /// Of records that a full pull did not see, those that it cannot have seen: written after it began, or still to be
    /// written.
    pub(super) async fn too_young(
        &self,
        resource: &Resource,
        unseen: &[StoredRecord],
        generation: Uuid,
    ) -> Result<Vec<ExternalId>, Stop> {
        let own = self.own_stored(resource, unseen).await?;
        let pull = generation.get_timestamp().and_then(|at| {
            let (seconds, nanos) = at.to_unix();
            DateTime::from_timestamp(seconds as i64, nanos)
        });
        Ok(unseen.iter().filter(|record| own.outlives(&record.id, pull)).map(|record| record.id.clone()).collect())
    }
}
