//! `events.list` (google-calendar.md §4).

use super::calls::{Calls, read};
use super::errors::cursor_expired;
use super::{map, wire};
use crate::contract::{Access, Next, Page, PullRequest};
use crate::error::{ProviderError, PullError};
use crate::http::AnswerCap;
use chrono::SecondsFormat;
use domain::failure::FailureClass;
use url::Url;

/// Raised whenever the query below changes: a sync token is only good for the query it was made with.
pub(super) const QUERY_VERSION: u32 = 1;

/// One page. Asked with a token that Google no longer takes, the cursor has expired. A page that is followed by itself
/// ends the pull: it would never end by itself.
pub(super) async fn page(calls: &Calls, access: &Access, request: &PullRequest<'_>) -> Result<Page, PullError> {
    let url = url(calls, request)?;
    let answer = calls.get(access, &url, AnswerCap::DATA).await?;
    let has_token = request.since.is_some() || request.page.is_some();
    if has_token && cursor_expired(&answer) {
        return Err(PullError::CursorExpired);
    }
    let events: wire::Events = read(&answer)?;
    let zone = events.time_zone.as_deref();
    let next = next(events.next_page_token, events.next_sync_token)?;
    if matches!((&next, request.page), (Next::Page(next), Some(page)) if next == page) {
        return Err(ProviderError::new(FailureClass::OurBug, "repeated_page").into());
    }
    Ok(Page { entries: events.items.into_iter().map(|entry| map::entry(entry, zone)).collect(), next })
}

/// The query. No `orderBy`, which would suppress the sync token, and no `showDeleted`: tombstones come with a token
/// anyway, and cancelled exceptions without one.
fn url(calls: &Calls, request: &PullRequest<'_>) -> Result<Url, ProviderError> {
    let mut url = calls.calendar_url(&["calendars", request.resource.as_str(), "events"])?;
    let mut query = url.query_pairs_mut();
    query.append_pair("maxResults", "2500").append_pair("singleEvents", "false");
    match request.since {
        Some(token) => query.append_pair("syncToken", token),
        None => query.append_pair("timeMin", &request.window_start.to_rfc3339_opts(SecondsFormat::Secs, true)),
    };
    if let Some(page) = request.page {
        query.append_pair("pageToken", page);
    }
    drop(query);
    Ok(url)
}

/// The sync token comes on the last page alone; a page without either token ends nothing.
fn next(page: Option<String>, sync: Option<String>) -> Result<Next, ProviderError> {
    let given = |token: &String| !token.is_empty();
    match (page.filter(given), sync.filter(given)) {
        (Some(page), _) => Ok(Next::Page(page)),
        (None, Some(sync)) => Ok(Next::Done(sync)),
        (None, None) => Err(ProviderError::new(FailureClass::OurBug, "no_sync_token")),
    }
}
