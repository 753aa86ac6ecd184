//! A change of an integration while it is being decided: the copy that it becomes and what goes with it.

use crate::api::events;
use crate::bus::Event;
use crate::store::{Change, Checkup, ErrorNote, Failure, Integration, OpenRun, OutboxEntry, Progress, Run, Store};
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::history::{Actor, HistoryEvent, HistoryLine};
use domain::ids::RunId;
use domain::lifecycle::{Refused, Signal, Status, Transition, transition};
use domain::policy;
use domain::run::{RunOutcome, Trigger};
use domain::schedule;

mod told;

pub(super) use told::{event, integration_event};
use told::{notice_event, notice_of};

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
    notices: Vec<&'static str>,
    review: Option<Checkup>,
    now: DateTime<Utc>,
}

impl<'a> Draft<'a> {
    pub(super) fn of(store: &'a Store, seen: &'a Integration) -> Self {
        Self {
            store,
            seen,
            next: seen.clone(),
            runs: vec![],
            lines: vec![],
            notices: vec![],
            review: None,
            now: store.now(),
        }
    }

    /// Moves the status as the table says, with its history line and what a person should hear. What is scheduled
    /// follows the new status.
    pub(super) fn signal(&mut self, signal: Signal, actor: Actor) -> Result<bool, Refused> {
        let Transition::To(state) = transition(self.next.state(), signal)? else { return Ok(false) };
        self.lines.push(HistoryLine {
            actor,
            event: HistoryEvent::StatusChanged {
                from: self.next.status,
                to: state.status(),
                reason: state.reason(),
                why: signal.name().to_owned(),
            },
        });
        self.notices.extend(notice_of(signal));
        self.next.status = state.status();
        self.next.reason = state.reason();
        self.next.error = state.reason().map(|_| ErrorNote { since: self.now, next_try_at: None });
        if !state.status().is_scheduled() {
            self.next.due_at = None;
        }
        Ok(true)
    }

    /// Forgets former failures: a person has set it going again.
    pub(super) fn settle(&mut self) {
        self.next.count(policy::settled(self.now));
        self.next.warned = false;
        self.next.frozen = false;
        // What the provider asked for holds, whoever sets it going; the quiet minute of a suspected grant does not.
        if self.next.last_failure.as_ref().is_some_and(|failure| failure.class == FailureClass::DeadCredentials) {
            self.next.retry_at = None;
        }
        self.next.last_failure = None;
    }

    /// Forgets former failures and waits: the provider answered as it should.
    pub(super) fn worked(&mut self) {
        self.settle();
        self.next.retry_at = None;
    }

    /// Takes over the shortest interval that the account's plan allows; where that changes how often it syncs, the
    /// schedule and the history follow.
    pub(super) fn limit_interval(&mut self, shortest: u32) {
        let before = self.next.settings.interval_in_force();
        self.next.settings.shortest_interval = shortest;
        let minutes = self.next.settings.interval_in_force();
        if minutes == before {
            return;
        }
        self.line(Actor::System, HistoryEvent::IntervalLimited { minutes });
        if self.next.status == Status::Active && self.next.run.is_none() && self.next.attempts == 0 {
            self.schedule_next();
        }
    }

    /// Tells that its runs fail.
    pub(super) fn warn(&mut self) {
        self.next.warned = true;
        self.line(Actor::System, HistoryEvent::Warned { failures: self.next.failures });
        self.notice(events::WARNING);
    }

    /// Tells a person something.
    pub(super) fn notice(&mut self, kind: &'static str) {
        self.notices.push(kind);
    }

    /// Brings the next look at the integration forward.
    pub(super) fn review(&mut self, at: Option<DateTime<Utc>>) {
        self.review = at.map(|at| Checkup::no_later_than(&self.next, at, self.now));
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
                let interval = self.next.settings.interval_in_force();
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
        let events = self.events();
        events.into_iter().map(OutboxEntry::new).fold(self.quiet(), Change::event)
    }

    /// The change, if nobody can see it but the workers.
    pub(super) fn quiet(self) -> Change {
        let change = Change::new(self.seen, self.next).review(self.review);
        let change = self.runs.into_iter().fold(change, Change::run);
        self.lines.into_iter().fold(change, Change::line)
    }

    fn events(&self) -> Vec<Event> {
        let changed = integration_event(self.store, events::CHANGED, &self.next);
        let notices = self.notices.iter().map(|kind| notice_event(self.store, kind, &self.next, self.seen));
        std::iter::once(changed).chain(notices).collect()
    }
}
