//! The steps of a history, by the dice, and those of Aura among them.

use super::book::appointment;
use super::subject::{Copy, Kind, Subject, at_occurrence, occurrence_id};
use super::telling::Telling;
use crate::sync::scene::Scene;
use crate::world::{Answer, DEMO, Dice, GOOGLE, Person, http_event};
use chrono::TimeDelta;
use domain::appointment::{Appointment, Field};
use domain::ids::AppointmentId;
use sandbox::google::{ADA, CalendarHandle};
use serde_json::{Value, json};
use shared::api::routes::{self, Route};
use shared::entry::{Function, Invocation};
use shared::store::{AppointmentWrite, Integration};
use std::collections::HashSet;
use std::sync::Arc;

/// Functions that are warm: a new instance for each invocation would cost more than what it does.
pub(super) struct Warm {
    pub(super) worker: Arc<dyn Function>,
    pub(super) writer: Arc<dyn Function>,
    pub(super) webhook: Arc<dyn Function>,
}

impl Warm {
    pub(super) fn of(scene: &Scene) -> Self {
        Self {
            worker: scene.function("sync-worker"),
            writer: scene.function("write-event"),
            webhook: scene.function("webhook"),
        }
    }
}

/// A history under way.
pub(super) struct History<'a> {
    pub(super) scene: &'a Scene,
    pub(super) warm: Warm,
    pub(super) integration: Integration,
    pub(super) calendar: CalendarHandle,
    pub(super) dice: Dice,
    pub(super) telling: Telling,
    pub(super) subjects: Vec<Subject>,
    pub(super) copies: Vec<Copy>,
    /// Grows with each edit: no two are the same.
    pub(super) edits: u32,
    /// The times that were used.
    pub(super) times: HashSet<String>,
    pub(super) story: Vec<String>,
    /// What of the ledger was read already.
    pub(super) read: usize,
}

impl<'a> History<'a> {
    pub(super) async fn of(scene: &'a Scene, warm: Warm, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let kinds = match dice.percent(40) {
            true => vec![Kind::Series, Kind::Occurrence(1), Kind::Occurrence(2)],
            false => vec![Kind::Free, Kind::Free],
        };
        let telling = Telling::by(&mut dice);
        let subjects = kinds.into_iter().enumerate().map(|(number, kind)| Subject::of(seed, number, kind));
        Self {
            scene,
            warm,
            integration: scene.integration().await,
            calendar: scene.calendar(ADA),
            dice,
            telling,
            subjects: subjects.collect(),
            copies: vec![],
            edits: 0,
            times: HashSet::new(),
            story: vec![],
            read: scene.faults.ledger().position(),
        }
    }

    pub(super) fn note(&mut self, what: String) {
        self.story.push(what);
    }

    /// One step by the dice.
    pub(super) async fn step(&mut self) {
        let which = self.dice.below(self.subjects.len());
        self.tell_as_the_dice_say();
        match self.dice.below(100) {
            0..28 => {
                self.put(which).await;
                self.perhaps_work(which).await;
            }
            28..34 => {
                self.move_between_zones(which).await;
                self.perhaps_work(which).await;
            }
            34..41 => {
                self.cancel(which).await;
                self.perhaps_work(which).await;
            }
            41..58 => self.person_edits(which),
            58..63 => self.person_deletes(which),
            63..67 => self.person_restores(which),
            67..70 => self.person_makes_an_exception(which),
            70..74 => self.person_copies(which),
            74..77 => self.person_changes_a_copy(),
            77..84 => self.work(which, true).await,
            84..96 => self.sync(true).await,
            _ => {
                self.note("sync tokens expire".into());
                self.scene.sandbox().google().expire_sync_tokens();
            }
        }
        self.read_what_was_told();
    }

    async fn perhaps_work(&mut self, which: usize) {
        if self.dice.percent(70) {
            self.work(which, true).await;
        }
    }

    /// Aura changes some fields of what it wants, or of what it saw of Google; now and then back to what they were.
    async fn put(&mut self, which: usize) {
        let which = self.puttable(which);
        let record = self.record(which).await.filter(|_| self.dice.percent(40));
        let subject = &self.subjects[which];
        let (kind, wanted) = (subject.kind, subject.wanted().cloned());
        let former = subject.wishes.iter().rev().flatten().nth(1).cloned();
        let (source, etag) = match (record, &wanted) {
            (Some((content, etag)), _) => (content, etag),
            (None, Some(wanted)) => (wanted.clone(), None),
            (None, None) => (self.fresh(which), None),
        };
        let content = match former.filter(|_| etag.is_none() && wanted.is_some() && self.dice.percent(15)) {
            Some(former) => former,
            None => {
                let fields = self.fields(which);
                self.changed(&source, &fields, kind)
            }
        };
        self.say(which, &source, &content, etag).await;
    }

    /// Aura thinks of an appointment in another time zone.
    async fn move_between_zones(&mut self, which: usize) {
        let Some(wanted) = self.subjects[which].wanted().cloned() else { return };
        if self.subjects[which].kind == Kind::Series {
            return;
        }
        let Some(moved) = self.moved_between_zones(&wanted) else { return };
        self.note(format!("{which} moves from {:?} to {:?}", wanted.start, moved.start));
        self.say(which, &wanted, &moved, None).await;
    }

    async fn say(&mut self, which: usize, source: &Appointment, content: &Appointment, etag: Option<String>) {
        let item = self.item(which).await;
        let seen = etag.is_some().then_some(source);
        let subject = &self.subjects[which];
        // A new appointment is an edit of everything, and so is one that comes back. A new occurrence was there before.
        let begins = subject.is_occurrence() && subject.wishes.is_empty();
        let new = subject.wanted().is_none() && seen.is_none() && !begins;
        let fields = if new { Field::ALL.to_vec() } else { content.differs(source) };
        let answer = self.ask(&routes::PUT_EVENT, which, Some(&self.body(which, content, etag.as_deref()))).await;
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
        let seen: Vec<&Appointment> = seen.into_iter().chain(agreed.as_ref()).collect();
        let subject = &mut self.subjects[which];
        subject.book.aura_puts(content, &fields, revision, &seen);
        subject.wishes.push(Some(content.clone()));
        if self.subjects[which].is_occurrence() && self.subjects[0].wanted().is_none() {
            self.subjects[which].book.goes_with_its_series();
        }
        self.note(format!("put {which} r{revision} {fields:?} etag={} {}", etag.is_some(), brief(content)));
    }

    /// An occurrence needs its series first.
    fn puttable(&self, which: usize) -> usize {
        let without_series = self.subjects[which].is_occurrence() && self.subjects[0].wishes.is_empty();
        if without_series { 0 } else { which }
    }

    fn body(&self, which: usize, content: &Appointment, etag: Option<&str>) -> Value {
        let mut body = serde_json::to_value(content).expect("a content");
        body["etag"] = json!(etag);
        if let Kind::Occurrence(weeks) = self.subjects[which].kind {
            body["occurrenceOf"] = json!(self.subjects[0].occurrence(weeks).expect("a series"));
        }
        body
    }

    async fn cancel(&mut self, which: usize) {
        let answer = self.ask(&routes::CANCEL_EVENT, which, None).await;
        assert!(answer.status == 202 || answer.status == 404, "{answer:?}");
        if answer.status == 202 {
            let subject = &mut self.subjects[which];
            subject.book.aura_cancels();
            subject.wishes.push(None);
            for occurrence in self.occurrences_of(which) {
                self.subjects[occurrence].book.goes_with_its_series();
            }
            self.note(format!("cancel {which} r{}", answer.body["revision"]));
        }
    }

    /// The subjects that are occurrences of this one.
    pub(super) fn occurrences_of(&self, which: usize) -> Vec<usize> {
        let series = self.subjects[which].kind == Kind::Series;
        (0..self.subjects.len()).filter(|other| series && self.subjects[*other].is_occurrence()).collect()
    }

    pub(super) async fn item(&self, which: usize) -> Option<AppointmentWrite> {
        let id = AppointmentId::parse(self.subjects[which].id.as_str()).expect("an id");
        self.scene.store.appointment(self.integration.id, &id).await.expect("the table")
    }

    /// What Aura shows of the event: content and version.
    async fn record(&mut self, which: usize) -> Option<(Appointment, Option<String>)> {
        self.find(which);
        let record = self.scene.event_record(self.subjects[which].event.as_deref()?).await?;
        Some((Appointment::of(&record)?, record.etag))
    }

    /// The event as a person sees it, exception or not; `None` if there is nothing to see.
    pub(super) fn living(&mut self, which: usize) -> Option<(String, Appointment)> {
        self.find(which);
        let id = self.subjects[which].event.clone()?;
        let content = match (self.calendar.event(&id), self.subjects[which].kind) {
            (Some(event), _) => appointment(&event)?,
            (None, Kind::Occurrence(weeks)) => at_occurrence(&self.living(0)?.1, weeks),
            (None, _) => return None,
        };
        Some((id, content))
    }

    /// Learns the id of the event, once there is one.
    pub(super) fn find(&mut self, which: usize) {
        if self.subjects[which].event.is_some() {
            return;
        }
        self.subjects[which].event = match self.subjects[which].kind {
            Kind::Occurrence(weeks) => {
                self.find(0);
                let of = self.subjects[0].occurrence(weeks);
                let series = self.subjects[0].event.as_deref();
                series.zip(of).map(|(series, of)| occurrence_id(series, of.original_start.sort_instant()))
            }
            _ => self.marked(which).first().map(|event| event["id"].as_str().expect("an id").to_owned()),
        };
    }

    /// Every living event with the appointment's mark, but for a person's copies; exceptions inherit their series'.
    pub(super) fn marked(&self, which: usize) -> Vec<Value> {
        let subject = &self.subjects[which];
        let is_copy = |event: &Value| self.copies.iter().any(|copy| event["id"] == copy.id.as_str());
        let marked = self.scene.marked(ADA, &subject.id).into_iter().filter(|event| !is_copy(event));
        marked.filter(|event| event["recurringEventId"].is_null() != subject.is_occurrence()).collect()
    }

    pub(super) fn invocation(&self, left: TimeDelta) -> Invocation {
        Invocation::new("test", self.scene.now() + left)
    }

    async fn ask(&self, route: &Route, which: usize, body: Option<&Value>) -> Answer {
        let path = [("provider", GOOGLE), ("id", self.subjects[which].id.as_str())];
        let event = http_event(route, &path, Some(&Person::admin(DEMO, "ada")), body);
        let answer = self.warm.writer.invoke(event, self.invocation(TimeDelta::seconds(15))).await;
        Answer::of_event(&answer.expect("an answer"))
    }
}

/// Whether the event has a revision whose outcome is not stored.
fn arrived(item: &AppointmentWrite, mark: &Value) -> bool {
    let revision = mark.as_str().and_then(|text| text.parse::<u64>().ok());
    item.sent.iter().any(|sent| Some(sent.revision) == revision)
}

pub(super) fn brief(content: &Appointment) -> String {
    let at = content.start.sort_instant();
    format!("{} {at} {:?} {:?} {:?}", content.title, content.description, content.location, content.attendees)
}
