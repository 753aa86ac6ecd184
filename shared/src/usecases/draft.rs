//! A change of an integration while it is being decided: the copy that it becomes and what goes with it.

use crate::bus::Event;
use crate::store::{Change, ErrorNote, Failure, Integration, OpenRun, OutboxEntry, Progress, Run, Store};
use chrono::{DateTime, TimeDelta, Utc};
use domain::history::{Actor, HistoryEvent, HistoryLine};
use domain::ids::RunId;
use domain::lifecycle::{Refused, Signal, Status, Transition, transition};
use domain::run::{RunOutcome, Trigger};
use domain::schedule;
use serde_json::json;

/// How soon a sync that was asked for is due if sending its message failed.
const SAFETY_NET: TimeDelta = TimeDelta::seconds(30);

/// A change being decided.
pub(super) struct Draft<'a> {
    store: &'a Store,
    seen: &'a Integration,
    /// What the integration becomes.
    pub(super) next: Integration,
    runs: Vec<Run>,
    lines: Vec<HistoryLine>,
    now: DateTime<Utc>,
}

impl<'a> Draft<'a> {
    pub(super) fn of(store: &'a Store, seen: &'a Integration) -> Self {
        Self { store, seen, next: seen.clone(), runs: vec![], lines: vec![], now: store.now() }
    }

    /// Moves the status as the table says, with its history line. What is scheduled follows the new status.
    pub(super) fn signal(&mut self, signal: Signal, actor: Actor) -> Result<bool, Refused> {
        let Transition::To(state) = transition(self.next.state(), signal)? else { return Ok(false) };
        let event = HistoryEvent::StatusChanged { from: self.next.status, to: state.status(), reason: state.reason() };
        self.lines.push(HistoryLine { actor, event });
        self.next.status = state.status();
        self.next.reason = state.reason();
        self.next.error = state.reason().map(|_| ErrorNote { since: self.now, next_try_at: None });
        if !state.status().is_scheduled() {
            self.next.due_at = None;
        }
        Ok(true)
    }

    pub(super) fn line(&mut self, actor: Actor, event: HistoryEvent) {
        self.lines.push(HistoryLine { actor, event });
    }

    /// Ends the open run. Whoever holds the lease can write no more.
    pub(super) fn end_run(&mut self, outcome: RunOutcome, failure: Option<Failure>) {
        if let Some(run) = Run::open(&self.next) {
            self.runs.push(run.ended(outcome, failure, self.now));
        }
        self.next.run = None;
        self.next.progress = Progress::default();
        self.next.lease_until = None;
    }

    /// Takes the work away from whoever does it: a change of lifecycle or resources.
    pub(super) fn interrupt(&mut self) {
        self.end_run(RunOutcome::Interrupted, None);
        self.next.epoch += 1;
        self.next.sync_fence += 1;
    }

    /// Asks for a run. One that is under way takes it up when it ends. Answers the run that will do it.
    pub(super) fn request(&mut self, trigger: Trigger) -> RunId {
        self.next.requested += 1;
        if let Some(run) = &self.next.run {
            return run.id;
        }
        let id = self.open_run(trigger, false);
        self.next.due_at = Some(self.next.not_before_retry(self.now + SAFETY_NET));
        id
    }

    /// Opens a run.
    pub(super) fn open_run(&mut self, trigger: Trigger, begun: bool) -> RunId {
        let id = RunId::new(self.store.new_id());
        let run = OpenRun { id, trigger, started_at: self.now, begun };
        self.next.run = Some(run);
        self.next.progress = Progress::default();
        self.runs.extend(Run::open(&self.next));
        id
    }

    /// The next scheduled sync, at the integration's own phase; at once when one was asked for meanwhile.
    pub(super) fn schedule_next(&mut self) {
        self.next.due_at = match self.next.status {
            Status::Active | Status::Testing if self.next.has_request() => Some(self.now),
            Status::Active | Status::Testing => {
                let interval = self.next.settings.interval_minutes;
                Some(schedule::next_sync(self.next.id, interval, self.now, self.store.jitter()))
            }
            _ => None,
        };
        self.next.due_at = self.next.due_at.map(|at| self.next.not_before_retry(at));
    }

    /// The change, if a person or a consumer of events can see it: with a new version and its event.
    pub(super) fn visible(mut self) -> Change {
        self.next.version += 1;
        self.next.updated_at = self.now;
        let event = self.changed_event();
        self.quiet().event(OutboxEntry::new(event))
    }

    /// The change, if nobody can see it but the workers.
    pub(super) fn quiet(self) -> Change {
        let change = Change::new(self.seen, self.next);
        let change = self.runs.into_iter().fold(change, Change::run);
        self.lines.into_iter().fold(change, Change::line)
    }

    fn changed_event(&self) -> Event {
        integration_event(self.store, "integration.changed", &self.next)
    }
}

/// An event about an integration. It says where it stands, and nothing of its content.
pub(super) fn integration_event(store: &Store, detail_type: &str, integration: &Integration) -> Event {
    Event {
        id: store.new_id(),
        account: integration.account.clone(),
        detail_type: detail_type.to_owned(),
        version: integration.version,
        detail: json!({
            "integration": integration.id,
            "provider": integration.provider,
            "status": integration.status,
            "reason": integration.reason,
        }),
        time: store.now(),
    }
}
