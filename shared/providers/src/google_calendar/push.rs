//! Writing events (google-calendar.md §2 and §4). Every write may be repeated: an insert has an id of ours, a change is
//! made on a condition, and what is removed stays removed. An answer that was lost therefore shows as `Exists` or
//! `Changed`.

mod attendees;
mod body;
mod instance;
mod refusal;

use self::refusal::refusal;
use super::calls::{Calls, read, request};
use super::{GoogleCalendar, map, wire};
use crate::contract::{Access, Found, Push, PushChange, PushError, PushRemoval, PushTarget};
use crate::error::ProviderError;
use crate::http::AnswerCap;
use async_trait::async_trait;
use bytes::Bytes;
use domain::appointment::{Appointment, AppointmentMark, Field};
use domain::failure::FailureClass;
use domain::ids::{AppointmentId, ExternalId, IntegrationId, ResourceId};
use domain::record::{CalendarEvent, EventStatus, EventTime};
use http::header::IF_MATCH;
use http::{HeaderValue, Method, Request, Response};
use ring::digest::{SHA256, digest};
use serde::de::DeserializeOwned;
use std::fmt::Write;
use url::Url;

#[async_trait]
impl Push for GoogleCalendar {
    /// SHA-256 in hexadecimal digits, which are among the characters that Google allows (a-v and 0-9).
    fn event_id(&self, integration: IntegrationId, appointment: &AppointmentId, resource: &ResourceId) -> ExternalId {
        let hash = digest(&SHA256, format!("{integration}\n{appointment}\n{resource}").as_bytes());
        let mut id = String::new();
        for byte in hash.as_ref() {
            write!(id, "{byte:02x}").expect("a text takes what is written to it");
        }
        ExternalId::parse(id).expect("64 hexadecimal digits are an id")
    }

    async fn occurrence(
        &self,
        access: &Access,
        series: PushTarget<'_>,
        original_start: &EventTime,
    ) -> Result<ExternalId, PushError> {
        let instances = url(&self.calls, series.resource, &[series.event.as_str(), "instances"])?;
        let url = instance::url(instances, original_start);
        let answer = self.calls.get(access, &url, AnswerCap::DATA).await?;
        let events: wire::Events = granted(&answer)?;
        instance::find(events, original_start).ok_or(PushError::Gone)
    }

    async fn insert(
        &self,
        access: &Access,
        target: PushTarget<'_>,
        content: &Appointment,
        mark: &AppointmentMark,
    ) -> Result<CalendarEvent, PushError> {
        let mut url = url(&self.calls, target.resource, &[])?;
        add_send_updates(&mut url, !content.attendees.is_empty(), &Field::ALL);
        let body = body::insert(target.event, content, mark);
        let answer = send(&self.calls, request(access, Method::POST, &url, Some(&body))?).await?;
        event_in(&answer)
    }

    async fn change(
        &self,
        access: &Access,
        target: PushTarget<'_>,
        change: &PushChange<'_>,
    ) -> Result<CalendarEvent, PushError> {
        let fields = if change.revive { &Field::ALL } else { change.fields };
        let mut url = url(&self.calls, target.resource, &[target.event.as_str()])?;
        add_send_updates(&mut url, attendees::invited(change), fields);
        let mut request = request(access, Method::PATCH, &url, Some(&body::change(change, fields)))?;
        add_condition(&mut request, condition(change)?);
        event_in(&send(&self.calls, request).await?)
    }

    async fn read(&self, access: &Access, target: PushTarget<'_>) -> Result<Found, PushError> {
        let answer = match url(&self.calls, target.resource, &[target.event.as_str()]) {
            Ok(url) => self.calls.get(access, &url, AnswerCap::DATA).await?,
            Err(_) => return Ok(Found::Absent),
        };
        match event_in(&answer) {
            Ok(event) if event.status == EventStatus::Cancelled => Ok(Found::Cancelled(event)),
            Ok(event) => Ok(Found::Event(event)),
            Err(PushError::Gone) => Ok(Found::Absent),
            Err(error) => Err(error),
        }
    }

    async fn remove(
        &self,
        access: &Access,
        target: PushTarget<'_>,
        removal: &PushRemoval<'_>,
    ) -> Result<(), PushError> {
        let Ok(mut url) = url(&self.calls, target.resource, &[target.event.as_str()]) else { return Ok(()) };
        add_send_updates(&mut url, removal.invited, &Field::ALL);
        let mut request = request(access, Method::DELETE, &url, None)?;
        add_condition(&mut request, etag(removal.etag));
        let answer = send(&self.calls, request).await?;
        match answer.status().is_success() {
            true => Ok(()),
            false => match refusal(&answer) {
                PushError::Gone => Ok(()),
                error => Err(error),
            },
        }
    }
}

/// An address below a calendar's events. An id that cannot stand in a path is nobody's.
fn url(calls: &Calls, resource: &ResourceId, below: &[&str]) -> Result<Url, PushError> {
    let segments = [&["calendars", resource.as_str(), "events"], below].concat();
    calls.calendar_url(&segments).map_err(|_| PushError::Gone)
}

async fn send(calls: &Calls, request: Request<Bytes>) -> Result<Response<Bytes>, PushError> {
    let answer = calls.client.send(request, AnswerCap::DATA).await;
    answer.map_err(|error| PushError::Failed(error.into()))
}

fn granted<T: DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, PushError> {
    match answer.status().is_success() {
        true => Ok(read(answer)?),
        false => Err(refusal(answer)),
    }
}

fn event_in(answer: &Response<Bytes>) -> Result<CalendarEvent, PushError> {
    Ok(map::event(granted(answer)?)?)
}

/// The condition of a change. No living event is changed without one: it would overwrite what nobody has seen. Of a
/// cancelled one only the id is certain, and there is nothing to overwrite.
fn condition(change: &PushChange<'_>) -> Result<Option<HeaderValue>, PushError> {
    let etag = etag(change.current.etag.as_deref());
    if etag.is_none() && !change.revive {
        return Err(ProviderError::new(FailureClass::PermanentRecord, "no_etag").into());
    }
    Ok(etag)
}

fn etag(etag: Option<&str>) -> Option<HeaderValue> {
    etag.and_then(|etag| HeaderValue::from_str(etag).ok())
}

fn add_condition(request: &mut Request<Bytes>, condition: Option<HeaderValue>) {
    if let Some(condition) = condition {
        request.headers_mut().insert(IF_MATCH, condition);
    }
}

fn add_send_updates(url: &mut Url, invited: bool, fields: &[Field]) {
    url.query_pairs_mut().append_pair("sendUpdates", send_updates(invited, fields));
}

/// Whether Google writes to the people who are invited. They must know when, where and what, and who comes; a
/// description that was put in other words is no reason for an e-mail. An event that nobody is invited to tells nobody.
fn send_updates(invited: bool, fields: &[Field]) -> &'static str {
    let matters = |field: &Field| match field {
        Field::Time | Field::Location | Field::Attendees | Field::Title => true,
        Field::Description => false,
    };
    if invited && fields.iter().any(matters) { "all" } else { "none" }
}
