//! What must be stored, told by the sandbox's own state and not by what the product did.

use super::scene::Scene;
use crate::world::DEMO;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::ResourceId;
use domain::record::{CalendarEvent, EventTime, Record};
use domain::run::RunOutcome;
use providers::google_calendar::{Endpoints, GoogleCalendar};
use providers::http::{Wire, WireError};
use providers::{Access, Provider, Pull, PullRequest, Pulled};
use sandbox::google::CalendarHandle;
use serde_json::{Value, json};
use shared::store::StoredRecord;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A wire with one answer.
struct Canned(Bytes);

#[shared::entry::async_trait]
impl Wire for Canned {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Bytes>, WireError> {
        Ok(http::Response::new(self.0.clone()))
    }
}

/// The sandbox's events as records, by id.
pub(crate) async fn mapped(events: &[Value], zone: &str) -> BTreeMap<String, CalendarEvent> {
    let body = json!({ "items": events, "nextSyncToken": "t", "timeZone": zone }).to_string();
    let endpoints = Endpoints::from_vars(&HashMap::new()).expect("Google's own");
    let google = GoogleCalendar::new(endpoints, Arc::new(Canned(Bytes::from(body))));
    let pull: &dyn Pull = google.pull().expect("a pull");
    let resource = ResourceId::parse("any").expect("an id");
    let request = PullRequest { resource: &resource, since: None, page: None, window_start: DateTime::UNIX_EPOCH };
    let access = Access { token: "t".to_owned().into(), expires_in: None };
    let page = pull.page(&access, &request).await.expect("a page");
    let record = |entry| match entry {
        Pulled::Record(Record::CalendarEvent(event)) => Some((event.id.as_str().to_owned(), event)),
        _ => None,
    };
    page.entries.into_iter().filter_map(record).collect()
}

fn zone(calendar: &str) -> &'static str {
    match calendar {
        sandbox::google::TEAM_CALENDAR => "America/New_York",
        sandbox::google::TOKYO_CALENDAR => "Asia/Tokyo",
        sandbox::google::ROOM_CALENDAR => "Europe/London",
        _ => "Europe/Berlin",
    }
}

impl Scene {
    /// Asserts that exactly the calendar's events are stored, each field of each; those that ended before the window
    /// of the full pull may be missing. Answers the living records.
    pub(crate) async fn assert_equal(&self, account: &str, calendar: &str) -> Vec<StoredRecord> {
        self.assert_events(account, &self.calendar(calendar)).await
    }

    /// The same for whoever's calendar.
    pub(crate) async fn assert_events(&self, account: &str, calendar: &CalendarHandle) -> Vec<StoredRecord> {
        let (events, calendar) = (calendar.events(), calendar.id());
        let mut expected = mapped(&events, zone(calendar)).await;
        let raw: HashMap<&str, &Value> = events.iter().filter_map(|one| Some((one["id"].as_str()?, one))).collect();
        let window = self.resource(account, calendar).await.expect("a resource").window_start;
        let stored: Vec<_> = self.records(account, calendar).await.into_iter().filter(|one| !one.deleted).collect();
        for record in &stored {
            let Some(Record::CalendarEvent(event)) = record.record().expect("readable") else { panic!("an event") };
            let id = record.id.as_str();
            assert_eq!(expected.remove(id).as_ref(), Some(&event), "{id} as Google has it");
            assert_looks_like(&event, raw[id]);
        }
        for (id, event) in expected {
            assert!(is_over(&event, window), "{id} is missing");
        }
        stored
    }

    /// Asserts that Ada's own calendar is stored and that the account has exactly these many runs, all ended.
    pub(crate) async fn assert_whole(&self, account: &str, runs: usize) -> Vec<StoredRecord> {
        let ended = self.runs(account).await;
        assert_eq!(ended.len(), runs, "{ended:?}");
        assert!(ended.iter().all(|run| run.outcome == RunOutcome::Succeeded && run.ended_at.is_some()), "{ended:?}");
        self.assert_equal(account, sandbox::google::ADA).await
    }

    pub(crate) async fn assert_demo(&self, runs: usize) -> Vec<StoredRecord> {
        self.assert_whole(DEMO, runs).await
    }
}

/// Without the product's mapping: id, version, title and start as Google wrote them.
fn assert_looks_like(event: &CalendarEvent, raw: &Value) {
    assert_eq!(event.etag.as_deref(), raw["etag"].as_str());
    assert_eq!(event.title, raw["summary"].as_str().unwrap_or_default());
    let start = match (raw["start"]["date"].as_str(), raw["start"]["dateTime"].as_str()) {
        (Some(date), _) => Some(EventTime::Date { date: date.parse::<NaiveDate>().expect("a day") }),
        (_, Some(at)) => {
            let at = DateTime::parse_from_rfc3339(at).expect("an instant").to_utc();
            Some(EventTime::Instant { at, time_zone: raw["start"]["timeZone"].as_str().map(str::to_owned) })
        }
        _ => None,
    };
    assert_eq!(event.start, start);
}

/// Whether an event ended before the window: Google does not list it.
fn is_over(event: &CalendarEvent, window: DateTime<Utc>) -> bool {
    let time = event.end.as_ref().or_else(|| event.exception_of.as_ref().map(|of| &of.original_start));
    let until = event.recurrence.iter().find_map(|rule| rule.split("UNTIL=").nth(1)?.get(..8).map(str::to_owned));
    match until {
        Some(day) => NaiveDate::parse_from_str(&day, "%Y%m%d").expect("a day") < window.date_naive(),
        None => !event.is_series() && time.is_some_and(|time| time.sort_instant() <= window),
    }
}
