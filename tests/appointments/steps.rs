//! The steps of a history: what Aura, a person in Google, the clock and a fault do to an appointment.

use super::book::{Book, appointment, patch};
use super::dice::Dice;
use crate::faults::throttled;
use crate::sync::scene::{BEYOND_THE_LEASE, Scene, WHOLE};
use crate::world::{Answer, Call, DEMO, Fault, GOOGLE, Person, http_event, sqs_event};
use chrono::TimeDelta;
use domain::appointment::{Appointment, Field};
use domain::ids::AppointmentId;
use domain::record::EventTime;
use domain::run::RunOutcome;
use sandbox::google::{ADA, CalendarHandle};
use sandbox::{FaultKind, PathKind};
use serde_json::{Value, json};
use shared::api::routes::{self, Route};
use shared::entry::{Function, Invocation};
use shared::store::{AppointmentWrite, Integration, WriteState};
use std::sync::Arc;

/// One appointment of a history.
pub(super) struct Subject {
    pub(super) id: String,
    pub(super) book: Book,
    /// What Aura put, the newest last; `None` for a cancellation.
    pub(super) wishes: Vec<Option<Appointment>>,
    pub(super) event: Option<String>,
}

/// Functions that are warm: a new instance for each invocation would cost more than what it does.
pub(super) struct Warm {
    pub(super) worker: Arc<dyn Function>,
    pub(super) writer: Arc<dyn Function>,
}

impl Warm {
    pub(super) fn of(scene: &Scene) -> Self {
        Self { worker: scene.function("sync-worker"), writer: scene.function("write-event") }
    }
}

/// A history under way.
pub(super) struct History<'a> {
    pub(super) scene: &'a Scene,
    pub(super) warm: Warm,
    pub(super) integration: Integration,
    pub(super) calendar: CalendarHandle,
    pub(super) dice: Dice,
    pub(super) subjects: Vec<Subject>,
    /// Grows with each edit: no two are the same.
    pub(super) edits: u32,
    pub(super) story: Vec<String>,
    /// Edits that a dead worker could not tell of any more.
    pub(super) excused: usize,
    /// What of the ledger was read already.
    pub(super) read: usize,
}

impl History<'_> {
    pub(super) fn note(&mut self, what: String) {
        self.story.push(what);
    }

    /// One step by the dice.
    pub(super) async fn step(&mut self) {
        let which = self.dice.below(self.subjects.len());
        match self.dice.below(100) {
            0..34 => {
                self.put(which).await;
                if self.dice.percent(70) {
                    self.work(which, true).await;
                }
            }
            34..42 => {
                self.cancel(which).await;
                if self.dice.percent(70) {
                    self.work(which, true).await;
                }
            }
            42..62 => self.person_edits(which),
            62..68 => self.person_deletes(which),
            68..72 => self.person_restores(which),
            72..75 => self.person_makes_an_exception(which),
            75..84 => self.work(which, true).await,
            84..96 => self.sync(true).await,
            _ => {
                self.note("sync tokens expire".into());
                self.scene.sandbox().google().expire_sync_tokens();
            }
        }
        self.read_what_was_told();
    }

    async fn put(&mut self, which: usize) {
        let item = self.item(which).await;
        let record = self.record(which).await.filter(|_| self.dice.percent(40));
        let subject = &self.subjects[which];
        let last = subject.wishes.last().cloned().flatten();
        let former = subject.wishes.iter().rev().flatten().nth(1).cloned();
        let (mut content, etag) = match (&record, &last) {
            (Some((content, etag)), _) => (content.clone(), etag.clone()),
            (None, Some(last)) => (last.clone(), None),
            (None, None) => (self.fresh(), None),
        };
        let source = content.clone();
        match former.filter(|_| record.is_none() && last.is_some() && self.dice.percent(15)) {
            Some(former) => content = former,
            None => {
                let fields = self.fields();
                self.change(&mut content, &fields);
            }
        }
        // A new appointment is an edit of everything, and so is one that comes back.
        let new = last.is_none() && record.is_none();
        let fields = if new { Field::ALL.to_vec() } else { content.differs(&source) };
        let mut body = serde_json::to_value(&content).expect("a content");
        body["etag"] = json!(etag);
        let answer = self.ask(&routes::PUT_EVENT, which, Some(&body)).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let revision = answer.body["revision"].as_u64().expect("a revision");
        // To want again what both sides agree on, before anything else has arrived, is no edit.
        let event = self.marked(which).pop().unwrap_or_default();
        let mark = &event["extendedProperties"]["private"]["auraRevision"];
        let base = item.as_ref().filter(|item| !arrived(item, mark)).and_then(|item| item.agreed.as_ref());
        let base = base.map(|agreed| agreed.base());
        let is_new = |field: &Field| {
            base.as_ref().is_none_or(|base| !content.agrees(&base.said, *field) && !content.agrees(&base.is, *field))
        };
        let fields: Vec<Field> = fields.into_iter().filter(is_new).collect();
        let agreed = item.and_then(|item| item.agreed).and_then(|agreed| Appointment::of(&agreed.event));
        let seen: Vec<&Appointment> = record.iter().map(|(seen, _)| seen).chain(agreed.as_ref()).collect();
        let subject = &mut self.subjects[which];
        subject.book.aura_puts(&content, &fields, revision, &seen);
        subject.wishes.push(Some(content.clone()));
        self.note(format!("put {which} r{revision} {fields:?} etag={} {}", etag.is_some(), brief(&content)));
    }

    async fn cancel(&mut self, which: usize) {
        let answer = self.ask(&routes::CANCEL_EVENT, which, None).await;
        assert!(answer.status == 202 || answer.status == 404, "{answer:?}");
        if answer.status == 202 {
            let subject = &mut self.subjects[which];
            subject.book.aura_cancels();
            subject.wishes.push(None);
            self.note(format!("cancel {which} r{}", answer.body["revision"]));
        }
    }

    fn person_edits(&mut self, which: usize) {
        let Some((id, current)) = self.living(which) else { return };
        let fields = self.fields();
        let mut content = current.clone();
        self.change(&mut content, &fields);
        content.recurrence.clone_from(&current.recurrence);
        self.calendar.update(&id, patch(&content, &fields)).expect("a change by a person");
        let at = self.scene.faults.ledger().position();
        let subject = &mut self.subjects[which];
        let book = &mut subject.book;
        (book.touched, book.deleted) = (true, false);
        // What Aura has cancelled goes, whatever a person changes of it before it is gone.
        if subject.wishes.last().is_some_and(Option::is_some) {
            book.person_edits(&current, &content, &fields);
            book.untold = Some(at);
        }
        self.note(format!("person edits {which} {fields:?} {}", brief(&content)));
    }

    fn person_deletes(&mut self, which: usize) {
        let Some((id, current)) = self.living(which) else { return };
        self.calendar.delete(&id).expect("a deletion by a person");
        let book = &mut self.subjects[which].book;
        book.person_deletes(&current);
        (book.touched, book.deleted, book.untold) = (true, true, None);
        self.note(format!("person deletes {which}"));
    }

    fn person_restores(&mut self, which: usize) {
        let Some(id) = self.subjects[which].event.clone() else { return };
        if self.calendar.event(&id).is_some_and(|event| event["status"] == "cancelled") {
            self.calendar.update(&id, json!({ "status": "confirmed" })).expect("a restoration by a person");
            let book = &mut self.subjects[which].book;
            (book.touched, book.deleted) = (true, false);
            self.note(format!("person restores {which}"));
        }
    }

    fn person_makes_an_exception(&mut self, which: usize) {
        let Some((id, current)) = self.living(which) else { return };
        if let (EventTime::Instant { at, .. }, false) = (&current.start, current.recurrence.is_empty()) {
            let occurrence = format!("{id}_{}", at.format("%Y%m%dT%H%M%SZ"));
            self.edits += 1;
            let renamed = json!({ "summary": format!("exception {}", self.edits) });
            // Where an exception is there already it is changed once more.
            self.calendar.update(&occurrence, renamed).expect("an exception");
            self.note(format!("person makes an exception of {which}"));
        }
    }

    /// A worker takes the appointment's message; perhaps it meets a fault.
    pub(super) async fn work(&mut self, which: usize, faulty: bool) {
        let Some(item) = self.item(which).await else { return };
        let fault = if faulty { self.fault() } else { None };
        let message = sqs_event(&[json!({ "account": DEMO, "write": item.name() })]);
        self.invoke(message, fault, &format!("work {which}")).await;
        self.find(which);
        self.excuse(which).await;
    }

    /// A worker that died after Google took a merge and before its commit takes along what it would have told of it.
    async fn excuse(&mut self, which: usize) {
        let Some(item) = self.item(which).await.filter(|item| item.state == WriteState::Pending) else { return };
        let Some(event) = self.marked(which).pop() else { return };
        let mark = &event["extendedProperties"]["private"]["auraRevision"];
        let sent = arrived(&item, mark);
        let book = &mut self.subjects[which].book;
        if sent && book.touched {
            self.excused += book.excuse(appointment(&event).as_ref());
        }
    }

    /// A sync when it is due; perhaps it meets a fault.
    pub(super) async fn sync(&mut self, faulty: bool) {
        self.scene.until_due(DEMO).await;
        let fault = if faulty && self.dice.percent(50) { self.fault() } else { None };
        let message = json!({ "account": DEMO, "provider": GOOGLE, "integration": self.integration.id });
        self.invoke(sqs_event(&[message]), fault, "sync").await;
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
            None => self.warm = Warm::of(self.scene),
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
    fn fault(&mut self) -> Option<(usize, Fault)> {
        let call = self.dice.below(13);
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
        for which in 0..self.subjects.len() {
            for tries in 0.. {
                let Some(item) = self.item(which).await.filter(|item| item.state == WriteState::Pending) else { break };
                assert!(tries < 12, "{} is still pending: {item:?}", self.subjects[which].id);
                let until = item.lease_until.max(item.due_at).unwrap_or_default();
                self.scene.clock.advance((until - self.scene.now()).max(TimeDelta::zero()));
                self.work(which, false).await;
            }
        }
        for _ in 0..12 {
            let open = self.scene.integration().await.run.is_some();
            self.sync(false).await;
            let id = self.integration.id;
            let newest = self.scene.store.runs(id, 1, None).await.expect("the table").items.pop();
            if !open && newest.is_some_and(|run| run.outcome == RunOutcome::Succeeded) {
                return self.read_what_was_told();
            }
            self.scene.clock.advance(BEYOND_THE_LEASE);
        }
        panic!("the sync never succeeds");
    }

    /// Takes over what events told.
    fn read_what_was_told(&mut self) {
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
        for subject in &mut self.subjects {
            let of_it = detail["appointment"] == subject.id.as_str();
            match kind {
                "appointment.written" if of_it => subject.book.written(&detail["overridden"]),
                "appointment.failed" if of_it => subject.book.failed(detail["revision"].as_u64().unwrap_or_default()),
                "records.changed" if subject.event.as_deref().is_some_and(|event| changed.contains(&event)) => {
                    assert!(subject.book.touched, "{}: Aura's own write is told as foreign", subject.id);
                    subject.book.untold = subject.book.untold.filter(|at| *at > position);
                }
                _ => {}
            }
        }
    }

    pub(super) async fn item(&self, which: usize) -> Option<AppointmentWrite> {
        let id = AppointmentId::parse(self.subjects[which].id.as_str()).expect("an id");
        self.scene.store.appointment(self.integration.id, &id).await.expect("the table")
    }

    /// What Aura shows of the event: content and version.
    async fn record(&self, which: usize) -> Option<(Appointment, Option<String>)> {
        let record = self.scene.event_record(self.subjects[which].event.as_deref()?).await?;
        Some((Appointment::of(&record)?, record.etag))
    }

    /// The event, if a person can see it.
    fn living(&mut self, which: usize) -> Option<(String, Appointment)> {
        self.find(which);
        let id = self.subjects[which].event.clone()?;
        let current = appointment(&self.calendar.event(&id)?)?;
        Some((id, current))
    }

    fn find(&mut self, which: usize) {
        if self.subjects[which].event.is_none() {
            let marked = self.marked(which);
            self.subjects[which].event = marked.first().map(|event| event["id"].as_str().expect("an id").to_owned());
        }
    }

    /// Every living event with the appointment's mark; exceptions inherit it.
    pub(super) fn marked(&self, which: usize) -> Vec<Value> {
        let marked = self.scene.marked(ADA, &self.subjects[which].id).into_iter();
        marked.filter(|event| event["recurringEventId"].is_null()).collect()
    }

    async fn ask(&self, route: &Route, which: usize, body: Option<&Value>) -> Answer {
        let path = [("provider", GOOGLE), ("id", self.subjects[which].id.as_str())];
        let event = http_event(route, &path, Some(&Person::admin(DEMO, "ada")), body);
        let answer = self.warm.writer.invoke(event, self.invocation(TimeDelta::seconds(15))).await;
        Answer::of_event(&answer.expect("an answer"))
    }

    fn invocation(&self, left: TimeDelta) -> Invocation {
        Invocation { request_id: "test".into(), deadline: self.scene.now() + left }
    }
}

/// Whether the event has a revision whose outcome is not stored.
fn arrived(item: &AppointmentWrite, mark: &Value) -> bool {
    let revision = mark.as_str().and_then(|text| text.parse::<u64>().ok());
    item.sent.iter().any(|sent| Some(sent.revision) == revision)
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

fn brief(content: &Appointment) -> String {
    let at = content.start.sort_instant();
    format!("{} {at} {:?} {:?} {:?}", content.title, content.description, content.location, content.attendees)
}
