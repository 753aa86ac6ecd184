//! `GET /google/calendar/v3/users/me/calendarList`

use axum::{
    Json,
    extract::{RawQuery, State},
};
use http::HeaderMap;
use serde_json::{Value, json};

use super::{
    bearer,
    errors::ApiError,
    page::Page,
    query::Query,
    scopes,
    state::{ListEntry, Role},
    tokens::{self, PageToken, SyncToken},
};
use crate::Sandbox;

const KNOWN: &[&str] = &["maxResults", "minAccessRole", "pageToken", "showDeleted", "showHidden", "syncToken"];
const SHAPE: &[&str] = &["minAccessRole", "showDeleted", "showHidden"];

/// Lists the calendars of the account that the token belongs to.
pub(crate) async fn list(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let token = bearer(&headers).ok_or_else(ApiError::unauthenticated)?;
    let query = Query::parse(query.as_deref(), KNOWN)?;
    let now = sandbox.now();
    let oldest = tokens::oldest(now, sandbox.sync_token_age());
    sandbox.read(|state| {
        let google = &state.google;
        let access = google.grants.access(token, now).ok_or_else(ApiError::unauthenticated)?;
        if !scopes::may_list(&access.scopes) {
            return Err(ApiError::missing_scope());
        }
        let account = google.account(&access.account).ok_or_else(ApiError::not_found)?;
        let (of, shape) = (format!("list of {}", account.sub), query.shape(SHAPE));
        let sync = match query.one("syncToken")? {
            Some(_) if query.has("minAccessRole") => {
                return Err(ApiError::invalid("minAccessRole", "Not allowed together with syncToken."));
            }
            Some(text) => Some(SyncToken::read(text, &of, &shape, google.sync_epoch, oldest)?),
            None => None,
        };
        let since = sync.map(|token| token.sequence);
        let resumed = query.one("pageToken")?.map(|text| PageToken::read(text, &of, &shape, since)).transpose()?;
        let (began, after) = resumed.map_or((account.list_sequence, 0), |token| (token.began, token.after));

        let wanted = Wanted::of(&query, since)?;
        let role = |entry: &ListEntry| state.switches.lowered(&entry.calendar, entry.role);
        let shown = account.list.iter().zip(1..).skip(usize::try_from(after).unwrap_or(usize::MAX));
        let shown = shown.filter(|(entry, _)| wanted.takes(entry, role(entry))).map(|(entry, place)| (place, entry));
        let size = query.page_size(100, 250)?.min(state.switches.page_size.unwrap_or(usize::MAX));
        let page = Page::cut(shown, size);

        let resource =
            |entry: &&ListEntry| google.calendars.get(&entry.calendar).map(|one| entry.resource(one, role(entry)));
        let mut answer =
            json!({ "kind": "calendar#calendarList", "etag": format!("\"p{:014}\"", account.list_sequence) });
        match page.next {
            Some(after) => answer["nextPageToken"] = json!(PageToken { of, shape, since, began, after }.text()),
            None => {
                let (epoch, issued) = (google.sync_epoch, now.timestamp());
                answer["nextSyncToken"] = json!(SyncToken { of, shape, sequence: began, epoch, issued }.text());
            }
        }
        answer["items"] = page.items.iter().filter_map(resource).collect();
        Ok(Json(answer))
    })
}

/// Which entries are shown.
struct Wanted {
    since: Option<u64>,
    hidden: bool,
    deleted: bool,
    least_role: Option<Role>,
}

impl Wanted {
    fn of(query: &Query, since: Option<u64>) -> Result<Self, ApiError> {
        let least_role = match query.one("minAccessRole")? {
            None => None,
            Some(name) => Some(Role::parse(name).ok_or_else(|| ApiError::invalid("minAccessRole", "Invalid value."))?),
        };
        Ok(Self { since, hidden: query.flag("showHidden")?, deleted: query.flag("showDeleted")?, least_role })
    }

    /// With a sync token hidden and deleted entries always come, so that the client learns of them.
    fn takes(&self, entry: &ListEntry, role: Role) -> bool {
        match self.since {
            Some(since) => entry.sequence > since,
            None => {
                (self.hidden || !entry.hidden)
                    && (self.deleted || !entry.removed)
                    && self.least_role.is_none_or(|least| role >= least)
            }
        }
    }
}
