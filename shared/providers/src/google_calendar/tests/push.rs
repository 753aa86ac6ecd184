//! Writing events.

mod attendees;
mod change;
mod outcome;

use super::*;
use domain::appointment::{Appointment, AppointmentMark, Field};
use domain::failure::FailureClass;
use domain::ids::{AppointmentId, ExternalId, IntegrationId};
use domain::record::{CalendarEvent, EventTime};
use http::Method;
use http::header::IF_MATCH;
use serde_json::{Value, json};

const CALENDAR: &str = "ada@example.com";
const EVENT: &str = "0123456789abcdef";
const EVENTS_PATH: &str = "/calendar/v3/calendars/ada%40example.com/events";
const EVENT_PATH: &str = "/calendar/v3/calendars/ada%40example.com/events/0123456789abcdef";

/// A calendar and an event in it.
struct Place(ResourceId, ExternalId);

impl Place {
    fn target(&self) -> PushTarget<'_> {
        PushTarget { resource: &self.0, event: &self.1 }
    }
}

fn place() -> Place {
    Place(resource(CALENDAR), ExternalId::parse(EVENT).unwrap())
}

fn mark() -> AppointmentMark {
    AppointmentMark {
        appointment: AppointmentId::parse("a-1").unwrap(),
        revision: 7,
        integration: IntegrationId::parse("019365a0-0000-7000-8000-000000000001").unwrap(),
    }
}

fn marked() -> Value {
    json!({ "private": {
        "auraAppointment": "a-1", "auraRevision": "7", "auraIntegration": "019365a0-0000-7000-8000-000000000001"
    } })
}

fn appointment(value: Value) -> Appointment {
    serde_json::from_value(value).unwrap()
}

fn berlin(text: &str) -> Value {
    json!({ "kind": "instant", "at": text, "timeZone": "Europe/Berlin" })
}

/// A consultation on one morning.
fn consultation() -> Appointment {
    appointment(json!({
        "title": "Beratung", "start": berlin("2026-11-23T08:00:00Z"), "end": berlin("2026-11-23T08:45:00Z")
    }))
}

/// An event as Google has it, mapped.
fn event(mut value: Value) -> CalendarEvent {
    for (name, given) in [("id", json!(EVENT)), ("etag", json!("\"5\"")), ("start", json!({ "date": "2026-11-22" }))] {
        let fields = value.as_object_mut().unwrap();
        fields.entry(name).or_insert(given);
    }
    map::event(serde_json::from_value(value).unwrap()).unwrap()
}

/// Google's answer to every write.
fn written() -> Response<Bytes> {
    let start = json!({ "dateTime": "2026-11-23T09:00:00+01:00", "timeZone": "Europe/Berlin" });
    let body = json!({ "id": EVENT, "status": "confirmed", "etag": "\"6\"", "start": start, "summary": "Beratung",
        "extendedProperties": marked() });
    answer(200, &body.to_string())
}

async fn insert(google: &Google, content: &Appointment) -> Result<CalendarEvent, PushError> {
    google.provider.push().unwrap().insert(&access(), place().target(), content, &mark()).await
}

async fn change(google: &Google, change: &PushChange<'_>) -> Result<CalendarEvent, PushError> {
    google.provider.push().unwrap().change(&access(), place().target(), change).await
}

async fn occurrence(google: &Google, start: &EventTime) -> Result<ExternalId, PushError> {
    google.provider.push().unwrap().occurrence(&access(), place().target(), start).await
}

fn send_updates(request: &Request<Bytes>) -> String {
    let pairs = pairs(request.uri().query().unwrap());
    assert_eq!((pairs.len(), pairs[0].0.as_str()), (1, "sendUpdates"));
    pairs[0].1.clone()
}

#[test]
fn an_event_has_the_same_id_at_every_repetition_and_another_one_elsewhere() {
    let google = Google::answering(vec![]);
    let push = google.provider.push().unwrap();
    let id = |integration: u8, appointment, calendar| {
        let integration = IntegrationId::parse(&format!("019365a0-0000-7000-8000-00000000000{integration}")).unwrap();
        push.event_id(integration, &AppointmentId::parse(appointment).unwrap(), &resource(calendar))
    };
    let one = id(1, "a-1", CALENDAR);
    assert_eq!(one.as_str(), "106bad4b795273b23280773c9ee8538dcf22af11e95a5876f27b600b87005f17");
    assert_eq!(one, id(1, "a-1", CALENDAR));
    for other in [id(2, "a-1", CALENDAR), id(1, "a-2", CALENDAR), id(1, "a-1", "grace@example.com")] {
        assert_ne!(one, other);
    }
}

#[tokio::test]
async fn a_new_event_says_all_that_is_known_and_nothing_else() {
    let mut content = consultation();
    content.description = Some("Unterlagen".to_owned());
    content.location = Some("Hauptstr. 1".to_owned());
    content.recurrence = vec!["RRULE:FREQ=WEEKLY".to_owned()];
    content.attendees = vec!["grace@example.com".to_owned(), "Grace@example.com".to_owned()];
    let google = Google::answering(vec![Ok(written())]);
    let event = insert(&google, &content).await.unwrap();
    assert_eq!((event.etag.as_deref(), event.mark), (Some("\"6\""), Some(mark())));

    let request = google.request();
    assert_eq!((request.method(), request.uri().path()), (&Method::POST, EVENTS_PATH));
    assert_eq!(send_updates(&request), "all");
    assert_bearer(&request);
    let expected = json!({
        "id": EVENT, "summary": "Beratung", "description": "Unterlagen", "location": "Hauptstr. 1",
        "start": { "dateTime": "2026-11-23T08:00:00Z", "timeZone": "Europe/Berlin" },
        "end": { "dateTime": "2026-11-23T08:45:00Z", "timeZone": "Europe/Berlin" },
        "recurrence": ["RRULE:FREQ=WEEKLY"], "attendees": [{ "email": "grace@example.com" }],
        "extendedProperties": marked(),
    });
    assert_eq!(json_body(&request), expected);
}

#[tokio::test]
async fn a_new_event_leaves_out_what_it_does_not_have() {
    let content = appointment(json!({
        "title": "Messe", "description": " ",
        "start": { "kind": "date", "date": "2026-12-01" }, "end": { "kind": "date", "date": "2026-12-04" }
    }));
    let google = Google::answering(vec![Ok(written())]);
    insert(&google, &content).await.unwrap();
    assert_eq!(send_updates(&google.request()), "none");
    let expected = json!({ "id": EVENT, "summary": "Messe", "start": { "date": "2026-12-01" },
        "end": { "date": "2026-12-04" }, "extendedProperties": marked() });
    assert_eq!(json_body(&google.request()), expected);
}

#[tokio::test]
async fn an_end_without_a_zone_is_thought_of_in_the_zone_of_the_start() {
    let mut content = consultation();
    content.end = serde_json::from_value(json!({ "kind": "instant", "at": "2026-11-23T08:45:00Z" })).unwrap();
    let google = Google::answering(vec![Ok(written())]);
    insert(&google, &content).await.unwrap();
    let end = json!({ "dateTime": "2026-11-23T08:45:00Z", "timeZone": "Europe/Berlin" });
    assert_eq!(json_body(&google.request())["end"], end);
}

fn removal(invited: bool) -> PushRemoval<'static> {
    PushRemoval { etag: Some("\"7\""), invited }
}

#[tokio::test]
async fn an_event_that_nobody_is_told_of_is_removed_silently() {
    for (invited, updates) in [(true, "all"), (false, "none")] {
        let google = Google::answering_one(204, "");
        google.provider.push().unwrap().remove(&access(), place().target(), &removal(invited)).await.unwrap();
        let request = google.request();
        assert_eq!((request.method(), request.uri().path()), (&Method::DELETE, EVENT_PATH));
        assert_eq!(send_updates(&request), updates);
        assert!(request.body().is_empty());
        assert_eq!(request.headers().get(IF_MATCH).unwrap(), "\"7\"");
        assert_bearer(&request);
    }
}

#[tokio::test]
async fn an_occurrence_is_found_by_where_it_would_start_also_when_it_was_moved_or_cancelled() {
    let body = json!({ "timeZone": "Europe/Berlin", "items": [
        { "id": "s_1", "originalStartTime": { "date": "2026-11-02" }, "start": { "date": "2026-11-05" } },
        { "id": "s_2", "originalStartTime": { "dateTime": "2026-11-09T10:00:00" }, "status": "cancelled" },
        { "id": "s_3", "originalStartTime": { "dateTime": "2026-11-02T10:00:00+01:00", "timeZone": "Europe/Berlin" } },
    ] });
    let google = || Google::answering_one(200, &body.to_string());
    let start = |value| serde_json::from_value::<EventTime>(value).unwrap();
    let id = |found: Result<ExternalId, PushError>| found.unwrap().to_string();

    let first = google();
    assert_eq!(id(occurrence(&first, &start(berlin("2026-11-02T09:00:00Z"))).await), "s_3");
    let request = first.request();
    assert_eq!((request.method(), request.uri().path()), (&Method::GET, &*format!("{EVENT_PATH}/instances")));
    let query = [pair("originalStart", "2026-11-02T09:00:00Z"), pair("showDeleted", "true"), pair("maxResults", "250")];
    assert_eq!(pairs(request.uri().query().unwrap()), query);

    let day = google();
    assert_eq!(id(occurrence(&day, &start(json!({ "kind": "date", "date": "2026-11-02" }))).await), "s_1");
    assert_eq!(pairs(day.request().uri().query().unwrap())[0], pair("originalStart", "2026-11-02"));
    assert_eq!(id(occurrence(&google(), &start(berlin("2026-11-09T09:00:00Z"))).await), "s_2");
    let never = occurrence(&google(), &start(berlin("2026-11-16T09:00:00Z"))).await;
    assert_eq!(never.unwrap_err(), PushError::Gone);
    let no_series = Google::answering(vec![Ok(refusal(404, "notFound"))]);
    assert_eq!(occurrence(&no_series, &start(berlin("2026-11-16T09:00:00Z"))).await.unwrap_err(), PushError::Gone);
}
