//! What must be true at the end of a history.

use super::steps::History;
use crate::sync::oracle::mapped;
use crate::sync::scene::Scene;
use crate::world::DEMO;
use domain::record::{CalendarEvent, Record};
use sandbox::google::ADA;
use shared::store::{StoredRecord, WriteState};
use std::collections::BTreeMap;

impl History<'_> {
    /// What is wrong.
    pub(super) async fn broken(&mut self) -> Vec<String> {
        let mut broken = vec![];
        for which in 0..self.subjects.len() {
            let wrong = self.wrong_with(which).await;
            broken.extend(wrong.into_iter().map(|what| format!("{}: {what}", self.subjects[which].id)));
        }
        broken.extend(self.wrong_with_copies().await);
        broken.extend(differing(self.scene).await);
        broken
    }

    async fn wrong_with(&mut self, which: usize) -> Vec<String> {
        let mut broken = vec![];
        let mut wrong = |what: String| broken.push(what);
        let marked = self.marked(which);
        if marked.len() > 1 {
            wrong(format!("{} events", marked.len()));
        }
        let event = self.living(which).map(|(_, content)| content);
        let series_touched = self.subjects[which].is_occurrence() && self.subjects[0].book.touched;
        let (item, subject) = (self.item(which).await, &self.subjects[which]);
        let book = &subject.book;
        for lost in book.lost(event.as_ref()) {
            wrong(format!("lost without a word: {lost}; the event is {event:?}"));
        }
        if event.is_some() && book.untold.is_some() {
            wrong("a person's change was never told".into());
        }
        let Some(item) = item else { return broken };
        let nobodys = !book.touched && !book.shaken;
        match (item.state, &event, subject.wanted()) {
            (WriteState::Pending, _, _) => wrong("still pending".into()),
            (WriteState::Failed, _, _) if nobodys => wrong(format!("failed: {:?}", item.failure)),
            (WriteState::Written, Some(_), None) if nobodys => wrong("it was cancelled".into()),
            (WriteState::Written, None, Some(_)) if !book.deleted && !book.shaken => wrong("there is no event".into()),
            (_, Some(event), Some(wanted)) if nobodys && !series_touched && !event.differs(wanted).is_empty() => {
                wrong(format!("{event:?} is not {wanted:?}"));
            }
            _ => {}
        }
        let etag = marked.first().and_then(|event| event["etag"].as_str().map(str::to_owned));
        let stored = match &subject.event {
            Some(event) => self.scene.event_record(event).await.and_then(|record| record.etag),
            None => None,
        };
        if stored != etag && !(subject.is_occurrence() && etag.is_none()) {
            wrong(format!("the record has {stored:?}, Google {etag:?}"));
        }
        broken
    }

    /// Copies are a person's own: Aura changes nothing of them, tells of them, and keeps no mark of them.
    async fn wrong_with_copies(&self) -> Vec<String> {
        let mut broken = vec![];
        for copy in &self.copies {
            let event = self.calendar.event(&copy.id).as_ref().and_then(super::book::appointment);
            if event != copy.content {
                broken.push(format!("the copy {}: {event:?} is not {:?}", copy.id, copy.content));
            }
            if copy.untold.is_some() {
                broken.push(format!("the copy {} was never told", copy.id));
            }
            if self.scene.event_record(&copy.id).await.is_some_and(|record| record.mark.is_some()) {
                broken.push(format!("the copy {} is taken for an appointment", copy.id));
            }
        }
        broken
    }
}

/// The ids of what is not the same in the calendar and in the records of it, but for marks, which copies do not keep.
async fn differing(scene: &Scene) -> Option<String> {
    let unmarked = |event: CalendarEvent| CalendarEvent { mark: None, ..event };
    let theirs = mapped(&scene.calendar(ADA).events(), "Europe/Berlin").await;
    let theirs: BTreeMap<_, _> = theirs.into_iter().map(|(id, event)| (id, unmarked(event))).collect();
    let record = |stored: StoredRecord| match stored.record().expect("readable") {
        Some(Record::CalendarEvent(event)) => Some((event.id.as_str().to_owned(), unmarked(event))),
        _ => None,
    };
    let ours: BTreeMap<_, _> = scene.records(DEMO, ADA).await.into_iter().filter_map(record).collect();
    (theirs != ours).then(|| format!("the records {ours:#?} are not the calendar {theirs:#?}"))
}
