//! `POST …/events/watch` and `POST …/channels/stop`.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
};
use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use url::Url;

use super::{
    TOKYO_CALENDAR, access, bearer, calendar::Body, channels::Channel, errors::ApiError, events, query::Query, scopes,
    writes::object,
};
use crate::{Sandbox, parameters::is_https_or_loopback};

/// What a channel may say of itself; Google refuses other names.
const FIELDS: &[&str] =
    &["address", "expiration", "id", "kind", "params", "payload", "resourceId", "resourceUri", "token", "type"];
/// How long a channel lives that asks for nothing, and the most that is granted: seven days.
pub(crate) const USUAL_SECONDS: u64 = 604_800;

/// Opens a channel and makes its first message.
pub(crate) async fn watch(
    State(sandbox): State<Sandbox>,
    Path(calendar): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: String,
) -> Result<Json<Value>, ApiError> {
    Query::parse(query.as_deref(), &events::known())?;
    let (sent, now) = (object(&body)?, sandbox.now());
    sandbox.write(|state| {
        let (account, calendar) = access::open_for_watching(state, &headers, &calendar, now)?;
        if calendar.id == TOKYO_CALENDAR {
            return Err(ApiError::push_not_supported());
        }
        let most = state.switches.channel_ttl_seconds.unwrap_or(USUAL_SECONDS);
        let sequence = calendar.sequence();
        let mut channel = channel(&sent, account, &calendar.id, most, now)?;
        state.google.prune_channels(now);
        if state.google.channels.contains(&channel.id) {
            return Err(ApiError::channel_id_not_unique(&channel.id));
        }
        channel.resource_uri = sandbox.events_uri(&channel.calendar);
        let mode = state.switches.notifications;
        state.outbox.post(channel.message("sync", sequence), mode, false);
        let answer = channel.resource();
        state.google.channels.open(channel);
        Ok(Json(answer))
    })
}

/// Ends a channel; only the account that opened it can.
pub(crate) async fn stop(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: String,
) -> Result<StatusCode, ApiError> {
    Query::parse(query.as_deref(), &[])?;
    let token = bearer(&headers).ok_or_else(ApiError::unauthenticated)?;
    let (sent, now) = (object(&body)?, sandbox.now());
    sandbox.write(|state| {
        let access = state.google.grants.access(token, now).ok_or_else(ApiError::unauthenticated)?;
        if !scopes::may_read(&access.scopes, true) && !scopes::may_list(&access.scopes) {
            return Err(ApiError::missing_scope());
        }
        let account = access.account.clone();
        let (id, resource_id) = (needed(&sent, "id")?, needed(&sent, "resourceId")?);
        state.google.prune_channels(now);
        match state.google.channels.stop(&account, id, resource_id) {
            true => Ok(StatusCode::NO_CONTENT),
            false => Err(ApiError::channel_not_found(id)),
        }
    })
}

/// The channel that a client asks for, without its address at Google.
fn channel(sent: &Body, account: &str, calendar: &str, most: u64, now: DateTime<Utc>) -> Result<Channel, ApiError> {
    if let Some(name) = sent.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(ApiError::bad_request(format!("Invalid JSON payload received. Unknown name \"{name}\"")));
    }
    let (id, kind, address) = (needed(sent, "id")?, needed(sent, "type")?, needed(sent, "address")?);
    if id.chars().count() > 64 || id.chars().any(char::is_control) {
        return Err(ApiError::invalid("id", "Invalid channel id."));
    }
    if kind != "web_hook" {
        return Err(ApiError::invalid("type", format!("Unknown channel type: {kind}")));
    }
    check_address(address)?;
    let mut channel = Channel::new(id, address, account, calendar);
    channel.token = token(sent)?;
    channel.expiration = expiration(sent, most, now)?;
    Ok(channel)
}

fn check_address(address: &str) -> Result<(), ApiError> {
    match Url::parse(address) {
        Ok(url) if is_https_or_loopback(&url) => Ok(()),
        Ok(_) => Err(ApiError::not_https(address)),
        Err(_) => Err(ApiError::invalid("address", "Invalid callback address.")),
    }
}

/// Goes into a header, so it is one line.
fn token(sent: &Body) -> Result<Option<String>, ApiError> {
    match sent.get("token") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(token)) if token.chars().count() <= 256 && !token.contains(char::is_control) => {
            Ok(Some(token.clone()))
        }
        Some(_) => Err(ApiError::invalid("token", "Invalid channel token.")),
    }
}

/// The soonest of what was asked for and what is granted at most, in whole seconds.
fn expiration(sent: &Body, most: u64, now: DateTime<Utc>) -> Result<DateTime<Utc>, ApiError> {
    let invalid = |name: &str| ApiError::invalid(name, "Invalid channel expiration.");
    let later = |seconds: i64| Duration::try_seconds(seconds).and_then(|by| now.checked_add_signed(by));
    let at = match whole(sent.get("expiration")).map_err(|()| invalid("expiration"))? {
        None => None,
        Some(millis) => Some(DateTime::from_timestamp_millis(millis).ok_or_else(|| invalid("expiration"))?),
    };
    let ttl = match whole(sent.get("params").and_then(|params| params.get("ttl"))).map_err(|()| invalid("ttl"))? {
        None => None,
        Some(seconds) => Some(later(seconds).ok_or_else(|| invalid("ttl"))?),
    };
    if at.is_some_and(|at| at <= now) || ttl.is_some_and(|at| at <= now) {
        return Err(invalid("expiration"));
    }
    let granted = later(i64::try_from(most).unwrap_or(i64::MAX)).unwrap_or(DateTime::<Utc>::MAX_UTC);
    Ok([at, ttl].into_iter().flatten().fold(granted, std::cmp::min))
}

/// A 64-bit number: Google takes it as a number and as a string.
fn whole(value: Option<&Value>) -> Result<Option<i64>, ()> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => number.as_i64().map(Some).ok_or(()),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| ()),
        Some(_) => Err(()),
    }
}

fn needed<'a>(sent: &'a Body, field: &str) -> Result<&'a str, ApiError> {
    let text = sent.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.ok_or_else(|| ApiError::required(&format!("Required parameter: {field}")))
}
