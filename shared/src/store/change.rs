//! One change of an integration with everything that must be true at the same moment: its run, its history, its
//! events. Whoever changes an integration reads it, decides on a copy, and writes the copy if nobody was faster.

use super::Store;
use super::checkup::Checkup;
use super::expression::put;
use super::history;
use super::idempotency::Idempotency;
use super::integration::Integration;
use super::outbox::OutboxEntry;
use super::run::Run;
use super::table::StoreError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::history::HistoryLine;

/// A change that is about to be committed.
#[derive(Debug, Clone)]
pub struct Change {
    seen: Integration,
    next: Integration,
    runs: Vec<Run>,
    lines: Vec<HistoryLine>,
    events: Vec<OutboxEntry>,
    review: Option<Checkup>,
    idempotency: Option<Idempotency>,
}

impl Change {
    /// From the integration as it was read to what it becomes.
    pub fn new(seen: &Integration, next: Integration) -> Self {
        let next = Integration { rev: seen.rev + 1, ..next };
        Self { seen: seen.clone(), next, runs: vec![], lines: vec![], events: vec![], review: None, idempotency: None }
    }

    /// Writes this run as it is now.
    #[must_use]
    pub fn run(mut self, run: Run) -> Self {
        self.runs.push(run);
        self
    }

    /// Adds a history line.
    #[must_use]
    pub fn line(mut self, line: HistoryLine) -> Self {
        self.lines.push(line);
        self
    }

    /// Adds an event.
    #[must_use]
    pub fn event(mut self, event: OutboxEntry) -> Self {
        self.events.push(event);
        self
    }

    /// Brings the next look at the integration forward, or back to its regular time.
    #[must_use]
    pub fn review(mut self, checkup: Option<Checkup>) -> Self {
        self.review = checkup;
        self
    }

    /// Remembers the answer of the request that asked for it.
    #[must_use]
    pub fn remember(mut self, idempotency: Option<Idempotency>) -> Self {
        self.idempotency = idempotency;
        self
    }

    /// What the integration becomes.
    pub fn next(&self) -> &Integration {
        &self.next
    }

    /// The events to publish once it is committed.
    pub fn events(&self) -> &[OutboxEntry] {
        &self.events
    }

    pub(super) fn writes(&self, store: &Store) -> Result<Vec<TransactWriteItem>, StoreError> {
        let table = store.table.name();
        let next = &self.next;
        let mut writes = vec![put(table, next.to_item()?, Some(self.seen.unchanged()?))?];
        for run in &self.runs {
            writes.push(run.write(table, next.id)?);
        }
        for line in &self.lines {
            writes.push(history::write(table, next.id, store.new_id(), store.now(), line)?);
        }
        for event in &self.events {
            writes.push(event.write(table)?);
        }
        if let Some(checkup) = &self.review {
            writes.push(checkup.write(table)?);
        }
        if let Some(idempotency) = &self.idempotency {
            writes.push(idempotency.write(table)?);
        }
        Ok(writes)
    }
}

impl Store {
    /// Commits the change; [`StoreError::Conflict`] when somebody was faster: read again and decide anew.
    pub async fn commit(&self, change: &Change) -> Result<(), StoreError> {
        self.table.transact(change.writes(self)?).await
    }
}
