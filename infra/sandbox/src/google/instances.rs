//! `GET …/events/{event}/instances`: the occurrences of a series, exceptions in their places.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
};
use chrono::{DateTime, NaiveDate, Utc};
use http::HeaderMap;
use serde_json::{Value, json};

use super::{
    access::{self, Door},
    calendar::{Body, Calendar},
    data::when::instance_suffix,
    errors::ApiError,
    events,
    filter::instant,
    page::Page,
    query::Query,
    recurrence::{self, Series},
    tokens::PageToken,
};
use crate::Sandbox;

const SHAPE: &[&str] =
    &["alwaysIncludeEmail", "maxAttendees", "originalStart", "showDeleted", "timeMax", "timeMin", "timeZone"];
const PAGING: &[&str] = &["maxResults", "pageToken"];

/// One page of occurrences, the earliest original start first.
pub(crate) async fn list(
    State(sandbox): State<Sandbox>,
    Path((calendar, event)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let query = Query::parse(query.as_deref(), &[SHAPE, PAGING].concat())?;
    let now = sandbox.now();
    sandbox.read(|state| {
        let (calendar, role) = access::open(state, &headers, &calendar, Door::Read, now)?;
        let wanted = Wanted::of(&query)?;
        let shown = occurrences(calendar, &event)?.into_iter().filter(|body| wanted.takes(body));
        let (of, shape) = (format!("{event} of {}", calendar.id), query.shape(SHAPE));
        let resumed = query.one("pageToken")?.map(|text| PageToken::read(text, &of, &shape, None)).transpose()?;
        let after = resumed.map_or(0, |token| token.after);
        let size = query.page_size(250, 2_500)?.min(state.switches.page_size.unwrap_or(usize::MAX));
        let page = Page::cut((1..).zip(shown).skip_while(|(place, _)| *place <= after), size);
        let mut answer = events::head(calendar, role);
        if let Some(after) = page.next {
            let token = PageToken { of, shape, since: None, began: calendar.sequence(), after };
            answer["nextPageToken"] = json!(token.text());
        }
        answer["items"] = page.items.into_iter().map(Value::Object).collect();
        Ok(Json(answer))
    })
}

/// Every occurrence of the series, cancelled ones included.
fn occurrences(calendar: &Calendar, id: &str) -> Result<Vec<Body>, ApiError> {
    let entry = calendar.get(id).filter(|entry| !entry.dead).ok_or_else(ApiError::not_found)?;
    let series = Series::of(&entry.body).ok_or_else(|| {
        ApiError::invalid("eventId", "The event is no series, or one that the sandbox does not expand.")
    })?;
    let occurrence = |start: Value| {
        let id = format!("{id}_{}", instance_suffix(&start));
        match calendar.get(&id) {
            Some(exception) => Some(exception.body.clone()),
            None => recurrence::instance(&entry.body, &start),
        }
    };
    Ok(series.starts().filter_map(occurrence).collect())
}

/// Which occurrences are shown.
struct Wanted {
    time_min: Option<DateTime<Utc>>,
    time_max: Option<DateTime<Utc>>,
    original_start: Option<DateTime<Utc>>,
    deleted: bool,
}

impl Wanted {
    fn of(query: &Query) -> Result<Self, ApiError> {
        let (time_min, time_max) = (query.time("timeMin")?, query.time("timeMax")?);
        if time_min.zip(time_max).is_some_and(|(min, max)| max <= min) {
            return Err(ApiError::invalid("timeMax", "The specified time range is empty."));
        }
        let original_start = query.one("originalStart")?.map(original_start).transpose()?;
        Ok(Self { time_min, time_max, original_start, deleted: query.flag("showDeleted")? })
    }

    fn takes(&self, body: &Body) -> bool {
        let at = |field: &str| body.get(field).or_else(|| body.get("originalStartTime")).and_then(instant);
        let is_cancelled = body.get("status").and_then(Value::as_str) == Some("cancelled");
        (self.deleted || !is_cancelled)
            && self.time_min.is_none_or(|min| at("end").is_none_or(|end| end > min))
            && self.time_max.is_none_or(|max| at("start").is_none_or(|start| start < max))
            && self.original_start.is_none_or(|wanted| at("originalStartTime") == Some(wanted))
    }
}

/// A moment, or a day for a series of whole days.
fn original_start(text: &str) -> Result<DateTime<Utc>, ApiError> {
    let moment = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).ok();
    let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0).map(|midnight| midnight.and_utc());
    moment.or_else(day).ok_or_else(|| ApiError::invalid("originalStart", "Bad Request"))
}
