//! The people of an event that is changed. Google replaces them as a whole, so what it knows of them is sent back.

use crate::contract::PushChange;
use domain::record::{Attendee, CalendarEvent};
use serde_json::{Map, Value};

/// Whether anybody but the organizer is invited, before or after the change.
pub(super) fn invited(change: &PushChange<'_>) -> bool {
    change.current.has_guests() || !change.content.attendees.is_empty()
}

/// The people who are invited from now on, each once: the organizer, where the event lists them, and those of
/// `emails`, with the answer and the name that are known of them.
pub(super) fn merged(emails: &[String], current: &CalendarEvent) -> Value {
    let organizers = current.attendees.iter().filter(|attendee| attendee.organizer);
    let mut people: Vec<Value> = organizers.clone().map(known).collect();
    let mut seen: Vec<String> = organizers.map(|organizer| organizer.email.to_lowercase()).collect();
    for email in emails {
        let key = email.to_lowercase();
        if !seen.contains(&key) {
            let attendee = current.attendees.iter().find(|attendee| attendee.email.to_lowercase() == key);
            people.push(attendee.map_or_else(|| unknown(email), known));
            seen.push(key);
        }
    }
    Value::Array(people)
}

/// People of whom nothing is known yet, each once.
pub(super) fn new(emails: &[String]) -> Value {
    let mut seen = Vec::new();
    let mut first = |email: &&String| {
        let key = email.to_lowercase();
        let is_new = !seen.contains(&key);
        seen.push(key);
        is_new
    };
    emails.iter().filter(|email| first(email)).map(|email| unknown(email)).collect()
}

fn unknown(email: &str) -> Value {
    Value::Object(Map::from_iter([("email".to_owned(), email.into())]))
}

fn known(attendee: &Attendee) -> Value {
    let mut known = Map::from_iter([("email".to_owned(), attendee.email.clone().into())]);
    let texts =
        [("displayName", &attendee.name), ("responseStatus", &attendee.response), ("comment", &attendee.comment)];
    for (name, text) in texts {
        known.extend(text.clone().map(|text| (name.to_owned(), text.into())));
    }
    if attendee.optional {
        known.insert("optional".to_owned(), true.into());
    }
    if attendee.additional_guests > 0 {
        known.insert("additionalGuests".to_owned(), attendee.additional_guests.into());
    }
    Value::Object(known)
}
