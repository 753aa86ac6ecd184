//! The copies of an event in the primary calendars of its attendees.
//!
//! Only accounts of the sandbox have one. The organizer's event is the original: its changes reach the copies, and a
//! copy's changes reach nobody, except that an attendee who deletes a copy has declined.

use chrono::{DateTime, Utc};
use ring::digest;
use serde_json::{Value, json};

use super::{
    calendar::{Body, Calendar},
    edit,
    state::Google,
};

/// What an attendee changes on the own copy, and the organizer's changes leave alone.
const OWN: &[&str] = &["colorId", "reminders"];

/// What becomes of an attendee without a copy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Gets one.
    Made,
    /// Stays without, as with the events that the sandbox began with.
    Left,
}

/// Lets the attendees' copies follow the event as it is now.
pub(crate) fn follow(google: &mut Google, calendar: &str, id: &str, missing: Missing, now: DateTime<Utc>) {
    let Some(entry) = google.calendars.get(calendar).and_then(|calendar| calendar.get(id)) else { return };
    if google.account(calendar).is_none() {
        return;
    }
    let body = entry.body.clone();
    if entry.is_cancelled() {
        return each_other(google, calendar, |copies, attendee| cancel(copies, &copy_id(attendee, &body), now));
    }
    if body.get("organizer").and_then(|organizer| organizer["email"].as_str()) != Some(calendar) {
        return;
    }
    each_other(google, calendar, |copies, attendee| match is_invited(&body, attendee) {
        Some(true) if missing == Missing::Made || has_copy(copies, attendee, &body) => {
            write(copies, copied(calendar, attendee, &body), now);
        }
        Some(_) => {}
        None => cancel(copies, &copy_id(attendee, &body), now),
    });
}

/// An attendee who deletes the own copy declines.
pub(crate) fn decline(google: &mut Google, attendee: &str, copy: &Body, now: DateTime<Utc>) {
    let organizer = copy.get("organizer").and_then(|organizer| organizer["email"].as_str());
    let Some(organizer) = organizer.filter(|organizer| *organizer != attendee) else { return };
    let Some(theirs) = google.calendars.get_mut(organizer) else { return };
    let is_original = |body: &Body| {
        text(body, "iCalUID") == text(copy, "iCalUID") && Some(copy_id(attendee, body).as_str()) == text(copy, "id")
    };
    let original = theirs.listed().find(|entry| is_original(&entry.body)).and_then(|entry| entry.text("id"));
    let Some(original) = original.map(str::to_owned) else { return };
    theirs.edit(&original, now, |body| {
        let attendees = body.get_mut("attendees").and_then(Value::as_array_mut);
        for one in attendees.into_iter().flatten().filter(|one| one["email"] == attendee) {
            one["responseStatus"] = json!("declined");
        }
    });
    follow(google, organizer, &original, Missing::Left, now);
}

fn each_other(google: &mut Google, calendar: &str, mut act: impl FnMut(&mut Calendar, &str)) {
    let Google { accounts, calendars, .. } = google;
    for account in accounts.iter().filter(|account| account.email != calendar) {
        if let Some(copies) = calendars.get_mut(&account.email) {
            act(copies, &account.email);
        }
    }
}

/// Whether the attendee still wants it; `None`: is not invited.
fn is_invited(body: &Body, attendee: &str) -> Option<bool> {
    let attendees = body.get("attendees")?.as_array()?;
    let one = attendees.iter().find(|one| one["email"] == attendee)?;
    Some(one["responseStatus"] != "declined")
}

/// Of the event, or of the series that it is an exception of.
fn has_copy(copies: &Calendar, attendee: &str, body: &Body) -> bool {
    let of_series = text(body, "recurringEventId").map(|series| hashed(attendee, series));
    copies.get(&copy_id(attendee, body)).is_some() || of_series.is_some_and(|id| copies.get(&id).is_some())
}

fn write(copies: &mut Calendar, mut copy: Body, now: DateTime<Utc>) {
    let id = text(&copy, "id").unwrap_or_default().to_owned();
    let Some(entry) = copies.get(&id) else {
        // The id is free, so it can be added.
        let _added = copies.add(copy);
        return;
    };
    keep_own(&mut copy, entry.former.as_ref().unwrap_or(&entry.body));
    if !is_same(&copy, &entry.body) {
        copies.edit(&id, now, |place| *place = copy);
    }
}

/// What only the original's private parts have changed is no change of the copy.
fn is_same(one: &Body, other: &Body) -> bool {
    let told = |body: &Body| {
        let mut body = body.clone();
        body.retain(|field, _| !["etag", "updated", "sequence"].contains(&field.as_str()));
        body
    };
    told(one) == told(other)
}

fn keep_own(copy: &mut Body, former: &Body) {
    for field in OWN {
        if let Some(value) = former.get(*field) {
            copy.insert((*field).to_owned(), value.clone());
        }
    }
    if let Some(private) = former.get("extendedProperties").and_then(|all| all.get("private")) {
        let properties = copy.entry("extendedProperties").or_insert_with(|| json!({}));
        properties["private"] = private.clone();
    }
}

fn copied(organizer: &str, attendee: &str, body: &Body) -> Body {
    let mut copy = body.clone();
    let id = copy_id(attendee, body);
    copy.insert("htmlLink".into(), json!(format!("https://www.google.com/calendar/event?eid={id}")));
    copy.insert("id".into(), json!(id));
    if let Some(series) = text(body, "recurringEventId") {
        copy.insert("recurringEventId".into(), json!(hashed(attendee, series)));
    }
    copy.insert("organizer".into(), json!({ "email": organizer }));
    copy.insert("creator".into(), json!({ "email": organizer }));
    copy.shift_remove("colorId");
    copy.insert("reminders".into(), json!({ "useDefault": true }));
    for one in copy.get_mut("attendees").and_then(Value::as_array_mut).into_iter().flatten() {
        mark_self(one, attendee);
    }
    forget_private(&mut copy);
    copy
}

fn mark_self(one: &mut Value, attendee: &str) {
    let is_self = one["email"] == attendee;
    if let Some(one) = one.as_object_mut() {
        one.shift_remove("self");
        if is_self {
            one.insert("self".into(), json!(true));
        }
    }
}

fn forget_private(copy: &mut Body) {
    let Some(properties) = copy.get_mut("extendedProperties").and_then(Value::as_object_mut) else { return };
    properties.shift_remove("private");
    if properties.is_empty() {
        copy.shift_remove("extendedProperties");
    }
}

fn cancel(copies: &mut Calendar, id: &str, now: DateTime<Utc>) {
    // 404 and 410 mean that there is nothing left to cancel.
    let _cancelled = edit::delete(copies, id, None, now);
}

/// The id of the attendee's copy: always the same, so that nothing has to be remembered.
fn copy_id(attendee: &str, body: &Body) -> String {
    let id = text(body, "id").unwrap_or_default();
    match text(body, "recurringEventId").and_then(|series| Some((series, id.strip_prefix(series)?))) {
        Some((series, suffix)) => format!("{}{suffix}", hashed(attendee, series)),
        None => hashed(attendee, id),
    }
}

/// 26 characters of base32hex, as Google's ids are.
fn hashed(attendee: &str, id: &str) -> String {
    let digest = digest::digest(&digest::SHA256, format!("{attendee}\n{id}").as_bytes());
    digest
        .as_ref()
        .iter()
        .take(26)
        .map(|byte| char::from(b"0123456789abcdefghijklmnopqrstuv"[usize::from(byte % 32)]))
        .collect()
}

fn text<'a>(body: &'a Body, field: &str) -> Option<&'a str> {
    body.get(field)?.as_str()
}
