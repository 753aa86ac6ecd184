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
    calendar::{Body, Calendar},
    edit,
    errors::ApiError,
    query::Query,
};
use crate::Sandbox;

const READ: &[&str] = &["alwaysIncludeEmail", "maxAttendees", "timeZone"];
const WRITE: &[&str] = &["conferenceDataVersion", "maxAttendees", "sendUpdates", "supportsAttachments"];

/// `GET …/events/{event}`; a deleted event is shown as its tombstone.
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
        let entry = calendar.get(&event).ok_or_else(ApiError::not_found)?;
        let etag = entry.etag();
        Ok(match text(&headers, &header::IF_NONE_MATCH) == Some(&etag) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => ([(header::ETAG, etag)], Json(entry.body.clone())).into_response(),
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
    Query::parse(query.as_deref(), WRITE)?;
    let sent = object(&body)?;
    change(&sandbox, &headers, &calendar, |calendar, now| edit::insert(calendar, sent, now)).map(Json)
}

/// `PATCH …/events/{event}`
pub(crate) async fn patch(
    State(sandbox): State<Sandbox>,
    Path((calendar, event)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: String,
) -> Result<Json<Body>, ApiError> {
    Query::parse(query.as_deref(), WRITE)?;
    let sent = object(&body)?;
    let if_match = text(&headers, &header::IF_MATCH);
    change(&sandbox, &headers, &calendar, |calendar, now| edit::patch(calendar, &event, sent, if_match, now)).map(Json)
}

/// `DELETE …/events/{event}`
pub(crate) async fn delete(
    State(sandbox): State<Sandbox>,
    Path((calendar, event)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, ApiError> {
    Query::parse(query.as_deref(), WRITE)?;
    let if_match = text(&headers, &header::IF_MATCH);
    change(&sandbox, &headers, &calendar, |calendar, now| edit::delete(calendar, &event, if_match, now))?;
    Ok(StatusCode::NO_CONTENT)
}

fn change<T>(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    id: &str,
    change: impl FnOnce(&mut Calendar, DateTime<Utc>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let now = sandbox.now();
    sandbox.write(|state| {
        let id = access::open_for_writing(state, headers, id, now)?;
        let calendar = state.google.calendars.get_mut(&id).ok_or_else(ApiError::not_found)?;
        change(calendar, now)
    })
}

fn object(body: &str) -> Result<Body, ApiError> {
    match serde_json::from_str(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(ApiError::bad_request("Parse Error")),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
