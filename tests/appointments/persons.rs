//! What a person does in Google: to the events of appointments, and to copies of them.

use super::book::{appointment, patch};
use super::steps::{History, brief};
use super::subject::{Copy, Kind, occurrence_id};
use domain::record::EventTime;
use serde_json::json;

impl History<'_> {
    pub(super) fn person_edits(&mut self, which: usize) {
        let Some((id, current)) = self.living(which) else { return };
        let kind = self.subjects[which].kind;
        let fields = self.fields(which);
        let content = self.changed(&current, &fields, kind);
        self.calendar.update(&id, patch(&content, &fields)).expect("a change by a person");
        let at = self.scene.faults.ledger().position();
        // What Aura has cancelled goes, whatever a person changes of it before it is gone.
        let stays =
            !self.subjects[which].is_cancelled() && !(self.is_of_series(which) && self.subjects[0].is_cancelled());
        let book = &mut self.subjects[which].book;
        (book.touched, book.deleted) = (true, false);
        if stays {
            book.person_edits(&current, &content, &fields);
            book.untold = Some(at);
        }
        self.note(format!("person edits {which} {fields:?} {}", brief(&content)));
    }

    pub(super) fn person_deletes(&mut self, which: usize) {
        let Some((id, _)) = self.living(which) else { return };
        for gone in std::iter::once(which).chain(self.occurrences_of(which)) {
            let current = self.living(gone);
            let book = &mut self.subjects[gone].book;
            book.person_deletes(current.as_ref().map(|(_, content)| content));
            book.shaken |= gone != which;
        }
        self.calendar.delete(&id).expect("a deletion by a person");
        self.note(format!("person deletes {which}"));
    }

    pub(super) fn person_restores(&mut self, which: usize) {
        let Some(id) = self.subjects[which].event.clone() else { return };
        // Without its series there is no occurrence to restore.
        let possible = !self.is_of_series(which) || self.living(0).is_some();
        if possible && self.calendar.event(&id).is_some_and(|event| event["status"] == "cancelled") {
            self.calendar.update(&id, json!({ "status": "confirmed" })).expect("a restoration by a person");
            for back in std::iter::once(which).chain(self.occurrences_of(which)) {
                let book = &mut self.subjects[back].book;
                (book.touched, book.deleted) = (true, false);
            }
            self.note(format!("person restores {which}"));
        }
    }

    /// Renames the first occurrence of a series. Where an exception is there already it is changed once more.
    pub(super) fn person_makes_an_exception(&mut self, which: usize) {
        let Some((id, current)) = self.living(which) else { return };
        if let (EventTime::Instant { at, .. }, false) = (&current.start, current.recurrence.is_empty()) {
            self.edits += 1;
            let renamed = json!({ "summary": format!("exception {}", self.edits) });
            self.calendar.update(&occurrence_id(&id, *at), renamed).expect("an exception");
            self.note(format!("person makes an exception of {which}"));
        }
    }

    /// Duplicates an appointment's event; what becomes of the copy is the person's alone.
    pub(super) fn person_copies(&mut self, which: usize) {
        self.find(which);
        let Some(id) = self.subjects[which].event.clone() else { return };
        let Ok(copy) = self.calendar.duplicate(&id) else { return };
        let id = copy["id"].as_str().expect("an id").to_owned();
        let untold = Some(self.scene.faults.ledger().position());
        self.note(format!("person copies {which} to {id}"));
        self.copies.push(Copy { id, content: appointment(&copy), untold });
    }

    pub(super) fn person_changes_a_copy(&mut self) {
        if self.copies.is_empty() {
            return;
        }
        let which = self.dice.below(self.copies.len());
        let Some(current) = self.copies[which].content.clone() else { return };
        let id = self.copies[which].id.clone();
        if self.dice.percent(30) {
            self.calendar.delete(&id).expect("a deletion by a person");
            (self.copies[which].content, self.copies[which].untold) = (None, None);
            return self.note(format!("person deletes the copy {id}"));
        }
        let fields = self.fields(0);
        let content = self.changed(&current, &fields, Kind::Series);
        self.calendar.update(&id, patch(&content, &fields)).expect("a change by a person");
        self.note(format!("person edits the copy {id} {fields:?} {}", brief(&content)));
        (self.copies[which].content, self.copies[which].untold) =
            (Some(content), Some(self.scene.faults.ledger().position()));
    }

    fn is_of_series(&self, which: usize) -> bool {
        self.subjects[which].is_occurrence()
    }
}
