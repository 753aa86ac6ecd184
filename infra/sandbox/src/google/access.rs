//! Who may do what with which calendar.

use chrono::{DateTime, Utc};
use http::HeaderMap;

use super::{bearer, calendar::Calendar, errors::ApiError, scopes, state::Role};
use crate::State;

/// What somebody wants to do with events.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Read,
    Write,
}

/// The calendar that a request names, if its token and the account's role open this door.
pub(crate) fn open<'a>(
    state: &'a State,
    headers: &HeaderMap,
    id: &str,
    door: Door,
    now: DateTime<Utc>,
) -> Result<(&'a Calendar, Role), ApiError> {
    enter(state, headers, id, door, now).map(|(_, calendar, role)| (calendar, role))
}

/// As [`open`] for writing: the account and the calendar's own id.
pub(crate) fn open_for_writing(
    state: &State,
    headers: &HeaderMap,
    id: &str,
    now: DateTime<Utc>,
) -> Result<(String, String), ApiError> {
    let (account, calendar, _) = enter(state, headers, id, Door::Write, now)?;
    Ok((account.to_owned(), calendar.id.clone()))
}

/// As [`open`] for reading: the account and the calendar.
pub(crate) fn open_for_watching<'a>(
    state: &'a State,
    headers: &HeaderMap,
    id: &str,
    now: DateTime<Utc>,
) -> Result<(&'a str, &'a Calendar), ApiError> {
    enter(state, headers, id, Door::Read, now).map(|(account, calendar, _)| (account, calendar))
}

fn enter<'a>(
    state: &'a State,
    headers: &HeaderMap,
    id: &str,
    door: Door,
    now: DateTime<Utc>,
) -> Result<(&'a str, &'a Calendar, Role), ApiError> {
    let token = bearer(headers).ok_or_else(ApiError::unauthenticated)?;
    let access = state.google.grants.access(token, now).ok_or_else(ApiError::unauthenticated)?;
    if !scopes::may_read(&access.scopes, true) {
        return Err(ApiError::missing_scope());
    }
    let (calendar, role) = state.google.calendar(&access.account, id).ok_or_else(ApiError::not_found)?;
    let owner = role == Role::Owner;
    let granted = match door {
        Door::Read => scopes::may_read(&access.scopes, owner),
        Door::Write => scopes::may_write(&access.scopes, owner),
    };
    let role = state.switches.lowered(&calendar.id, role);
    match (granted, door) {
        (false, _) => Err(ApiError::missing_scope()),
        (true, Door::Write) if role < Role::Writer => Err(ApiError::read_only()),
        _ => Ok((&access.account, calendar, role)),
    }
}
