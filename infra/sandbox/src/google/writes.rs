//! One event over HTTP: read, insert, patch, delete.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::Value;

use super::{
    access::{self, Door},
    calendar::Body,
    edit,
    errors::ApiError,
    mails::SendUpdates,
    query::Query,
    state::Google,
};
use crate::Sandbox;

const READ: &[&str] = &["alwaysIncludeEmail", "maxAttendees", "timeZone"];
const WRITE: &[&str] = &["conferenceDataVersion", "maxAttendees", "sendUpdates", "supportsAttachments"];

/// `GET …/events/{event}`; a deleted event is shown as its tombstone, and an occurrence as an event.
pub(crate) async fn get(
    State(sandbox): State<Sandbox>,
    Path((calendar, event)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    Query::parse(query.as_deref(), READ)?;
    let now = sandbox.now();
    sandbox.read(|state| {
        let (calendar, _) = access::open(state, &headers, &calendar, Door::Read, now)?;
        let (etag, body) = match calendar.get(&event) {
            Some(entry) => (entry.etag(), entry.body.clone()),
            None => edit::occurrence_of(calendar, &event).map(|(series, body)| (series.etag(), body))?,
        };
        Ok(match text(&headers, &header::IF_NONE_MATCH) == Some(&etag) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => ([(header::ETAG, etag)], Json(body)).into_response(),
        })
    })
}

/// `POST …/events`
pub(crate) async fn insert(
    State(sandbox): State<Sandbox>,
    Path(calendar): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: String,
) -> Result<Json<Body>, ApiError> {
    let write = Write::of(&sandbox, &headers, query.as_deref())?;
    let sent = object(&body)?;
    write.run(&calendar, None, |google, calendar, now| google.insert(calendar, sent, now)).map(Json)
}

/// `PATCH …/events/{event}`
pub(crate) async fn patch(
    State(sandbox): State<Sandbox>,
    Path((calendar, event)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: String,
) -> Result<Json<Body>, ApiError> {
    let write = Write::of(&sandbox, &headers, query.as_deref())?;
    let sent = object(&body)?;
    let if_match = text(&headers, &header::IF_MATCH);
    let patch = |google: &mut Google, id: &str, now| google.patch(id, &event, sent, if_match, now);
    write.run(&calendar, Some(&event), patch).map(Json)
}

/// `DELETE …/events/{event}`
pub(crate) async fn delete(
    State(sandbox): State<Sandbox>,
    Path((calendar, event)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, ApiError> {
    let write = Write::of(&sandbox, &headers, query.as_deref())?;
    let if_match = text(&headers, &header::IF_MATCH);
    let delete = |google: &mut Google, id: &str, now| google.delete(id, &event, if_match, now).map(|()| Body::new());
    write.run(&calendar, Some(&event), delete)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A write that was asked for.
struct Write<'a> {
    sandbox: &'a Sandbox,
    headers: &'a HeaderMap,
    send_updates: SendUpdates,
}

impl<'a> Write<'a> {
    fn of(sandbox: &'a Sandbox, headers: &'a HeaderMap, query: Option<&str>) -> Result<Self, ApiError> {
        let send_updates = SendUpdates::of(&Query::parse(query, WRITE)?)?;
        Ok(Self { sandbox, headers, send_updates })
    }

    /// Does it if the account may, and counts the mails that would have been sent.
    fn run(
        &self,
        calendar: &str,
        event: Option<&str>,
        change: impl FnOnce(&mut Google, &str, DateTime<Utc>) -> Result<Body, ApiError>,
    ) -> Result<Body, ApiError> {
        let now = self.sandbox.now();
        self.sandbox.write(|state| {
            let (account, id) = access::open_for_writing(state, self.headers, calendar, now)?;
            let former = event.and_then(|event| state.google.event_or_occurrence(&id, event));
            let body = change(&mut state.google, &id, now)?;
            state.google.mails += self.send_updates.mails(&state.google, &account, [former.as_ref(), Some(&body)]);
            Ok(body)
        })
    }
}

pub(crate) fn object(body: &str) -> Result<Body, ApiError> {
    match serde_json::from_str(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(ApiError::bad_request("Parse Error")),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
