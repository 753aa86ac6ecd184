//! `PutEvents`: the request is refused as a whole only for its size; otherwise each entry has a result
//! at its own position.

use super::check::{self, EntryError};
use super::{Event, Events};
use crate::{AwsError, random};
use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

const MOST_ENTRIES: usize = 10;
/// Of all entries together, in bytes, as the service counts them.
const LARGEST_REQUEST: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    pub(super) source: Option<String>,
    pub(super) detail_type: Option<String>,
    pub(super) detail: Option<String>,
    #[serde(default)]
    pub(super) resources: Vec<String>,
    pub(super) time: Option<f64>,
    pub(super) event_bus_name: Option<String>,
}

pub(super) fn put_events(events: &Events, request: PutEvents) -> Result<Value, AwsError> {
    check_request(&request.entries)?;
    let results: Vec<Result<String, EntryError>> =
        request.entries.into_iter().map(|entry| put_one(events, entry)).collect();
    let failed = results.iter().filter(|result| result.is_err()).count();
    let entries: Vec<Value> = results.into_iter().map(result).collect();
    Ok(json!({"FailedEntryCount": failed, "Entries": entries}))
}

fn check_request(entries: &[Entry]) -> Result<(), AwsError> {
    if !(1..=MOST_ENTRIES).contains(&entries.len()) {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and {MOST_ENTRIES}"
        )));
    }
    if entries.iter().map(check::size).sum::<usize>() > LARGEST_REQUEST {
        return Err(AwsError::validation("Total size of the entries in the request is over the limit."));
    }
    Ok(())
}

fn put_one(events: &Events, entry: Entry) -> Result<String, EntryError> {
    let checked = check::check(entry)?;
    let bus = checked.bus;
    if !events.lock().buses.contains(&bus) {
        // AWS is said to accept such an entry and drop the event; locally a misspelt bus should be seen.
        return Err(EntryError::new("ResourceNotFoundException", format!("Event bus {bus} does not exist.")));
    }
    let id = random::uuid();
    events.accept(Event {
        id: id.clone(),
        bus,
        source: checked.source,
        detail_type: checked.detail_type,
        detail: checked.detail,
        resources: checked.resources,
        time: checked.time.and_then(moment).unwrap_or_else(|| (events.inner.clock)()),
        account: events.inner.account_id.clone(),
        region: events.inner.region.clone(),
    });
    Ok(id)
}

fn moment(seconds: f64) -> Option<DateTime<chrono::Utc>> {
    DateTime::from_timestamp_millis((seconds * 1000.0) as i64)
}

fn result(result: Result<String, EntryError>) -> Value {
    match result {
        Ok(id) => json!({"EventId": id}),
        Err(error) => json!({"ErrorCode": error.code, "ErrorMessage": error.message}),
    }
}
