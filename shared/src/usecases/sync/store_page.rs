//! Storing a page in chunks: each one transaction under the fence, the last one with the cursor.

use super::echo::Own;
use super::pages::generation;
use super::{Step, Stop};
use crate::api::events::{self, RecordChange, RecordsDetail};
use crate::bus::Event;
use crate::store::{
    Chunk, Existing, MOST_BYTES, MOST_RECORDS, OutboxEntry, RecordWrite, Resource, StoreError, StoredRecord,
};
use crate::usecases::draft::event;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::ExternalId;
use domain::record::{EventStatus, Record};
use domain::run::Counts;
use providers::{Next, Page, Pulled};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What a page asks for with one record.
enum Entry {
    Record(Box<Record>),
    Gone(ExternalId),
    Unreadable(ExternalId),
}

impl Entry {
    fn id(&self) -> &ExternalId {
        match self {
            Self::Record(record) => record.id(),
            Self::Gone(id) | Self::Unreadable(id) => id,
        }
    }
}

/// Writes that go into one transaction, with what they count and tell.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) writes: Vec<RecordWrite>,
    pub(super) changes: Vec<RecordChange>,
    pub(super) counts: Counts,
    bytes: usize,
}

impl Batch {
    fn is_full(&self) -> bool {
        self.writes.len() >= MOST_RECORDS || self.bytes >= MOST_BYTES
    }

    /// A record that stays as it is; a full pull marks it.
    fn seen(&mut self, id: &ExternalId, known: &Existing, mark: Option<Uuid>) {
        self.counts.skipped += 1;
        if let Some(generation) = mark.filter(|mark| known.generation != Some(*mark)) {
            self.writes.push(RecordWrite::Seen { id: id.clone(), generation });
        }
    }

    pub(super) fn put(&mut self, record: StoredRecord, change: &'static str) {
        self.changes.push(RecordChange { id: record.id.clone(), change: change.into(), version: record.version });
        self.put_quietly(record, change);
    }

    /// The same for Aura's own write, of which nobody is told.
    fn put_quietly(&mut self, record: StoredRecord, change: &'static str) {
        match change {
            "created" => self.counts.created += 1,
            "updated" => self.counts.updated += 1,
            _ => self.counts.deleted += 1,
        }
        self.bytes += record.body.as_deref().map_or(0, str::len) + 1024;
        self.writes.push(RecordWrite::Put(record));
    }
}

impl Step<'_> {
    /// Stores a page and moves the cursor with its last chunk. A step that dies in between repeats the page: what is
    /// stored already is recognised by its digest.
    /// What was stored since the page was `asked` for may be newer than the page.
    pub(super) async fn store_page(
        &mut self,
        resource: &mut Resource,
        mut page: Page,
        asked: DateTime<Utc>,
    ) -> Result<(), Stop> {
        let mut counts = Counts { pages: 1, records: page.entries.len() as u64, ..Counts::default() };
        self.take_leads(resource, &mut page.entries, &mut counts).await?;
        let entries = self.entries(page.entries, &mut counts);
        let mut batch = Batch { counts, ..Batch::default() };
        // A full pull is known from its first chunk on: whatever it stored can be swept, should it never end.
        let mut begun = generation(resource).map(|_| resource.clone());
        for part in entries.chunks(MOST_RECORDS) {
            let ids: Vec<&ExternalId> = part.iter().map(Entry::id).collect();
            let known = self.worker.store.existing(self.held.dataset, &resource.resource, &ids).await?;
            if known.values().any(|known| known.changed_at > asked) {
                return Err(Stop::Stale);
            }
            let own = self.own_entries(resource, part, &known).await?;
            for entry in part {
                if batch.is_full() {
                    self.store_batch(resource, std::mem::take(&mut batch), begun.take().as_ref()).await?;
                }
                let told = batch.changes.len();
                self.decide(resource, entry, known.get(entry.id()), &own, &mut batch)?;
                if let Entry::Record(record) = entry
                    && batch.changes.len() > told
                {
                    self.hear(resource, record);
                }
            }
        }
        self.later = later(self.later, &page.next);
        let sweeps = self.provider.leads().is_none();
        advance(resource, page.next, sweeps, self.worker.store.now());
        if resource.pulling.is_none() && resource.sweeping.is_none() {
            self.progress.done.push(resource.resource.clone());
        }
        let cursor = resource.clone();
        self.store_batch(resource, batch, Some(&cursor)).await
    }

    /// The last entry of an id wins; entries that cannot be read are counted.
    fn entries(&self, pulled: Vec<Pulled>, counts: &mut Counts) -> Vec<Entry> {
        let mut seen = HashSet::new();
        let mut entries = Vec::with_capacity(pulled.len());
        for entry in pulled.into_iter().rev() {
            let entry = match entry {
                Pulled::Record(record) => Entry::Record(Box::new(record)),
                // They were taken before.
                Pulled::Lead(_) => continue,
                Pulled::Gone(id) => Entry::Gone(id),
                Pulled::Unreadable { id: Some(id), .. } => Entry::Unreadable(id),
                Pulled::Unreadable { id: None, .. } => {
                    counts.skipped += 1;
                    continue;
                }
            };
            if seen.insert(entry.id().clone()) {
                entries.push(entry);
            }
        }
        entries.reverse();
        entries
    }

    /// The appointments that entries were written for, where they are not stored just so already.
    async fn own_entries(
        &self,
        resource: &Resource,
        part: &[Entry],
        known: &HashMap<ExternalId, Existing>,
    ) -> Result<Own, Stop> {
        let (mut events, mut gone) = (Vec::new(), Vec::new());
        for entry in part {
            let alive = known.get(entry.id()).filter(|known| !known.deleted);
            match entry {
                Entry::Record(record) => match record.as_ref() {
                    Record::CalendarEvent(event) if event.mark.is_some() && !is_stored(record, alive)? => {
                        events.push(event);
                    }
                    // The provider's tombstone of an occurrence does not say whose it was; the record does.
                    Record::CalendarEvent(event) if event.status == EventStatus::Cancelled && alive.is_some() => {
                        gone.push(event.id.clone());
                    }
                    _ => {}
                },
                Entry::Gone(id) if alive.is_some() => gone.push(id.clone()),
                Entry::Gone(_) | Entry::Unreadable(_) => {}
            }
        }
        let mut own = self.own(resource, events).await?;
        own.add(self.own_gone(resource, gone).await?);
        Ok(own)
    }

    /// What one entry changes, against what is known of it.
    fn decide(
        &self,
        resource: &Resource,
        entry: &Entry,
        known: Option<&Existing>,
        own: &Own,
        batch: &mut Batch,
    ) -> Result<(), Stop> {
        let alive = known.filter(|known| !known.deleted);
        match (entry, alive) {
            (Entry::Record(record), None) if is_outside(record, resource.window_start) => batch.counts.skipped += 1,
            (Entry::Record(record), _) => self.decide_record(resource, record, known, own, batch)?,
            (Entry::Gone(id), Some(known)) if own.is_cancelled(id) => {
                batch.put_quietly(tombstone(resource, id, known.version, self.worker.store.now()), "deleted");
            }
            (Entry::Gone(id), Some(known)) => {
                batch.put(tombstone(resource, id, known.version, self.worker.store.now()), "deleted");
            }
            (Entry::Gone(_) | Entry::Unreadable(_), None) => batch.counts.skipped += 1,
            // It is there, and what was stored of it stays.
            (Entry::Unreadable(id), Some(known)) => batch.seen(id, known, generation(resource)),
        }
        Ok(())
    }

    fn decide_record(
        &self,
        resource: &Resource,
        record: &Record,
        known: Option<&Existing>,
        own: &Own,
        batch: &mut Batch,
    ) -> Result<(), Stop> {
        let mark = generation(resource);
        let alive = known.filter(|known| !known.deleted);
        if let Some(same) = alive.filter(|_| is_marked(record))
            && is_stored(record, alive)?
        {
            batch.seen(record.id(), same, mark);
            return Ok(());
        }
        let kept = own.kept(record);
        let body = encoded(&kept)?;
        let hash = StoredRecord::digest(&body);
        if let Some(same) = alive.filter(|known| known.hash == hash) {
            batch.seen(record.id(), same, mark);
            return Ok(());
        }
        let stored = StoredRecord {
            resource: resource.resource.clone(),
            id: record.id().clone(),
            hash,
            version: known.map_or(1, |known| known.version + 1),
            generation: mark.or_else(|| known.and_then(|known| known.generation)),
            deleted: false,
            changed_at: self.worker.store.now(),
            body: Some(body),
        };
        let change = if alive.is_some() { "updated" } else { "created" };
        if own.is_echo(&kept) {
            batch.put_quietly(stored, change)
        } else {
            batch.put(stored, change)
        }
        Ok(())
    }

    /// Stores a batch, tells about it, and publishes what it told. Nothing to store and no cursor: nothing is done.
    pub(super) async fn store_batch(
        &mut self,
        resource: &Resource,
        batch: Batch,
        cursor: Option<&Resource>,
    ) -> Result<(), Stop> {
        let mut progress = self.progress.clone();
        progress.counts.add(&batch.counts);
        let event = (!batch.changes.is_empty()).then(|| OutboxEntry::new(self.event(resource, batch.changes)));
        let chunk = Chunk {
            integration: &self.held,
            resource: &resource.resource,
            records: batch.writes,
            progress: &progress,
            cursor,
            forget: false,
            event: event.clone(),
        };
        match self.worker.store.store_chunk(&chunk).await {
            // The integration is still held, but a record is another one by now.
            Err(StoreError::Conflict(conflict)) if !conflict.at(Chunk::INTEGRATION) => return Err(Stop::Stale),
            stored => stored?,
        }
        self.progress = progress;
        self.worker.publish(event.into_iter().collect()).await;
        Ok(())
    }

    /// `records.changed`: which records changed, without their content.
    pub(super) fn event(&self, resource: &Resource, changes: Vec<RecordChange>) -> Event {
        let detail = RecordsDetail {
            integration: self.held.id,
            provider: self.held.provider.clone(),
            resource: resource.resource.clone(),
            changes,
        };
        event(&self.worker.store, events::RECORDS, &self.held, &detail)
    }
}

/// Moves the cursor behind a page. A full pull's end leads to the sweep of what it did not see.
fn advance(resource: &mut Resource, next: Next, sweeps: bool, now: DateTime<Utc>) {
    match next {
        Next::Page(page) | Next::Later { page, .. } => {
            if let Some(pulling) = &mut resource.pulling {
                pulling.page = Some(page);
            }
        }
        Next::Done(token) => {
            let full = generation(resource);
            if full.is_some() {
                resource.full_at = Some(now);
                resource.found = resource.pulling.as_ref().map(|pulling| pulling.found);
            }
            resource.read_at = Some(now);
            resource.sweeping = full.filter(|_| sweeps);
            resource.token = Some(token);
            resource.pulling = None;
        }
    }
}

/// The longest that the provider asks to wait before it is asked for a next page.
fn later(known: Option<TimeDelta>, next: &Next) -> Option<TimeDelta> {
    match next {
        Next::Later { after, .. } => known.max(Some(*after)),
        Next::Page(_) | Next::Done(_) => known,
    }
}

fn encoded(record: &Record) -> Result<String, Stop> {
    Ok(serde_json::to_string(record).map_err(StoreError::encoding)?)
}

fn is_marked(record: &Record) -> bool {
    matches!(record, Record::CalendarEvent(event) if event.mark.is_some())
}

/// Whether the record is stored just so.
fn is_stored(record: &Record, alive: Option<&Existing>) -> Result<bool, Stop> {
    let Some(alive) = alive else { return Ok(false) };
    Ok(alive.hash == StoredRecord::digest(&encoded(record)?))
}

/// A record that is gone, without its content.
pub(super) fn tombstone(resource: &Resource, id: &ExternalId, version: u64, now: DateTime<Utc>) -> StoredRecord {
    StoredRecord {
        resource: resource.resource.clone(),
        id: id.clone(),
        hash: String::new(),
        version: version + 1,
        generation: None,
        deleted: true,
        changed_at: now,
        body: None,
    }
}

/// Later answers may have events that ended before the window of the full pull: those are not kept.
fn is_outside(record: &Record, window_start: DateTime<Utc>) -> bool {
    match record {
        Record::CalendarEvent(event) if !event.is_series() && event.exception_of.is_none() => {
            event.end.as_ref().is_some_and(|end| end.sort_instant() < window_start)
        }
        _ => false,
    }
}
