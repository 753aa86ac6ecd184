//! The synced records: by change time for whoever keeps a copy, by time for whoever looks at a calendar.

use crate::api::{AgendaView, ChangesView, RecordView};
use crate::entry::{Caller, Problem};
use crate::store::{Integration, Store, StoreError, StoredRecord, TOMBSTONE_DAYS};
use crate::usecases::get::Integrations;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ProviderSlug, ResourceId};
use domain::occurrences::{Item, Occurrence, Window, exceptions_since, occurrences};
use domain::record::Record;
use providers::Category;
use std::collections::HashSet;
use std::sync::Arc;

/// How far back `syncedUntil` lies, so that nothing committed late is skipped.
const OVERLAP: TimeDelta = TimeDelta::minutes(2);

/// So many bytes of records go into one answer.
const LONGEST_ANSWER: usize = 3 * 1024 * 1024;

/// Shows records.
#[derive(Clone)]
pub struct Records {
    integrations: Integrations,
}

impl Records {
    /// Over these.
    pub fn new(integrations: Integrations) -> Self {
        Self { integrations }
    }

    /// The account's integration of a provider. Calendar records are for any member, leads for administrators.
    async fn readable(&self, caller: &Caller, slug: &ProviderSlug) -> Result<Integration, Problem> {
        let category = self.integrations.manifest(slug)?.category;
        if category != Category::Calendar && !caller.can_manage {
            return Err(Problem::unauthorized_access());
        }
        Ok(self.integrations.find(caller, slug).await?.integration)
    }

    /// What changed since an instant, oldest change first, deletions included; without one, everything that lives.
    pub async fn changes(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        since: Option<DateTime<Utc>>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<ChangesView, Problem> {
        let now = self.store().now();
        let integration = self.readable(caller, slug).await?;
        let kept = now - TimeDelta::days(TOMBSTONE_DAYS);
        if since.is_some_and(|since| since < integration.replaced_at.map_or(kept, |at| at.max(kept))) {
            return Err(resync_required());
        }
        let everything = since.is_none();
        let since = since.unwrap_or(DateTime::UNIX_EPOCH);
        let scope = format!("changes/{}/{}", integration.dataset, since.timestamp_millis());
        let after = cursor.map(|cursor| Cursor::open(cursor, &scope)).transpose()?;
        let page = self.store().changed_since(integration.dataset, since, limit, after).await?;
        let chosen = chosen(&integration);
        let records = page
            .items
            .into_iter()
            .filter(|record| if record.deleted { !everything } else { chosen.contains(&record.resource) });
        Ok(ChangesView {
            records: records.map(record_view).collect::<Result<_, _>>()?,
            synced_until: now - OVERLAP,
            cursor: page.next.map(|next| Cursor::close(&next, &scope)),
        })
    }

    /// What takes place in a window, series as their occurrences with exceptions applied.
    pub async fn agenda(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        window: Window,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<AgendaView, Problem> {
        let integration = self.readable(caller, slug).await?;
        let scope = format!("agenda/{}/{}/{}", integration.dataset, window.from().timestamp(), window.to().timestamp());
        let after = cursor.map(|cursor| Cursor::open(cursor, &scope)).transpose()?;
        let found = self.occurrences(&integration, window).await?;
        let rest: Vec<Occurrence> = match after {
            Some(after) => found.into_iter().skip_while(|occurrence| position(occurrence) <= after).collect(),
            None => found,
        };
        let fits = fitting(&rest, limit);
        let more = rest.len() > fits;
        let page: Vec<Occurrence> = rest.into_iter().take(fits).collect();
        let next = page.last().filter(|_| more).map(|last| Cursor::close(&position(last), &scope));
        Ok(AgendaView { occurrences: page, synced_until: integration.last_success_at, cursor: next })
    }

    async fn occurrences(&self, integration: &Integration, window: Window) -> Result<Vec<Occurrence>, Problem> {
        let (dataset, chosen) = (integration.dataset, chosen(integration));
        let (singles, series) = futures_util::try_join!(
            self.store().agenda_singles(dataset, window.from(), window.to()),
            self.store().agenda_series(dataset, window.from()),
        )?;
        let mut all = items(series, &chosen)?;
        let since = exceptions_since(window, &all);
        all.extend(items(singles, &chosen)?);
        all.extend(items(self.store().agenda_exceptions(dataset, since).await?, &chosen)?);
        Ok(occurrences(window, &all))
    }

    fn store(&self) -> &Store {
        &self.integrations.store
    }
}

fn resync_required() -> Problem {
    Problem::new(410, "resync_required", "`updatedSince` is older than what is known of deletions.")
        .remedy("Read everything again, without `updatedSince`, and drop what is not in it.")
}

/// How many of these fit into one answer: Lambda's may have 6 MB.
fn fitting(occurrences: &[Occurrence], limit: usize) -> usize {
    let mut bytes = 0;
    let within = occurrences.iter().take(limit).take_while(|occurrence| {
        let event = &occurrence.event;
        bytes += 2_048 + event.description.as_ref().map_or(0, String::len) + event.attendees.len() * 300;
        bytes <= LONGEST_ANSWER
    });
    within.count().max(1)
}

/// The window of a request.
pub fn window(from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Window, Problem> {
    Window::new(from, to).map_err(|error| Problem::bad_request(format!("{error}.")))
}

/// Records of resources that are no longer chosen are hidden until they are swept.
fn chosen(integration: &Integration) -> HashSet<ResourceId> {
    integration.settings.resources.iter().cloned().collect()
}

fn items(records: Vec<StoredRecord>, chosen: &HashSet<ResourceId>) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::with_capacity(records.len());
    for record in records.into_iter().filter(|record| chosen.contains(&record.resource)) {
        if let Some(Record::CalendarEvent(event)) = record.record()? {
            items.push(Item { resource: record.resource, event: Arc::new(event) });
        }
    }
    Ok(items)
}

fn record_view(record: StoredRecord) -> Result<RecordView, StoreError> {
    Ok(RecordView {
        record: record.record()?,
        id: record.id,
        resource: record.resource,
        changed_at: record.changed_at,
        deleted: record.deleted,
        version: record.version,
    })
}

fn position(occurrence: &Occurrence) -> String {
    let start = occurrence.start.sort_instant().timestamp_millis();
    format!("{:020}#{}#{}", i128::from(start) + i128::from(i64::MAX / 1000), occurrence.id, occurrence.resource)
}

/// An opaque cursor: the position, bound to the list it belongs to. It grants nothing: the list is always read for
/// the caller's own account.
pub(super) struct Cursor;

impl Cursor {
    pub(super) fn close(position: &str, scope: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{scope}\n{position}"))
    }

    pub(super) fn open(cursor: &str, scope: &str) -> Result<String, Problem> {
        let bad = || Problem::bad_request("The cursor does not belong to this list.");
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
        let text = String::from_utf8(bytes).map_err(|_| bad())?;
        let (of, position) = text.split_once('\n').ok_or_else(bad)?;
        if of == scope { Ok(position.to_owned()) } else { Err(bad()) }
    }
}
