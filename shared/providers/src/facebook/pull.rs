//! The leads of a form, newest first (facebook-lead-ads.md §4, "Bulk").

use super::calls::{Calls, LIMIT, date, read};
use super::errors::is_about_the_cursor;
use super::leads::{PLAIN, WHOLE};
use super::tokens::{Key, Keys};
use super::usage::pause;
use super::{forms, map, wire};
use crate::contract::{Access, Next, Page, PullRequest, Pulled};
use crate::error::{ProviderError, PullError};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::failure::FailureClass;
use domain::ids::ExternalId;
use domain::lead::Form;
use http::Response;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Raised whenever a token of another form is written below.
pub(super) const QUERY_VERSION: u32 = 1;

/// So many seconds before the newest known lead an incremental pull begins: a lead may show up later than its time
/// says. What is read twice is stored once.
const OVERLAP: i64 = 60 * 60;
/// For so many seconds leads are read without their ads after Facebook refused those; then it is asked again.
const PLAIN_FOR: i64 = 24 * 60 * 60;

/// What the next pull begins with.
#[derive(Serialize, Deserialize)]
struct Since {
    /// The time of the newest lead that was read, in seconds since 1970.
    newest: i64,
    /// Since when Facebook refuses the ads.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    plain: Option<i64>,
}

/// Where a pull stands. All its pages have the same filter.
#[derive(Serialize, Deserialize)]
struct Position {
    from: i64,
    newest: i64,
    /// The cursor of the next page; none on the first, and where nothing but the end is left.
    after: Option<String>,
    #[serde(default)]
    plain: Option<i64>,
}

/// One page.
pub(super) async fn page(calls: &Calls, access: &Access, request: &PullRequest<'_>) -> Result<Page, PullError> {
    let form = Form::of(request.resource).map_err(|_| forms::gone("not_a_form"))?;
    let keys = Keys::of(access)?;
    let key = keys.page(form.owner())?;
    let mut position = begin(request)?;
    if request.page.is_some() && position.after.is_none() {
        return Ok(Page { entries: Vec::new(), next: Next::Done(position.end(None)?) });
    }
    let answer = match ask(calls, key, &form, &mut position).await {
        Err(PullError::Failed(error)) => {
            return Err(forms::in_its_words(calls, key, form.owner(), error).await.into());
        }
        answer => answer?,
    };
    let list: wire::List = read(&answer)?;
    let entries: Vec<Pulled> = list.data.iter().map(|entry| pulled(entry, &form)).collect();
    let now = date(answer.headers());
    position.saw(&entries, now);
    let after = list.after(LIMIT);
    if after.is_some() && after == position.after {
        return Err(ProviderError::new(FailureClass::OurBug, "repeated_page").into());
    }
    position.after = after;
    Ok(Page { entries, next: position.next(pause(answer.headers()), now)? })
}

/// A token that cannot be read is one of another version: everything is read again.
fn begin(request: &PullRequest<'_>) -> Result<Position, PullError> {
    fn known<T: DeserializeOwned>(text: &str) -> Result<T, PullError> {
        serde_json::from_str(text).map_err(|_| PullError::CursorExpired)
    }
    match (request.page, request.since) {
        (Some(page), _) => known(page),
        (None, Some(since)) => {
            let Since { newest, plain } = known(since)?;
            Ok(Position { from: newest.saturating_sub(OVERLAP), newest, after: None, plain })
        }
        (None, None) => {
            let from = request.window_start.timestamp();
            Ok(Position { from, newest: from, after: None, plain: None })
        }
    }
}

/// The page's answer; without the ads where Facebook refuses those.
async fn ask(calls: &Calls, key: &Key, form: &Form, position: &mut Position) -> Result<Response<Bytes>, PullError> {
    let answer = match position.plain {
        Some(_) => once(calls, key, form, position, PLAIN).await,
        None => match once(calls, key, form, position, WHOLE).await {
            Err(error) if error.class == FailureClass::MissingPermission => {
                let answer = once(calls, key, form, position, PLAIN).await;
                let now = answer.as_ref().ok().and_then(|answer| date(answer.headers()));
                position.plain = now.map(|now| now.timestamp());
                answer
            }
            answer => answer,
        },
    };
    answer.map_err(|error| match position.after.is_some() && is_about_the_cursor(&error) {
        true => PullError::CursorExpired,
        false => error.into(),
    })
}

async fn once(
    calls: &Calls,
    key: &Key,
    form: &Form,
    position: &Position,
    fields: &str,
) -> Result<Response<Bytes>, ProviderError> {
    // The filter leaves out the second itself.
    let from = position.from.saturating_sub(1);
    let filter = format!(r#"[{{"field":"time_created","operator":"GREATER_THAN","value":{from}}}]"#);
    let limit = LIMIT.to_string();
    let mut query = vec![("fields", fields), ("limit", limit.as_str()), ("filtering", filter.as_str())];
    query.extend(position.after.as_deref().map(|after| ("after", after)));
    calls.get(key, &[form.id(), "leads"], &query).await
}

/// The entry as a lead of this form.
fn pulled(entry: &wire::Entry, form: &Form) -> Pulled {
    let unreadable = |code| Pulled::Unreadable {
        id: entry.id().and_then(|id| ExternalId::parse(id).ok()),
        error: ProviderError::new(FailureClass::PermanentRecord, code),
    };
    match entry.read::<wire::Lead>().and_then(|lead| map::lead(lead, form.id())) {
        Some(lead) if lead.form == form.id() => Pulled::Lead(lead),
        Some(_) => unreadable("another_form"),
        None => unreadable("unreadable_lead"),
    }
}

impl Position {
    /// Notes the newest of these leads. A time that lies ahead of Facebook's own clock would hide later leads.
    fn saw(&mut self, entries: &[Pulled], now: Option<DateTime<Utc>>) {
        let times = entries.iter().filter_map(|entry| match entry {
            Pulled::Lead(lead) => Some(lead.created.timestamp()),
            _ => None,
        });
        let newest = times.max().unwrap_or(self.newest);
        self.newest = self.newest.max(now.map_or(newest, |now| newest.min(now.timestamp())));
    }

    /// A low budget also waits behind the last page: the next form is of the same page.
    fn next(self, pause: Option<chrono::TimeDelta>, now: Option<DateTime<Utc>>) -> Result<Next, ProviderError> {
        match pause {
            Some(after) => Ok(Next::Later { page: written(&self)?, after }),
            None if self.after.is_some() => Ok(Next::Page(written(&self)?)),
            None => Ok(Next::Done(self.end(now)?)),
        }
    }

    fn end(self, now: Option<DateTime<Utc>>) -> Result<String, ProviderError> {
        let lately = |since: &i64| now.is_none_or(|now| now.timestamp().saturating_sub(*since) < PLAIN_FOR);
        written(&Since { newest: self.newest, plain: self.plain.filter(lately) })
    }
}

fn written(token: &impl Serialize) -> Result<String, ProviderError> {
    serde_json::to_string(token).map_err(|_| ProviderError::new(FailureClass::OurBug, "unwritable_token"))
}
