//! The data that the imitation begins with: from a seed, around a date.

pub(crate) mod series;
mod single;
pub(crate) mod when;
pub(crate) mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use self::{
    series::{ExceptionKind, Series},
    single::Maker,
};
use super::{
    ADA, GRACE, ROOM_CALENDAR, TEAM_CALENDAR, TOKYO_CALENDAR,
    calendar::{Body, Calendar, timestamp},
    channels::Channels,
    edit,
    grants::Grants,
    recurrence,
    state::{Account, Google, ListEntry, Role},
};
use crate::dice::Dice;

/// Id, title, zone, and the share of all events in percent; the first calendar gets the remainder.
const CALENDARS: &[(&str, &str, &str, usize)] = &[
    (ADA, ADA, "Europe/Berlin", 45),
    (GRACE, GRACE, "Europe/Berlin", 15),
    (TEAM_CALENDAR, "Team Σ — Roadmap", "America/New_York", 25),
    (TOKYO_CALENDAR, "東京オフィス", "Asia/Tokyo", 10),
    (ROOM_CALENDAR, "Room Turing (London)", "Europe/London", 5),
];

/// Two accounts with four calendars each; full listings of all five calendars show `events` events together.
pub(crate) fn populate(seed: u64, now: DateTime<Utc>, events: usize) -> Google {
    let rest: usize = CALENDARS[1..].iter().map(|(_, _, _, share)| events * share / 100).sum();
    let mut calendars = BTreeMap::new();
    for ((id, title, zone, share), number) in CALENDARS.iter().zip(0..) {
        let count = if number == 0 { events - rest } else { events * share / 100 };
        let mut calendar = Calendar::new(id, title, zone, now);
        if *id == TEAM_CALENDAR {
            calendar.description = Some("What the team plans. Γράψτε εδώ · ここに書いてください".to_owned());
        }
        fill(&mut calendar, count, seed.wrapping_mul(31).wrapping_add(number), now);
        calendars.insert((*id).to_owned(), calendar);
    }
    let accounts = vec![
        account(ADA, "Ada Lovelace", "108176814619778619437"),
        account(GRACE, "Grace Hopper", "117409356082175541620"),
    ];
    Google {
        seed,
        accounts,
        calendars,
        grants: Grants::default(),
        sync_epoch: 1,
        channels: Channels::default(),
        mails: 0,
    }
}

fn account(email: &str, name: &str, sub: &str) -> Account {
    let mut account =
        Account { email: email.into(), name: name.into(), sub: sub.into(), list: Vec::new(), list_sequence: 0 };
    account.put_entry(ListEntry { primary: true, ..ListEntry::new(email, Role::Owner, "#9fc6e7") });
    account.put_entry(ListEntry::new(TEAM_CALENDAR, Role::Writer, "#fbe983"));
    let tokyo = ListEntry::new(TOKYO_CALENDAR, Role::Reader, "#f691b2");
    account.put_entry(ListEntry { summary_override: Some("Tokyo office (東京)".into()), ..tokyo });
    account.put_entry(ListEntry::new(ROOM_CALENDAR, Role::FreeBusyReader, "#cabdbf"));
    account
}

/// Another account, with nothing but a calendar of its own that shows `events` events.
pub(crate) fn add_account(google: &mut Google, email: &str, now: DateTime<Utc>, events: usize) {
    let number = google.accounts.len() as u64;
    let mut calendar = Calendar::new(email, email, "Europe/Berlin", now);
    fill(&mut calendar, events, google.seed.wrapping_mul(31).wrapping_add(1_000 + number), now);
    google.calendars.insert(email.to_owned(), calendar);
    let mut account = Account {
        email: email.into(),
        name: email.into(),
        sub: (120_000_000_000_000_000_000_u128 + u128::from(number)).to_string(),
        list: Vec::new(),
        list_sequence: 0,
    };
    account.put_entry(ListEntry { primary: true, ..ListEntry::new(email, Role::Owner, "#9fc6e7") });
    google.accounts.push(account);
}

/// Adds events until a full listing of the calendar shows `count` more. Some deleted ones lie among them.
pub(crate) fn fill(calendar: &mut Calendar, count: usize, seed: u64, now: DateTime<Utc>) {
    let mut drafts = Drafts { dice: Dice::new(seed), calendar: calendar.id.clone(), now, bodies: Vec::new(), shown: 0 };
    let zone = calendar.time_zone.parse().unwrap_or(Tz::UTC);
    drafts.draw(calendar, zone, count);
    // The order of a listing means nothing: exceptions come before their series too.
    drafts.dice.shuffle(&mut drafts.bodies);
    for body in drafts.bodies {
        let added = calendar.add(body.body).map(|entry| entry.text("id").unwrap_or_default().to_owned());
        if let (Ok(id), true) = (added, body.deleted) {
            // Just added and alive, so it can be deleted.
            let _deleted = calendar.delete(&id, now);
        }
    }
}

/// Events that are drawn and not yet in their calendar.
struct Drafts {
    dice: Dice,
    calendar: String,
    now: DateTime<Utc>,
    bodies: Vec<Draft>,
    shown: usize,
}

struct Draft {
    body: Body,
    deleted: bool,
}

impl Drafts {
    fn draw(&mut self, calendar: &Calendar, zone: Tz, count: usize) {
        for body in self.maker(zone).clock_changes().into_iter().take(count / 4) {
            self.keep(calendar, body, false);
        }
        while self.shown < count {
            if self.dice.percent(3) {
                let body = self.maker(zone).single();
                self.keep(calendar, body, true);
            } else if self.dice.percent(7) {
                let series = self.maker(zone).series();
                self.keep_series(calendar, series, count);
            } else {
                let body = self.maker(zone).single();
                self.keep(calendar, body, false);
            }
        }
    }

    fn maker(&mut self, zone: Tz) -> Maker<'_> {
        Maker { dice: &mut self.dice, zone, now: self.now, calendar: &self.calendar }
    }

    /// Completes the event; answers its body as the calendar will have it.
    fn keep(&mut self, calendar: &Calendar, particular: Body, deleted: bool) -> Body {
        let id = self.dice.id();
        let age = Duration::minutes(i64::from(self.dice.below(60 * 24 * 90)));
        let mut body = edit::skeleton(calendar, &id, self.now - age);
        body.extend(particular);
        hide_details(&mut body, &calendar.id);
        self.shown += usize::from(!deleted);
        self.bodies.push(Draft { body: body.clone(), deleted });
        body
    }

    fn keep_series(&mut self, calendar: &Calendar, series: Series, count: usize) {
        let master = self.keep(calendar, series.master, false);
        let series_id = master.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        for exception in series.exceptions {
            if self.shown == count {
                return;
            }
            let id = format!("{series_id}_{}", exception.suffix);
            let Some(mut body) = recurrence::exception(&master, &id, &exception.original) else { continue };
            body.insert("updated".into(), json!(timestamp(self.now)));
            match exception.kind {
                ExceptionKind::Cancelled => body = cancelled(&body),
                ExceptionKind::Changed(change) => {
                    body.extend(change);
                    hide_details(&mut body, &calendar.id);
                }
            }
            self.shown += 1;
            self.bodies.push(Draft { body, deleted: false });
        }
    }
}

/// All that Google promises of a cancelled exception.
fn cancelled(body: &Body) -> Body {
    let kept = ["kind", "id", "recurringEventId", "originalStartTime"];
    let mut tombstone: Body =
        kept.iter().filter_map(|field| Some(((*field).to_owned(), body.get(*field)?.clone()))).collect();
    tombstone.insert("status".into(), json!("cancelled"));
    tombstone
}

/// Who sees only free and busy, or only reads, does not see what private events are about.
fn hide_details(body: &mut Body, calendar: &str) {
    let is_private = body.get("visibility").and_then(Value::as_str) == Some("private");
    if calendar == ROOM_CALENDAR || (calendar == TOKYO_CALENDAR && is_private) {
        for field in ["summary", "description", "location", "attendees", "hangoutLink", "conferenceData", "reminders"] {
            body.shift_remove(field);
        }
        body.insert("visibility".into(), json!("private"));
    }
}
