//! Many different changes at once, as people make them between two syncs.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::{
    calendar::{Body, Calendar},
    data::words,
    edit,
    recurrence::later,
};
use crate::dice::Dice;

/// Changes exactly `count` events, each once, and answers their ids in the order of change. The kinds take turns:
/// renamed, moved, inserted, deleted. The same seed and history give the same changes.
pub(crate) fn some(calendar: &mut Calendar, count: usize, seed: u64, now: DateTime<Utc>) -> Vec<String> {
    let mut dice = Dice::new(seed ^ calendar.sequence().wrapping_mul(0x9E37_79B9));
    let mut candidates = changeable(calendar);
    dice.shuffle(&mut candidates);
    let mut candidates = candidates.into_iter();
    let mut changed = Vec::with_capacity(count);
    for number in 0..count {
        let target = if number % 4 == 2 { None } else { candidates.next() };
        changed.push(match target {
            None => insert(calendar, &mut dice, now),
            Some(id) => {
                change(calendar, &id, number, &mut dice, now);
                id
            }
        });
    }
    changed
}

/// Single events and exceptions. Deleting a series would change its exceptions too, and so more than was asked for.
fn changeable(calendar: &Calendar) -> Vec<String> {
    calendar
        .listed()
        .filter(|entry| !entry.is_cancelled() && !entry.body.contains_key("recurrence"))
        .filter_map(|entry| entry.text("id").map(str::to_owned))
        .collect()
}

fn change(calendar: &mut Calendar, id: &str, number: usize, dice: &mut Dice, now: DateTime<Utc>) {
    let done = match number % 4 {
        0 => edit::patch(calendar, id, renaming(dice), None, now).map(drop),
        1 => edit::patch(calendar, id, moving(calendar, id), None, now).map(drop),
        _ => edit::delete(calendar, id, None, now),
    };
    debug_assert!(done.is_ok(), "a living event can be changed: {done:?}");
}

fn renaming(dice: &mut Dice) -> Body {
    object(json!({ "summary": format!("{} ({})", dice.pick(words::TITLES), dice.below(1_000)) }))
}

fn moving(calendar: &Calendar, id: &str) -> Body {
    let time = |field: &str| {
        let time = calendar.get(id).and_then(|entry| entry.body.get(field));
        time.and_then(|time| later(time, Duration::days(1))).unwrap_or(Value::Null)
    };
    object(json!({ "start": time("start"), "end": time("end") }))
}

fn insert(calendar: &mut Calendar, dice: &mut Dice, now: DateTime<Utc>) -> String {
    let start = now + Duration::hours(24 + i64::from(dice.below(500)));
    let time = |at: DateTime<Utc>| json!({ "dateTime": at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), "timeZone": calendar.time_zone });
    let (start, end) = (time(start), time(start + Duration::hours(1)));
    let id = dice.id();
    let body = object(json!({ "id": id, "summary": dice.pick(words::TITLES), "start": start, "end": end }));
    let done = edit::insert(calendar, body, now);
    debug_assert!(done.is_ok(), "a new event can be inserted: {done:?}");
    id
}

fn object(value: Value) -> Body {
    value.as_object().cloned().unwrap_or_default()
}
