//! Chance for histories: what dice make of an appointment.

use super::steps::History;
use super::subject::{Kind, at_occurrence};
use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use domain::appointment::{Appointment, Field};
use domain::record::EventTime;

/// Where appointments are thought of: also such with a half and a quarter of an hour.
const ZONES: [&str; 5] = ["Europe/Berlin", "Asia/Tokyo", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"];

impl History<'_> {
    /// Which fields of an appointment are changed: at least one.
    pub(super) fn fields(&mut self, which: usize) -> Vec<Field> {
        let stays = self.subjects[which].kind == Kind::Series;
        let all: Vec<Field> = Field::ALL.into_iter().filter(|field| !(stays && *field == Field::Time)).collect();
        let mut fields: Vec<Field> = all.iter().copied().filter(|_| self.dice.percent(30)).collect();
        if fields.is_empty() {
            fields.push(all[self.dice.below(all.len())]);
        }
        fields
    }

    /// A new appointment; of an occurrence, what its series makes of it, and of a series, where it was before.
    pub(super) fn fresh(&mut self, which: usize) -> Appointment {
        let kind = self.subjects[which].kind;
        let series = self.subjects[0].last_content().cloned();
        if let (Kind::Occurrence(weeks), Some(series)) = (kind, &series) {
            return at_occurrence(series, weeks);
        }
        let ((start, end), recurrence) = match series.filter(|_| kind == Kind::Series) {
            Some(before) => ((before.start, before.end), before.recurrence),
            None => {
                let repeats = kind == Kind::Series || self.dice.percent(20);
                let weekly = repeats.then(|| "RRULE:FREQ=WEEKLY;COUNT=4".to_owned());
                (self.time(kind), weekly.into_iter().collect())
            }
        };
        let nothing = Appointment {
            title: String::new(),
            description: None,
            location: None,
            start,
            end,
            recurrence,
            attendees: vec![],
        };
        self.changed(&nothing, &[Field::Title], kind)
    }

    /// With new values for these fields, which nothing had before.
    pub(super) fn changed(&mut self, content: &Appointment, fields: &[Field], kind: Kind) -> Appointment {
        let mut content = content.clone();
        for field in fields {
            self.edits += 1;
            let new = format!("v{}", self.edits);
            match field {
                Field::Time => content = self.at_another_time(content, kind),
                Field::Attendees => content.attendees = vec![format!("{new}@example.org")],
                Field::Title => content.title = new,
                Field::Description => content.description = Some(new),
                Field::Location => content.location = Some(new),
            }
        }
        content
    }

    fn at_another_time(&mut self, content: Appointment, kind: Kind) -> Appointment {
        let moved = if self.dice.percent(20) { self.moved_between_zones(&content) } else { None };
        moved.unwrap_or_else(|| {
            let (start, end) = self.time(kind);
            Appointment { start, end, ..content }
        })
    }

    /// The same appointment thought of in another zone: either the instant stays, or what the clock on the wall says.
    /// `None` where there is no zone, or where it was before: an edit that nothing tells from an older one.
    pub(super) fn moved_between_zones(&mut self, content: &Appointment) -> Option<Appointment> {
        let to = ZONES[self.dice.below(ZONES.len())];
        let wall = self.dice.percent(50);
        let mut moved = content.clone();
        for time in [&mut moved.start, &mut moved.end] {
            let EventTime::Instant { at, time_zone: Some(from) } = time else { return None };
            let at = if wall { same_wall(*at, from, to)? } else { *at };
            *time = EventTime::Instant { at, time_zone: Some(to.to_owned()) };
        }
        let new = moved.start != content.start && self.times.insert(format!("{:?}", moved.start));
        new.then_some(moved)
    }

    /// A time that nothing had before; whole days only where anything may be.
    pub(super) fn time(&mut self, kind: Kind) -> (EventTime, EventTime) {
        self.edits += 1;
        if kind == Kind::Free && self.dice.percent(20) {
            let date = NaiveDate::from_ymd_opt(2026, 5, 1).expect("a day") + TimeDelta::days(i64::from(self.edits));
            return (EventTime::Date { date }, EventTime::Date { date: date + TimeDelta::days(1) });
        }
        let zone = ZONES[self.dice.below(ZONES.len())];
        let first: DateTime<Utc> = "2026-05-01T00:00:00Z".parse().expect("an instant");
        let time = |at| EventTime::Instant { at, time_zone: Some(zone.to_owned()) };
        loop {
            let at = first + TimeDelta::minutes(31 * i64::from(self.edits));
            if self.times.insert(format!("{:?}", time(at))) {
                return (time(at), time(at + TimeDelta::hours(1)));
            }
            self.edits += 1;
        }
    }
}

/// The instant at which the clock in `to` shows what the one in `from` shows at `at`.
fn same_wall(at: DateTime<Utc>, from: &str, to: &str) -> Option<DateTime<Utc>> {
    let (from, to): (Tz, Tz) = (from.parse().ok()?, to.parse().ok()?);
    let wall = at.with_timezone(&from).naive_local();
    Some(to.from_local_datetime(&wall).earliest()?.to_utc())
}
