//! Every call of the provider to the Calendar API, with all that it can send.

use super::*;
use domain::appointment::{Appointment, AppointmentMark, Field};
use domain::ids::{AppointmentId, ExternalId, IntegrationId};
use domain::record::{CalendarEvent, EventTime};

/// The requests of all calls, in no particular order.
pub(super) async fn all() -> Vec<Request<Bytes>> {
    [reading().await, writing().await, finding().await, watching().await].concat()
}

/// Google, which answers every call with this.
fn google(body: Value) -> Google {
    Google::answering((0..20).map(|_| Ok(answer(200, &body.to_string()))).collect())
}

async fn reading() -> Vec<Request<Bytes>> {
    let lists = [r#"{"nextPageToken":"p"}"#, "{}", "{}"].map(|body| Ok(answer(200, body)));
    let listing = Google::answering(lists.into());
    listing.provider.options(&access(), "calendars", None).await.unwrap();
    listing.provider.test(&access(), &[calendar()]).await.unwrap();

    let pulling = google(json!({ "nextSyncToken": "s" }));
    for (since, page) in [(None, None), (None, Some("p")), (Some("s"), None), (Some("s"), Some("p"))] {
        let window_start = "2026-08-24T00:00:00.5Z".parse().unwrap();
        let request = PullRequest { resource: &calendar(), since, page, window_start };
        pulling.provider.pull().unwrap().page(&access(), &request).await.unwrap();
    }
    [listing.wire.requests(), pulling.wire.requests()].concat()
}

async fn writing() -> Vec<Request<Bytes>> {
    let google = google(json!({ "id": "e", "start": { "date": "2026-11-22" } }));
    let push = google.provider.push().unwrap();
    let (resource, event, mark) = (calendar(), event_id(), mark());
    let target = PushTarget { resource: &resource, event: &event };
    for content in contents() {
        push.insert(&access(), target, &content, &mark).await.unwrap();
        for (current, revive) in currents().iter().flat_map(|current| [(current, false), (current, true)]) {
            let change = PushChange { content: &content, fields: &Field::ALL, mark: &mark, current, revive };
            push.change(&access(), target, &change).await.unwrap();
        }
    }
    for (etag, invited) in [(Some("\"7\""), true), (None, false)] {
        push.remove(&access(), target, &PushRemoval { etag, invited }).await.unwrap();
    }
    google.wire.requests()
}

async fn finding() -> Vec<Request<Bytes>> {
    let google = google(json!({ "id": "e", "start": { "date": "2026-11-22" } }));
    let push = google.provider.push().unwrap();
    let (resource, event) = (calendar(), event_id());
    let target = PushTarget { resource: &resource, event: &event };
    push.read(&access(), target).await.unwrap();
    for start in [contents()[0].start.clone(), contents()[1].start.clone()] {
        push.occurrence(&access(), target, &start).await.unwrap_err();
    }
    google.wire.requests()
}

async fn watching() -> Vec<Request<Bytes>> {
    let google = google(json!({ "resourceId": "r" }));
    let webhook = google.provider.webhook().unwrap();
    let request = SubscribeRequest {
        app: &app(),
        resource: &calendar(),
        former: None,
        id: "019365a0-0000-7000-8000-0000000000c1",
        token: &"token".into(),
        address: &"https://example.com/".parse().unwrap(),
        until: "2026-12-01T08:00:00Z".parse().unwrap(),
    };
    webhook.subscribe(&access(), &request).await.unwrap();
    let ending = EndingSubscription { app: request.app, resource: request.resource, id: request.id, remote: "r" };
    webhook.unsubscribe(&access(), &ending).await.unwrap();
    google.wire.requests()
}

fn calendar() -> ResourceId {
    resource("de.german#holiday@group.v.calendar.google.com")
}

fn event_id() -> ExternalId {
    ExternalId::parse("0123456789abcdef").unwrap()
}

fn mark() -> AppointmentMark {
    AppointmentMark {
        appointment: AppointmentId::parse("a-1").unwrap(),
        revision: 7,
        integration: IntegrationId::parse("019365a0-0000-7000-8000-000000000001").unwrap(),
    }
}

/// A series with everything, and a day with nothing.
fn contents() -> [Appointment; 2] {
    let instant =
        |at: &str| EventTime::Instant { at: at.parse().unwrap(), time_zone: Some("Europe/Berlin".to_owned()) };
    let day = |date: &str| EventTime::Date { date: date.parse().unwrap() };
    let series = Appointment {
        title: "Jour fixe".to_owned(),
        description: Some("Unterlagen".to_owned()),
        location: Some("Hauptstr. 1".to_owned()),
        start: instant("2026-11-23T08:00:00Z"),
        end: instant("2026-11-23T08:45:00.5Z"),
        recurrence: vec!["RRULE:FREQ=WEEKLY".to_owned()],
        attendees: vec!["grace@example.com".to_owned(), "new@example.com".to_owned()],
    };
    let bare = Appointment {
        title: String::new(),
        description: None,
        location: None,
        start: day("2026-12-01"),
        end: day("2026-12-04"),
        recurrence: vec![],
        attendees: vec![],
    };
    [series, bare]
}

/// Events that are changed: one with people and a rule, and a cancelled occurrence.
fn currents() -> [CalendarEvent; 2] {
    let event = |value: Value| map::event(serde_json::from_value(value).unwrap()).unwrap();
    [
        event(json!({
            "id": "e", "etag": "\"5\"", "start": { "date": "2026-11-22" }, "recurrence": ["RRULE:FREQ=DAILY"],
            "attendees": [
                { "email": "ada@example.com", "organizer": true, "responseStatus": "accepted" },
                { "email": "grace@example.com", "displayName": "Grace Hopper", "responseStatus": "tentative" }
            ]
        })),
        event(json!({
            "id": "e", "etag": "\"5\"", "status": "cancelled", "recurringEventId": "s",
            "originalStartTime": { "date": "2026-11-22" }
        })),
    ]
}
