//! The weeks in which clocks change, as a person sees them: against an expectation written by hand.

use super::scene::Scene;
use crate::world::DEMO;
use sandbox::google::{ADA, CalendarHandle};
use serde_json::{Value, json};

/// An event of Berlin, at this local time (`2026-03-23T09:00:00+01:00`).
fn berlin(title: &str, start: &str, end: &str, rules: &[&str]) -> Value {
    let time = |at: &str| json!({ "dateTime": at, "timeZone": "Europe/Berlin" });
    let mut event = json!({ "summary": title, "start": time(start), "end": time(end) });
    if !rules.is_empty() {
        event["recurrence"] = json!(rules);
    }
    event
}

fn insert(calendar: &CalendarHandle, event: Value) -> String {
    calendar.insert(event).expect("an event")["id"].as_str().expect("an id").to_owned()
}

/// Start and title of every occurrence in the window, in the order of the answer.
async fn agenda(scene: &Scene, from: &str, to: &str) -> Vec<(String, String)> {
    let path = format!("/integrations/google-calendar/records?from={from}&to={to}");
    let answer = scene.viewer(DEMO).get(&path).await.ok();
    let occurrences = answer["occurrences"].as_array().expect("occurrences").iter();
    let start =
        |one: &Value| one["start"]["at"].as_str().or(one["start"]["date"].as_str()).expect("a start").to_owned();
    occurrences.map(|one| (start(one), one["event"]["title"].as_str().expect("a title").to_owned())).collect()
}

fn expected(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines.iter().map(|(start, title)| ((*start).to_owned(), (*title).to_owned())).collect()
}

async fn synced_with(fill: impl FnOnce(&CalendarHandle)) -> Scene {
    let scene = Scene::with(0).await;
    fill(&scene.calendar(ADA));
    scene.connect(DEMO).await.ok();
    assert_eq!(scene.run().await, "succeeded");
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_stays_at_its_local_hour_when_clocks_change_and_its_exceptions_are_applied() {
    let scene = synced_with(|calendar| {
        let daily = ["RRULE:FREQ=DAILY;COUNT=9"];
        let series = berlin("Stand-up", "2026-03-25T09:00:00+01:00", "2026-03-25T09:30:00+01:00", &daily);
        let id = insert(calendar, series);
        let moved = berlin("Stand-up, late", "2026-03-27T11:30:00+01:00", "2026-03-27T12:00:00+01:00", &[]);
        calendar.update(&format!("{id}_20260327T080000Z"), moved).expect("an exception");
        calendar.delete(&format!("{id}_20260330T070000Z")).expect("a cancelled one");
        let across = berlin("Stand-up, next week", "2026-04-07T10:00:00+02:00", "2026-04-07T10:30:00+02:00", &[]);
        calendar.update(&format!("{id}_20260401T070000Z"), across).expect("an exception moved out of the week");
    })
    .await;
    let week = agenda(&scene, "2026-03-25T00:00:00Z", "2026-04-05T00:00:00Z").await;
    assert_eq!(
        week,
        expected(&[
            ("2026-03-25T08:00:00Z", "Stand-up"),
            ("2026-03-26T08:00:00Z", "Stand-up"),
            ("2026-03-27T10:30:00Z", "Stand-up, late"),
            ("2026-03-28T08:00:00Z", "Stand-up"),
            ("2026-03-29T07:00:00Z", "Stand-up"),
            ("2026-03-31T07:00:00Z", "Stand-up"),
            ("2026-04-02T07:00:00Z", "Stand-up"),
        ])
    );
    let next = agenda(&scene, "2026-04-05T00:00:00Z", "2026-04-12T00:00:00Z").await;
    assert_eq!(next, expected(&[("2026-04-07T08:00:00Z", "Stand-up, next week")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hour_that_clocks_skip_and_the_day_of_23_hours_are_shown_once() {
    let scene = synced_with(|calendar| {
        let nightly = ["RRULE:FREQ=DAILY;COUNT=4"];
        let series = berlin("Backup", "2026-03-28T02:30:00+01:00", "2026-03-28T02:50:00+01:00", &nightly);
        insert(calendar, series);
        insert(calendar, berlin("Deploy", "2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", &[]));
        let day =
            json!({ "summary": "Palm Sunday", "start": { "date": "2026-03-29" }, "end": { "date": "2026-03-30" } });
        insert(calendar, day);
    })
    .await;
    let days = agenda(&scene, "2026-03-28T00:00:00Z", "2026-04-01T00:00:00Z").await;
    assert_eq!(
        days,
        expected(&[
            ("2026-03-28T01:30:00Z", "Backup"),
            ("2026-03-29", "Palm Sunday"),
            ("2026-03-29T00:30:00Z", "Deploy"),
            // 02:30 does not exist on that day: it is read with the offset before the gap.
            ("2026-03-29T01:30:00Z", "Backup"),
            ("2026-03-30T00:30:00Z", "Backup"),
            ("2026-03-31T00:30:00Z", "Backup"),
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_that_is_deleted_takes_its_exceptions_with_it() {
    let scene = synced_with(|calendar| {
        let weekly = ["RRULE:FREQ=WEEKLY;COUNT=4"];
        let id = insert(calendar, berlin("Gone", "2026-03-25T09:00:00+01:00", "2026-03-25T10:00:00+01:00", &weekly));
        let moved = berlin("Gone too", "2026-04-02T09:00:00+02:00", "2026-04-02T10:00:00+02:00", &[]);
        calendar.update(&format!("{id}_20260401T070000Z"), moved).expect("an exception");
    })
    .await;
    assert_eq!(agenda(&scene, "2026-03-20T00:00:00Z", "2026-05-01T00:00:00Z").await.len(), 4);
    let calendar = scene.calendar(ADA);
    let series = calendar.events().into_iter().find(|event| event["recurrence"].is_array()).expect("the series");
    calendar.delete(series["id"].as_str().expect("an id")).expect("deleted");
    assert_eq!(scene.next_run().await, "succeeded");
    assert_eq!(agenda(&scene, "2026-03-20T00:00:00Z", "2026-05-01T00:00:00Z").await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_an_agenda_show_every_occurrence_once() {
    let scene = Scene::synced(100).await;
    let window = "from=2026-03-16T00:00:00Z&to=2026-04-16T00:00:00Z";
    let path = format!("/integrations/google-calendar/records?{window}");
    let viewer = scene.viewer(DEMO);
    let whole = viewer.get(&format!("{path}&limit=1000")).await.ok();
    assert!(whole["cursor"].is_null());
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = viewer.get(&format!("{path}&limit=7{cursor}")).await.ok();
        let occurrences = page["occurrences"].as_array().expect("occurrences");
        assert!(occurrences.len() <= 7);
        paged.extend(occurrences.clone());
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(paged.len() > 14, "{}", paged.len());
    assert_eq!(serde_json::json!(paged), whole["occurrences"]);
}
