//! Random histories of appointments that both sides change, with crashes, lost answers and expired sync tokens in between:
//! in the end both sides are equal, there is one event at most, and no edit is lost without a word.
//!
//! `AURA_ORACLE_HISTORIES` plays more of them, `AURA_ORACLE_SEED` the one of this seed alone.

use super::book::{Book, appointment};
use super::dice::Dice;
use super::office;
use super::steps::{History, Subject, Warm};
use crate::sync::oracle::mapped;
use crate::sync::scene::Scene;
use crate::world::DEMO;
use domain::record::{CalendarEvent, Record};
use futures_util::{FutureExt, StreamExt, stream};
use sandbox::google::ADA;
use shared::store::{StoredRecord, WriteState};
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

/// Histories of an ordinary run.
const HISTORIES: u64 = 1_000;
/// Histories of one world.
const OF_A_WORLD: usize = 125;
/// Worlds at a time.
const CONCURRENCY: usize = 4;
/// Appointments of a history.
const APPOINTMENTS: usize = 2;

#[expect(clippy::disallowed_methods, reason = "a person asks for the long run, or for one history again")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// What is wrong at the end of a history.
async fn broken(history: &History<'_>) -> Vec<String> {
    let mut broken = vec![];
    for (which, subject) in history.subjects.iter().enumerate() {
        let mut wrong = |what: String| broken.push(format!("{}: {what}", subject.id));
        let marked = history.marked(which);
        if marked.len() > 1 {
            wrong(format!("{} events", marked.len()));
        }
        let event = marked.first().and_then(appointment);
        let Some(item) = history.item(which).await else { continue };
        let last = subject.wishes.last().cloned().flatten();
        for lost in subject.book.lost(event.as_ref()) {
            wrong(format!("lost without a word: {lost}; the event is {event:?}"));
        }
        match (item.state, &event, &last) {
            (WriteState::Pending, _, _) => wrong("still pending".into()),
            (WriteState::Failed, _, _) if !subject.book.touched => wrong(format!("failed: {:?}", item.failure)),
            (WriteState::Written, Some(_), None) if !subject.book.touched => wrong("it was cancelled".into()),
            (WriteState::Written, None, Some(_)) if !subject.book.deleted => wrong("there is no event".into()),
            (_, Some(event), Some(last)) if !subject.book.touched && !event.differs(last).is_empty() => {
                wrong(format!("{event:?} is not {last:?}"));
            }
            _ => {}
        }
        if event.is_some() && subject.book.untold.is_some() {
            wrong("a person's change was never told".into());
        }
        let etag = marked.first().and_then(|event| event["etag"].as_str().map(str::to_owned));
        let stored = match &subject.event {
            Some(event) => history.scene.event_record(event).await.and_then(|record| record.etag),
            None => None,
        };
        if stored != etag {
            wrong(format!("the record has {stored:?}, Google {etag:?}"));
        }
    }
    broken
}

/// One history; what is wrong with it.
async fn play(scene: &Scene, warm: Warm, seed: u64) -> (Warm, usize, Vec<String>) {
    let mut dice = Dice(seed);
    let steps = 5 + dice.below(8);
    let subject =
        |number| Subject { id: format!("h{seed}-{number}"), book: Book::default(), wishes: vec![], event: None };
    let mut history = History {
        scene,
        warm,
        integration: scene.integration().await,
        calendar: scene.calendar(ADA),
        dice,
        subjects: (0..APPOINTMENTS).map(subject).collect(),
        edits: 0,
        story: vec![],
        excused: 0,
        read: scene.faults.ledger().position(),
    };
    let played = async {
        for _ in 0..steps {
            history.step().await;
        }
        history.note("— quiet —".into());
        history.quiesce().await;
        let mut broken = broken(&history).await;
        broken.extend(differing(scene).await);
        broken
    };
    let broken = match AssertUnwindSafe(played).catch_unwind().await {
        Ok(broken) => broken,
        Err(panic) => {
            scene.faults.clear();
            let text = panic.downcast_ref::<String>().cloned();
            vec![text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()]
        }
    };
    let story = history.story.join("\n  ");
    let told = (!broken.is_empty()).then(|| format!("seed {seed}: {broken:#?}\n  {story}"));
    // The next history begins with an empty calendar.
    for event in history.calendar.events() {
        // An exception is gone already when its series is.
        let _ = history.calendar.delete(event["id"].as_str().expect("an id"));
    }
    (history.warm, history.excused, told.into_iter().collect())
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

/// A world with these histories, one after the other.
async fn world_of(seeds: Vec<u64>) -> (usize, Vec<String>) {
    let scene = office(0).await;
    scene.faults.near(scene.stack.embedded().expect("the embedded AWS"));
    let (mut warm, mut excused, mut all) = (Warm::of(&scene), 0, vec![]);
    for seed in seeds {
        let (after, untold, broken) = play(&scene, warm, seed).await;
        excused += untold;
        warm = after;
        all.extend(broken);
    }
    (excused, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn histories_of_both_sides_end_alike_and_lose_no_edit_without_a_word() {
    let began = Instant::now();
    let count = asked("AURA_ORACLE_HISTORIES").unwrap_or(HISTORIES);
    let seeds: Vec<u64> = match asked("AURA_ORACLE_SEED") {
        Some(seed) => vec![seed],
        None => (0..count).collect(),
    };
    let worlds = seeds.chunks(OF_A_WORLD).map(<[u64]>::to_vec);
    let worlds = worlds.map(|seeds| async { tokio::spawn(world_of(seeds)).await.expect("a world") });
    let ended: Vec<(usize, Vec<String>)> = stream::iter(worlds).buffer_unordered(CONCURRENCY).collect().await;
    let excused: usize = ended.iter().map(|(excused, _)| excused).sum();
    let broken: Vec<String> = ended.into_iter().flat_map(|(_, broken)| broken).collect();
    let seconds = began.elapsed().as_secs_f32();
    println!("{} histories, {excused} edits excused, {} broken, {seconds:.1} s", seeds.len(), broken.len());
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}
