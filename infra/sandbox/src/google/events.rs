//! `GET /google/calendar/v3/calendars/{id}/events`: full and incremental listings.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
};
use http::HeaderMap;
use serde_json::{Value, json};

use super::{
    access::{self, Door},
    calendar::{Calendar, Entry},
    errors::ApiError,
    filter::Filter,
    page::Page,
    query::Query,
    state::Role,
    tokens::{self, PageToken, SyncToken},
};
use crate::Sandbox;

/// Refused together with a sync token (Google's "eight forbidden parameters").
const NOT_WITH_SYNC_TOKEN: &[&str] = &[
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMax",
    "timeMin",
    "updatedMin",
];

/// Must be the same in the first and all later runs.
const SHAPE: &[&str] =
    &["alwaysIncludeEmail", "eventTypes", "maxAttendees", "showHiddenInvitations", "singleEvents", "timeZone"];

const PAGING: &[&str] = &["maxResults", "pageToken", "showDeleted", "syncToken"];

/// A listing without these gives a sync token at its end.
const SUPPRESSES_SYNC_TOKEN: &[&str] =
    &["iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMax", "updatedMin"];

/// Every parameter of a listing.
pub(crate) fn known() -> Vec<&'static str> {
    [NOT_WITH_SYNC_TOKEN, SHAPE, PAGING].concat()
}

/// One page of a listing.
pub(crate) async fn list(
    State(sandbox): State<Sandbox>,
    Path(calendar): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let query = Query::parse(query.as_deref(), &known())?;
    let now = sandbox.now();
    let oldest = tokens::oldest(now, sandbox.sync_token_age());
    sandbox.read(|state| {
        let (calendar, role) = access::open(state, &headers, &calendar, Door::Read, now)?;
        let listing = Listing::of(&query, calendar, state.google.sync_epoch, oldest)?;
        let size = query.page_size(250, 2_500)?.min(state.switches.page_size.unwrap_or(usize::MAX));
        let page = match listing.is_first_page && state.switches.empty_first_page {
            true => Page::empty_before(listing.after),
            false => listing.page(calendar, size),
        };
        let mut answer = head(calendar, role);
        match page.next {
            Some(after) => answer["nextPageToken"] = json!(listing.page_token(calendar, after).text()),
            None if listing.gives_sync_token => {
                let token = listing.sync_token(calendar, state.google.sync_epoch, now.timestamp());
                answer["nextSyncToken"] = json!(token.text());
            }
            None => {}
        }
        answer["items"] = page.items.iter().map(|entry| Value::Object(entry.body.clone())).collect();
        Ok(Json(answer))
    })
}

pub(crate) fn head(calendar: &Calendar, role: Role) -> Value {
    let mut head = json!({
        "kind": "calendar#events",
        "etag": calendar.etag(),
        "summary": calendar.summary,
        "updated": calendar.updated,
        "timeZone": calendar.time_zone,
        "accessRole": role.name(),
        "defaultReminders": [],
    });
    if let Some(description) = &calendar.description {
        head["description"] = json!(description);
    }
    head
}

/// A listing as it was asked for, and how far it has come.
struct Listing {
    filter: Filter,
    /// What page tokens are bound to.
    whole_shape: String,
    /// What sync tokens are bound to.
    shape: String,
    since: Option<u64>,
    began: u64,
    after: u64,
    is_first_page: bool,
    show_deleted: bool,
    by_change: bool,
    gives_sync_token: bool,
}

impl Listing {
    fn of(
        query: &Query,
        calendar: &Calendar,
        epoch: u64,
        oldest: Option<chrono::DateTime<chrono::Utc>>,
    ) -> Result<Self, ApiError> {
        refuse_what_is_not_served(query)?;
        let shape = query.shape(SHAPE);
        let whole_shape = query.shape(&[SHAPE, NOT_WITH_SYNC_TOKEN, &["showDeleted"]].concat());
        let since = match query.one("syncToken")? {
            None => None,
            Some(text) => {
                refuse_with_sync_token(query)?;
                Some(SyncToken::read(text, &calendar.id, &shape, epoch, oldest)?.sequence)
            }
        };
        let resumed =
            query.one("pageToken")?.map(|text| PageToken::read(text, &calendar.id, &whole_shape, since)).transpose()?;
        let start = (calendar.sequence(), since.unwrap_or_default());
        let (began, after) = resumed.as_ref().map_or(start, |token| (token.began, token.after));
        Ok(Self {
            filter: Filter::of(query)?,
            whole_shape,
            shape,
            since,
            began,
            after,
            is_first_page: resumed.is_none(),
            show_deleted: query.flag("showDeleted")?,
            by_change: query.has("orderBy"),
            gives_sync_token: !SUPPRESSES_SYNC_TOKEN.iter().any(|name| query.has(name)),
        })
    }

    fn page<'a>(&self, calendar: &'a Calendar, size: usize) -> Page<&'a Entry> {
        match (self.since, self.by_change) {
            (Some(_), _) => {
                let changed = calendar.changed(self.after, self.began);
                Page::cut(changed.filter(|(_, entry)| self.filter.has_type(entry)), size)
            }
            (None, true) => Page::cut(calendar.changed(self.after, self.began).filter(|one| self.shows(one.1)), size),
            (None, false) => Page::cut(calendar.starting_at(self.after).filter(|one| self.shows(one.1)), size),
        }
    }

    /// Cancelled exceptions of living series are shown without being asked for.
    fn shows(&self, entry: &Entry) -> bool {
        (self.show_deleted || !entry.dead) && self.filter.passes(entry)
    }

    fn page_token(&self, calendar: &Calendar, after: u64) -> PageToken {
        let (of, shape) = (calendar.id.clone(), self.whole_shape.clone());
        PageToken { of, shape, since: self.since, began: self.began, after }
    }

    fn sync_token(&self, calendar: &Calendar, epoch: u64, issued: i64) -> SyncToken {
        SyncToken { of: calendar.id.clone(), shape: self.shape.clone(), sequence: self.began, epoch, issued }
    }
}

fn refuse_with_sync_token(query: &Query) -> Result<(), ApiError> {
    if let Some(name) = NOT_WITH_SYNC_TOKEN.iter().find(|name| query.has(name)) {
        let message = format!("Sync token cannot be used with the parameter {name}.");
        return Err(ApiError::invalid(name, message));
    }
    match query.one("showDeleted")? {
        Some("false") => Err(ApiError::invalid("showDeleted", "Deleted entries always come with a sync token.")),
        _ => Ok(()),
    }
}

/// Series are not expanded here, and without that an order by start makes no sense to Google either.
fn refuse_what_is_not_served(query: &Query) -> Result<(), ApiError> {
    if query.flag("singleEvents")? {
        return Err(ApiError::invalid("singleEvents", "The sandbox does not expand series."));
    }
    match query.one("orderBy")? {
        None | Some("updated") => Ok(()),
        Some("startTime") => {
            let message = "The requested ordering is not available for the particular query.";
            Err(ApiError::invalid("orderBy", message))
        }
        Some(_) => Err(ApiError::invalid("orderBy", "Invalid value.")),
    }
}
