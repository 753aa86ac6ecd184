//! One calendar: its events in the order of their creation, and the log of their changes.
//!
//! Every change takes the next sequence number and moves the event to the end of the log, so that "what has changed
//! since" is a range of it. A deleted event leaves a tombstone.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::errors::ApiError;

/// An event's JSON object.
pub(crate) type Body = Map<String, Value>;

/// A calendar with all its events.
#[derive(Serialize, Deserialize)]
#[serde(from = "Saved")]
pub(crate) struct Calendar {
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) description: Option<String>,
    pub(crate) time_zone: String,
    pub(crate) updated: String,
    sequence: u64,
    entries: Vec<Entry>,
    #[serde(skip)]
    places: HashMap<String, usize>,
    #[serde(skip)]
    log: BTreeMap<u64, usize>,
}

#[derive(Deserialize)]
struct Saved {
    id: String,
    summary: String,
    description: Option<String>,
    time_zone: String,
    updated: String,
    sequence: u64,
    entries: Vec<Entry>,
}

/// An event or its tombstone.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) sequence: u64,
    pub(crate) body: Body,
    /// Gone for good: an event that was deleted, or an exception of a deleted series.
    pub(crate) dead: bool,
    /// What it was before it was buried: nobody sees it, and a patch of the status brings it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) former: Option<Body>,
}

impl Entry {
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field)?.as_str()
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.text("status") == Some("cancelled")
    }

    /// Changes with every change. Tombstones have one too, although their bodies do not show it.
    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", 3_500_000_000_000_000 + self.sequence * 2)
    }
}

impl Calendar {
    pub(crate) fn new(id: &str, summary: &str, time_zone: &str, now: DateTime<Utc>) -> Self {
        Saved {
            id: id.to_owned(),
            summary: summary.to_owned(),
            description: None,
            time_zone: time_zone.to_owned(),
            updated: timestamp(now),
            sequence: 0,
            entries: Vec::new(),
        }
        .into()
    }

    /// The number of the last change.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Changes with every change of any event.
    pub(crate) fn etag(&self) -> String {
        format!("\"p{:014}\"", 32_000 + self.sequence)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Entry> {
        self.places.get(id).map(|place| &self.entries[*place])
    }

    /// Events in the order of their creation, from this place on, each with the place after it.
    pub(crate) fn starting_at(&self, place: u64) -> impl Iterator<Item = (u64, &Entry)> {
        let place = usize::try_from(place).unwrap_or(usize::MAX).min(self.entries.len());
        self.entries[place..].iter().zip(place as u64 + 1..).map(|(entry, next)| (next, entry))
    }

    /// Events whose last change has a number above `after` and up to `until`, oldest change first.
    pub(crate) fn changed(&self, after: u64, until: u64) -> impl Iterator<Item = (u64, &Entry)> {
        let range = if after < until { after + 1..until + 1 } else { 0..0 };
        self.log.range(range).map(|(sequence, place)| (*sequence, &self.entries[*place]))
    }

    /// What a full listing shows: living events, and the cancelled exceptions of living series.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.dead)
    }

    /// Takes a complete event. Google keeps an id for ever, also after the event's deletion.
    pub(crate) fn add(&mut self, body: Body) -> Result<&Entry, ApiError> {
        let id = body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.places.contains_key(&id) {
            return Err(ApiError::duplicate());
        }
        let place = self.entries.len();
        self.places.insert(id, place);
        self.entries.push(Entry { sequence: 0, body, dead: false, former: None });
        Ok(self.touch(place))
    }

    /// Changes an event. One that was deleted comes back with it, and a series with the exceptions that it had.
    pub(crate) fn edit(&mut self, id: &str, now: DateTime<Utc>, change: impl FnOnce(&mut Body)) -> Option<&Entry> {
        let place = *self.places.get(id)?;
        if self.entries[place].dead {
            self.bring_back_exceptions(id);
        }
        let entry = &mut self.entries[place];
        (entry.dead, entry.former) = (false, None);
        let body = &mut entry.body;
        change(body);
        body.insert("updated".into(), json!(timestamp(now)));
        self.updated = timestamp(now);
        Some(self.touch(place))
    }

    /// Cancels an exception, or deletes an event and, if it is a series, all its exceptions.
    pub(crate) fn delete(&mut self, id: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
        let place = *self.places.get(id).ok_or_else(ApiError::not_found)?;
        if self.entries[place].is_cancelled() {
            return Err(ApiError::deleted());
        }
        let is_exception = self.entries[place].body.contains_key("recurringEventId");
        self.bury(place, !is_exception);
        for other in 0..self.entries.len() {
            if !self.entries[other].dead && self.entries[other].text("recurringEventId") == Some(id) {
                self.bury(other, true);
            }
        }
        self.updated = timestamp(now);
        Ok(())
    }

    fn bring_back_exceptions(&mut self, series: &str) {
        for place in 0..self.entries.len() {
            let entry = &mut self.entries[place];
            let of = entry.former.as_ref().and_then(|former| former.get("recurringEventId")?.as_str());
            if !entry.dead || of != Some(series) {
                continue;
            }
            if let Some(former) = entry.former.take() {
                (entry.body, entry.dead) = (former, false);
                self.touch(place);
            }
        }
    }

    /// Leaves only what Google promises: the id, and for a cancelled exception of a living series whose it was.
    fn bury(&mut self, place: usize, dead: bool) {
        let entry = &mut self.entries[place];
        let kept: &[&str] = if dead { &["id"] } else { &["id", "recurringEventId", "originalStartTime"] };
        let mut body = Body::from_iter([("kind".to_owned(), json!("calendar#event"))]);
        for field in kept {
            if let Some(value) = entry.body.get(*field) {
                body.insert((*field).to_owned(), value.clone());
            }
        }
        body.insert("status".into(), json!("cancelled"));
        let former = std::mem::replace(&mut entry.body, body);
        entry.former = dead.then_some(former);
        entry.dead = dead;
        self.touch(place);
    }

    /// Gives the event the next sequence number, and a fresh etag with it.
    fn touch(&mut self, place: usize) -> &Entry {
        self.sequence += 1;
        let entry = &mut self.entries[place];
        self.log.remove(&entry.sequence);
        self.log.insert(self.sequence, place);
        entry.sequence = self.sequence;
        if !entry.is_cancelled() {
            let etag = json!(entry.etag());
            entry.body.insert("etag".into(), etag);
        }
        entry
    }
}

impl From<Saved> for Calendar {
    fn from(saved: Saved) -> Self {
        let id_of = |entry: &Entry| entry.text("id").unwrap_or_default().to_owned();
        let places = saved.entries.iter().map(id_of).zip(0..).collect();
        let log = saved.entries.iter().map(|entry| entry.sequence).zip(0..).collect();
        let Saved { id, summary, description, time_zone, updated, sequence, entries } = saved;
        Self { id, summary, description, time_zone, updated, sequence, entries, places, log }
    }
}

/// RFC 3339 with milliseconds, as in `created` and `updated`.
pub(crate) fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
