//! The list of calendars (google-calendar.md §3), and the test of the chosen ones.

use super::calls::Calls;
use super::wire;
use crate::contract::Access;
use crate::error::ProviderError;
use crate::http::AnswerCap;
use domain::failure::FailureClass;
use domain::ids::ResourceId;
use domain::resource::Choice;

/// Pages of 250 that are read at most: a list that goes on is one that repeats itself.
const MOST_PAGES: usize = 40;

/// Every calendar whose events the account may read.
pub(super) async fn calendars(calls: &Calls, access: &Access) -> Result<Vec<Choice>, ProviderError> {
    let mut choices = Vec::new();
    let mut page_token: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let page = page(calls, access, page_token.as_deref()).await?;
        choices.extend(page.items.into_iter().filter_map(|entry| choice(entry.read?)));
        page_token = page.next_page_token.filter(|token| !token.is_empty());
        if page_token.is_none() {
            return Ok(choices);
        }
    }
    Err(ProviderError::new(FailureClass::OurBug, "too_many_pages"))
}

async fn page(calls: &Calls, access: &Access, token: Option<&str>) -> Result<wire::CalendarList, ProviderError> {
    let mut url = calls.calendar_url(&["users", "me", "calendarList"])?;
    url.query_pairs_mut().append_pair("maxResults", "250");
    if let Some(token) = token {
        url.query_pairs_mut().append_pair("pageToken", token);
    }
    calls.get_json(access, &url, AnswerCap::DATA).await
}

/// The calendar as a choice; `None` for one that was removed or shows no more than when it is busy.
fn choice(entry: wire::CalendarListEntry) -> Option<Choice> {
    let role = entry.access_role.as_deref();
    if entry.deleted || role == Some("freeBusyReader") {
        return None;
    }
    let read_only = !matches!(role, Some("writer" | "owner"));
    let id = ResourceId::parse(entry.id?).ok()?;
    let given = |text: &String| !text.trim().is_empty();
    let name = entry.summary_override.filter(given).or(entry.summary.filter(given));
    Some(Choice {
        name: name.unwrap_or_else(|| id.as_str().to_owned()),
        description: entry.description.filter(given),
        time_zone: entry.time_zone,
        state: None,
        color: entry.background_color,
        primary: entry.primary,
        read_only,
        id,
    })
}

/// One call checks the access. Of the chosen calendars the list vouches for as many as it names; the others (one
/// chosen calendar at all, one that was hidden since) are asked for directly, which alone tells that one is gone.
pub(super) async fn test(calls: &Calls, access: &Access, resources: &[ResourceId]) -> Result<(), ProviderError> {
    let listed = match resources {
        [_] => Vec::new(),
        _ => calendars(calls, access).await?,
    };
    for resource in resources.iter().filter(|resource| listed.iter().all(|choice| choice.id != **resource)) {
        let mut url = calls.calendar_url(&["calendars", resource.as_str(), "events"])?;
        url.query_pairs_mut().append_pair("maxResults", "1");
        calls.get_json::<wire::Events>(access, &url, AnswerCap::DATA).await?;
    }
    Ok(())
}
