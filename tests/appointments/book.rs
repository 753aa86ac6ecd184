//! What must have become of every edit, kept beside a history: an edit is present in the end, or somebody who had seen it
//! replaced it, or it was told as overridden or failed.

use chrono::{DateTime, NaiveDate, SecondsFormat};
use domain::appointment::{Appointment, Field, Side};
use domain::record::EventTime;
use serde_json::{Value, json};

/// An edit of which nothing is known that would excuse its absence.
struct Edit {
    field: Field,
    value: Appointment,
    side: Side,
    /// Aura's revision.
    revision: u64,
}

/// The edits of one appointment.
#[derive(Default)]
pub(super) struct Book {
    edits: Vec<Edit>,
    /// A person has changed its event.
    pub(super) touched: bool,
    /// A person's change was not told yet: as many calls as the ledger had then.
    pub(super) untold: Option<usize>,
    /// Its series went away for a while: whether there is an event depends on when that was.
    pub(super) shaken: bool,
    /// The last change of a person was a deletion.
    pub(super) deleted: bool,
}

impl Book {
    /// Aura puts a content that changes these fields, knowing what `seen` says.
    pub(super) fn aura_puts(&mut self, content: &Appointment, fields: &[Field], revision: u64, seen: &[&Appointment]) {
        self.edits.retain(|edit| match edit.side {
            Side::Aura => content.agrees(&edit.value, edit.field),
            Side::Provider => {
                let known = seen.iter().any(|seen| seen.agrees(&edit.value, edit.field));
                !(fields.contains(&edit.field) && known)
            }
        });
        let edit = |field: &Field| Edit { field: *field, value: content.clone(), side: Side::Aura, revision };
        self.edits.extend(fields.iter().map(edit));
    }

    /// Aura cancels it: whatever was changed is of no interest any more.
    pub(super) fn aura_cancels(&mut self) {
        self.edits.clear();
        self.untold = None;
    }

    /// Aura cancels the series that it is an occurrence of.
    pub(super) fn goes_with_its_series(&mut self) {
        self.aura_cancels();
        self.shaken = true;
    }

    /// A person who sees the event as `current` changes these fields.
    pub(super) fn person_edits(&mut self, current: &Appointment, content: &Appointment, fields: &[Field]) {
        self.edits.retain(|edit| !(fields.contains(&edit.field) && current.agrees(&edit.value, edit.field)));
        let edit = |field: &Field| Edit { field: *field, value: content.clone(), side: Side::Provider, revision: 0 };
        self.edits.extend(fields.iter().map(edit));
    }

    /// A person deletes the event that looks so, if it is there at all.
    pub(super) fn person_deletes(&mut self, current: Option<&Appointment>) {
        let seen = |edit: &Edit| current.is_some_and(|current| current.agrees(&edit.value, edit.field));
        self.edits.retain(|edit| edit.side == Side::Aura && !seen(edit));
        (self.touched, self.deleted, self.untold) = (true, true, None);
    }

    /// It was told that a revision was written, and what lost.
    pub(super) fn written(&mut self, overridden: &Value) {
        for told in overridden.as_array().into_iter().flatten() {
            let loser = if told["winner"] == "aura" { Side::Provider } else { Side::Aura };
            self.edits.retain(|edit| {
                let named = serde_json::to_value(edit.field).expect("a field") == told["field"];
                !(named && edit.side == loser && is(edit, &told["lost"]))
            });
        }
    }

    /// It was told that a revision failed.
    pub(super) fn failed(&mut self, revision: u64) {
        self.edits.retain(|edit| edit.side == Side::Provider || edit.revision > revision);
    }

    /// The edits that are neither in the event nor excused.
    pub(super) fn lost(&self, event: Option<&Appointment>) -> Vec<String> {
        let present = |edit: &&Edit| event.is_some_and(|event| event.agrees(&edit.value, edit.field));
        let named = |edit: &Edit| format!("{:?} {:?} r{} {:?}", edit.side, edit.field, edit.revision, edit.value);
        self.edits.iter().filter(|edit| !present(edit)).map(named).collect()
    }
}

/// Whether the value that was told as lost is the edit's.
fn is(edit: &Edit, lost: &Value) -> bool {
    let mut told = edit.value.clone();
    let text = || lost.as_str().map(str::to_owned);
    match edit.field {
        Field::Time => {
            let part = |name: &str| serde_json::from_value(lost[name].clone());
            let (Ok(start), Ok(end)) = (part("start"), part("end")) else { return false };
            (told.start, told.end) = (start, end);
        }
        Field::Attendees => told.attendees = serde_json::from_value(lost.clone()).unwrap_or_default(),
        Field::Title => told.title = text().unwrap_or_default(),
        Field::Description => told.description = text(),
        Field::Location => told.location = text(),
    }
    told.agrees(&edit.value, edit.field)
}

/// An event of Google as an appointment, without the product's mapping; `None` for one that is gone.
pub(super) fn appointment(event: &Value) -> Option<Appointment> {
    if event["status"] == "cancelled" {
        return None;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let guests = event["attendees"].as_array().into_iter().flatten().filter(|one| one["organizer"] != true);
    Some(Appointment {
        title: text(&event["summary"]).unwrap_or_default(),
        description: text(&event["description"]),
        location: text(&event["location"]),
        start: time(&event["start"])?,
        end: time(&event["end"])?,
        recurrence: event["recurrence"].as_array().into_iter().flatten().filter_map(text).collect(),
        attendees: guests.filter_map(|one| text(&one["email"])).collect(),
    })
}

fn time(value: &Value) -> Option<EventTime> {
    if let Some(date) = value["date"].as_str() {
        return Some(EventTime::Date { date: date.parse::<NaiveDate>().expect("a day") });
    }
    let at = DateTime::parse_from_rfc3339(value["dateTime"].as_str()?).expect("an instant").to_utc();
    Some(EventTime::Instant { at, time_zone: value["timeZone"].as_str().map(str::to_owned) })
}

/// These fields in Google's words.
pub(super) fn patch(content: &Appointment, fields: &[Field]) -> Value {
    let time = |time: &EventTime| match time {
        EventTime::Date { date } => json!({ "date": date, "dateTime": null, "timeZone": null }),
        EventTime::Instant { at, time_zone } => {
            let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
            json!({ "date": null, "dateTime": at, "timeZone": time_zone })
        }
    };
    let mut patch = json!({});
    for field in fields {
        match field {
            Field::Time => (patch["start"], patch["end"]) = (time(&content.start), time(&content.end)),
            Field::Attendees => {
                let people = content.attendees.iter().map(|email| json!({ "email": email }));
                patch["attendees"] = people.collect();
            }
            Field::Title => patch["summary"] = json!(content.title),
            Field::Description => patch["description"] = json!(content.description),
            Field::Location => patch["location"] = json!(content.location),
        }
    }
    patch
}
