//! Events that happen once.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{
    when::{at, day, timed},
    words,
};
use crate::{dice::Dice, google::calendar::Body};

/// What an event is made of, besides what Google fills in.
pub(crate) struct Maker<'a> {
    pub(crate) dice: &'a mut Dice,
    pub(crate) zone: Tz,
    pub(crate) now: DateTime<Utc>,
    /// The address of the calendar, which is also that of its owner.
    pub(crate) calendar: &'a str,
}

impl Maker<'_> {
    /// A meeting, a day off, or something over several days.
    pub(crate) fn single(&mut self) -> Body {
        match self.dice.below(100) {
            0..12 => self.all_day(),
            12..18 => self.over_midnight(),
            _ => self.meeting(),
        }
    }

    fn all_day(&mut self) -> Body {
        let first = self.some_date();
        let days = self.dice.pick(&[1, 1, 1, 2, 5, 14]);
        let title = self.dice.pick(words::DAYS);
        let mut body = event(title, day(first), day(first + Duration::days(days)));
        body.insert("transparency".into(), json!("transparent"));
        body
    }

    fn over_midnight(&mut self) -> Body {
        let start = at(self.zone, self.some_date(), 20, 0);
        let hours = self.dice.pick(&[6, 12, 30, 72]);
        event("Nachtzug / Business trip ✈️", timed(start), timed(start + Duration::hours(hours)))
    }

    fn meeting(&mut self) -> Body {
        let (hour, quarter) = (7 + self.dice.below(12), self.dice.below(4));
        let start = at(self.zone, self.some_date(), hour, quarter * 15);
        let minutes = self.dice.pick(&[15, 25, 30, 50, 60, 60, 90, 180]);
        let title = self.dice.pick(words::TITLES);
        let mut body = event(title, timed(start), timed(start + Duration::minutes(minutes)));
        self.decorate(&mut body);
        body
    }

    /// Place, people, description, conference, privacy: each in some events.
    pub(crate) fn decorate(&mut self, body: &mut Body) {
        if self.dice.percent(30) {
            let paragraphs = self.dice.pick(&[1, 1, 2, 40]);
            let text: String = (0..paragraphs).map(|_| self.dice.pick(words::PARAGRAPHS)).collect();
            body.insert("description".into(), json!(text));
        }
        if self.dice.percent(35) {
            body.insert("location".into(), json!(self.dice.pick(words::PLACES)));
        }
        if self.dice.percent(40) {
            self.invite(body);
        }
        if self.dice.percent(8) {
            body.insert("status".into(), json!("tentative"));
        }
        if self.dice.percent(6) {
            body.insert("visibility".into(), json!("private"));
        }
    }

    fn invite(&mut self, body: &mut Body) {
        let mut people = words::PEOPLE.to_vec();
        self.dice.shuffle(&mut people);
        let guests = 1 + self.dice.below(4) as usize;
        let mut attendees =
            vec![json!({ "email": self.calendar, "organizer": true, "self": true, "responseStatus": "accepted" })];
        for (email, name) in people.into_iter().filter(|(email, _)| *email != self.calendar).take(guests) {
            let response = self.dice.pick(&["needsAction", "accepted", "tentative", "declined"]);
            attendees.push(json!({ "email": email, "displayName": name, "responseStatus": response }));
        }
        body.insert("attendees".into(), Value::Array(attendees));
        if self.dice.percent(60) {
            let link = format!("https://meet.google.com/{}", &self.dice.id()[..10]);
            body.insert("hangoutLink".into(), json!(link));
            body.insert("conferenceData".into(), conference(&link));
        }
    }

    /// Within half a year before and after now.
    pub(crate) fn some_date(&mut self) -> chrono::NaiveDate {
        let days = i64::from(self.dice.below(360)) - 180;
        self.now.with_timezone(&self.zone).date_naive() + Duration::days(days)
    }
}

fn conference(link: &str) -> Value {
    json!({
        "entryPoints": [{ "entryPointType": "video", "uri": link, "label": link.trim_start_matches("https://") }],
        "conferenceSolution": { "key": { "type": "hangoutsMeet" }, "name": "Google Meet" },
        "conferenceId": link.rsplit('/').next(),
    })
}

/// Only what is particular to an event.
pub(crate) fn event(title: &str, start: Value, end: Value) -> Body {
    let value = json!({ "summary": title, "start": start, "end": end });
    value.as_object().cloned().unwrap_or_default()
}
