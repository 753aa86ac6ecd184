mod agenda;
mod exceptions;
mod hostile;
mod properties;
mod rules;
mod window;
mod zones;

use super::*;
use serde_json::{Value, json};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn window(from: &str, to: &str) -> Window {
    let midnight = |day: &str| at(&format!("{day}T00:00:00Z"));
    Window::new(midnight(from), midnight(to)).expect("a window")
}

fn item_in(resource: &str, event: Value) -> Item {
    let mut whole = json!({ "status": "confirmed" });
    for (name, value) in event.as_object().expect("an object") {
        whole[name] = value.clone();
    }
    Item {
        resource: ResourceId::parse(resource).unwrap(),
        event: Arc::new(serde_json::from_value(whole).expect("an event")),
    }
}

fn item(event: Value) -> Item {
    item_in("work", event)
}

fn instant(at: &str, zone: &str) -> Value {
    json!({ "kind": "instant", "at": at, "timeZone": zone })
}

fn day(date: &str) -> Value {
    json!({ "kind": "date", "date": date })
}

/// A series of the hour from `start`, by the wall clock of `zone`.
fn hourly_meeting(start: &str, zone: &str, lines: &[&str]) -> Item {
    let end = (at(start) + TimeDelta::hours(1)).to_rfc3339();
    item(json!({ "id": "s", "start": instant(start, zone), "end": instant(&end, zone), "recurrence": lines }))
}

/// A series of whole days.
fn whole_days(start: &str, end: &str, lines: &[&str]) -> Item {
    item(json!({ "id": "s", "start": day(start), "end": day(end), "recurrence": lines }))
}

fn show(time: &EventTime) -> String {
    match time {
        EventTime::Date { date } => date.to_string(),
        EventTime::Instant { at, .. } => at.format("%Y-%m-%dT%H:%MZ").to_string(),
    }
}

/// The starts in the window.
fn starts(window: Window, items: &[Item]) -> Vec<String> {
    occurrences(window, items).iter().map(|found| show(&found.start)).collect()
}

fn ids(window: Window, items: &[Item]) -> Vec<String> {
    occurrences(window, items).into_iter().map(|found| found.id).collect()
}
