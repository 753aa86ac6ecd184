//! What happens by itself: workers that take messages and meet faults, and what the bus is told.

use super::steps::History;
use crate::faults::throttled;
use crate::sync::scene::{BEYOND_THE_LEASE, WHOLE};
use crate::world::{Call, DEMO, Fault, GOOGLE, sqs_event};
use chrono::TimeDelta;
use domain::run::RunOutcome;
use sandbox::{FaultKind, NotificationMode, PathKind, SwitchChange};
use serde_json::{Value, json};
use shared::store::WriteState;
use std::sync::Arc;

/// Calls of a worker that carries out an appointment, at most nearly.
const OF_A_WRITE: usize = 13;
/// Calls of one that syncs a few pages.
const OF_A_SYNC: usize = 25;
/// Most tries until nothing is under way.
const MOST_TRIES: usize = 12;

impl History<'_> {
    /// A worker takes the appointment's message; perhaps it meets a fault.
    pub(super) async fn work(&mut self, which: usize, faulty: bool) {
        let Some(item) = self.item(which).await else { return };
        let fault = if faulty { self.fault(OF_A_WRITE) } else { None };
        let message = sqs_event(&[json!({ "account": DEMO, "write": item.name() })]);
        self.invoke(message, fault, &format!("work {which}")).await;
        self.find(which);
    }

    /// A sync, because it is due or because Google has told of something.
    pub(super) async fn sync(&mut self, faulty: bool) {
        if !self.telling.is_by_push() {
            return self.sync_when_due(faulty).await;
        }
        for message in self.hear().await {
            self.run(message, faulty).await;
        }
    }

    /// A sync when it is due; perhaps it meets a fault.
    pub(super) async fn sync_when_due(&mut self, faulty: bool) {
        self.scene.until_due(DEMO).await;
        let message = json!({ "account": DEMO, "provider": GOOGLE, "integration": self.integration.id });
        self.run(sqs_event(&[message]), faulty).await;
    }

    async fn run(&mut self, message: Value, faulty: bool) {
        let fault = if faulty && self.dice.percent(50) { self.fault(OF_A_SYNC) } else { None };
        let page_size = [None, Some(1), Some(2)][self.dice.below(3)];
        let empty_first_page = Some(self.dice.percent(20));
        let pages = SwitchChange { page_size, empty_first_page, ..SwitchChange::default() };
        self.scene.sandbox().switch(pages).expect("a switch");
        if faulty && self.dice.percent(10) {
            // The token is refused in the middle of its pages.
            let page = self.dice.below(3) as u32;
            let expired = sandbox::Fault::always(FaultKind::SyncTokenExpired).on(PathKind::Events);
            self.scene.sandbox().fault(expired.after(page).times(1));
        }
        self.invoke(message, fault, "sync").await;
    }

    async fn invoke(&mut self, message: Value, fault: Option<(usize, Fault)>, what: &str) {
        let faulted = fault.is_some();
        let named = fault.as_ref().map(|(call, fault)| format!("{} at {call}", name(fault)));
        if let Some((call, fault)) = fault {
            self.scene.faults.nth(call, Call::of_worker, fault);
        }
        let done = self.scene.faults.until_death(self.warm.worker.invoke(message, self.invocation(WHOLE))).await;
        match &done {
            // Whoever died is followed by a new instance.
            None => self.warm.worker = self.scene.function("sync-worker"),
            Some(answer) => assert!(faulted || answer.as_ref().is_ok_and(is_acknowledged), "{answer:?}"),
        }
        self.scene.faults.clear();
        let met: Vec<String> = self.scene.faults.met().iter().map(Call::name).collect();
        self.scene.faults.forget();
        self.scene.sandbox().reset_switches();
        self.note(format!("{what} {} met={met:?} lived={}", named.unwrap_or_default(), done.is_some()));
        self.scene.clock.advance(TimeDelta::seconds(1));
    }

    /// A fault at one of the first calls, more often than none.
    fn fault(&mut self, calls: usize) -> Option<(usize, Fault)> {
        let call = self.dice.below(calls);
        let fault = match self.dice.below(20) {
            0..4 => Fault::DieBefore,
            4..8 => Fault::DieAfter,
            8 => Fault::Lose,
            9 => Fault::Reply(Arc::new(throttled)),
            10..13 => {
                let fault = sandbox::Fault::always(FaultKind::CommitThenTimeout).on(PathKind::Write).times(1);
                self.scene.sandbox().fault(fault);
                return None;
            }
            _ => return None,
        };
        Some((call, fault))
    }

    /// Everything is delivered and tried again until nothing is under way; then both sides are synced.
    pub(super) async fn quiesce(&mut self) {
        self.tell(NotificationMode::Deliver);
        for which in 0..self.subjects.len() {
            for tries in 0.. {
                let Some(item) = self.item(which).await.filter(|item| item.state == WriteState::Pending) else { break };
                assert!(tries < MOST_TRIES, "{} is still pending: {item:?}", self.subjects[which].id);
                let until = item.lease_until.max(item.due_at).unwrap_or_default();
                self.scene.clock.advance((until - self.scene.now()).max(TimeDelta::zero()));
                self.work(which, false).await;
            }
        }
        // What was told is enough; only what a fault broke off is left to the schedule.
        let mut whole = self.telling.is_complete();
        if whole {
            self.sync(false).await;
        }
        for _ in 0..MOST_TRIES {
            if whole && self.is_synced().await {
                return self.read_what_was_told();
            }
            // A run that was broken off does not read again what it has read already.
            whole = self.scene.integration().await.run.is_none();
            self.sync_when_due(false).await;
            self.scene.clock.advance(BEYOND_THE_LEASE);
        }
        panic!("the sync never succeeds");
    }

    /// Nothing is under way or asked for, and the last run did not fail.
    async fn is_synced(&self) -> bool {
        let integration = self.scene.integration().await;
        let newest = self.scene.store.runs(integration.id, 1, None).await.expect("the table").items.pop();
        let succeeded = newest.is_some_and(|run| run.outcome == RunOutcome::Succeeded);
        succeeded && integration.run.is_none() && !integration.has_request()
    }

    /// Takes over what events told.
    pub(super) fn read_what_was_told(&mut self) {
        let ledger = self.scene.faults.ledger();
        for (position, taken) in (self.read..).zip(ledger.taken_since(self.read)) {
            for write in taken.written().into_iter().filter(|write| write.pk.starts_with("OUTBOX#")) {
                let text = |name: &str| write.value(name).and_then(|value| value["S"].as_str().map(str::to_owned));
                let (Some(kind), Some(detail)) = (text("detail_type"), text("detail")) else { continue };
                self.heard(&kind, &serde_json::from_str(&detail).expect("a detail"), position);
            }
            self.read = position + 1;
        }
    }

    fn heard(&mut self, kind: &str, detail: &Value, position: usize) {
        let changed: Vec<&str> =
            detail["changes"].as_array().into_iter().flatten().filter_map(|change| change["id"].as_str()).collect();
        for copy in self.copies.iter_mut().filter(|copy| changed.contains(&copy.id.as_str())) {
            copy.untold = copy.untold.filter(|at| *at > position);
        }
        let series = self.subjects[0].book.touched;
        for subject in &mut self.subjects {
            let of_it = detail["appointment"] == subject.id.as_str();
            match kind {
                "appointment.written" if of_it => subject.book.written(&detail["overridden"]),
                "appointment.failed" if of_it => subject.book.failed(detail["revision"].as_u64().unwrap_or_default()),
                "records.changed" if subject.event.as_deref().is_some_and(|event| changed.contains(&event)) => {
                    // An occurrence has what a person made of its series, too.
                    let touched = subject.book.touched || (subject.is_occurrence() && series);
                    assert!(touched, "{}: Aura's own write is told as foreign: {detail}", subject.id);
                    subject.book.untold = subject.book.untold.filter(|at| *at > position);
                }
                _ => {}
            }
        }
    }
}

fn is_acknowledged(answer: &Value) -> bool {
    answer["batchItemFailures"] == json!([])
}

fn name(fault: &Fault) -> &'static str {
    match fault {
        Fault::DieBefore => "dies before",
        Fault::DieAfter => "dies after",
        Fault::Lose => "answer lost",
        _ => "throttled",
    }
}
