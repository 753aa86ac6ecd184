//! Chance for histories: dice of a seed, and what they make of an appointment.

use super::steps::History;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::appointment::{Appointment, Field};
use domain::record::EventTime;

/// SplitMix64.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, sides: usize) -> usize {
        (self.next() % sides as u64) as usize
    }

    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }
}

impl History<'_> {
    pub(super) fn fields(&mut self) -> Vec<Field> {
        let mut fields: Vec<Field> = Field::ALL.into_iter().filter(|_| self.dice.percent(30)).collect();
        if fields.is_empty() {
            fields.push(Field::ALL[self.dice.below(Field::ALL.len())]);
        }
        fields
    }

    pub(super) fn fresh(&mut self) -> Appointment {
        let (start, end) = self.time();
        let mut content = Appointment {
            title: String::new(),
            description: None,
            location: None,
            start,
            end,
            recurrence: vec![],
            attendees: vec![],
        };
        self.change(&mut content, &[Field::Title]);
        if self.dice.percent(20) {
            content.recurrence = vec!["RRULE:FREQ=WEEKLY;COUNT=3".into()];
        }
        content
    }

    /// New values for these fields, which nothing had before.
    pub(super) fn change(&mut self, content: &mut Appointment, fields: &[Field]) {
        for field in fields {
            self.edits += 1;
            let new = format!("v{}", self.edits);
            match field {
                Field::Time => (content.start, content.end) = self.time(),
                Field::Attendees => content.attendees = vec![format!("{new}@example.org")],
                Field::Title => content.title = new,
                Field::Description => content.description = Some(new),
                Field::Location => content.location = Some(new),
            }
        }
    }

    pub(super) fn time(&mut self) -> (EventTime, EventTime) {
        self.edits += 1;
        if self.dice.percent(20) {
            let date = NaiveDate::from_ymd_opt(2026, 5, 1).expect("a day") + TimeDelta::days(i64::from(self.edits));
            return (EventTime::Date { date }, EventTime::Date { date: date + TimeDelta::days(1) });
        }
        let zone = ["Europe/Berlin", "Asia/Tokyo", "America/New_York"][self.dice.below(3)];
        let first: DateTime<Utc> = "2026-05-01T00:00:00Z".parse().expect("an instant");
        let at = first + TimeDelta::minutes(30 * i64::from(self.edits));
        let time = |at| EventTime::Instant { at, time_zone: Some(zone.to_owned()) };
        (time(at), time(at + TimeDelta::hours(1)))
    }
}
