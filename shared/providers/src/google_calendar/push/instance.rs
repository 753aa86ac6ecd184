//! One occurrence of a series, by where it would start (`events.instances`).

use super::super::{map, wire};
use super::body::rfc3339;
use domain::ids::ExternalId;
use domain::record::EventTime;
use url::Url;

/// The query for the occurrence. `originalStart` is written as an `originalStartTime` is: a day, or RFC 3339. Cancelled
/// occurrences are asked for too, because they can come back.
pub(super) fn url(mut instances: Url, original_start: &EventTime) -> Url {
    let original = match original_start {
        EventTime::Date { date } => date.to_string(),
        EventTime::Instant { at, .. } => rfc3339(at),
    };
    instances
        .query_pairs_mut()
        .append_pair("originalStart", &original)
        .append_pair("showDeleted", "true")
        .append_pair("maxResults", "250");
    instances
}

/// The id of the occurrence that would start there.
pub(super) fn find(events: wire::Events, original_start: &EventTime) -> Option<ExternalId> {
    let zone = events.time_zone;
    let starts_there = |event: &wire::Event| {
        map::original_start(event, zone.as_deref()).is_some_and(|original| is_same(&original, original_start))
    };
    let found = events.items.into_iter().filter_map(|entry| entry.read).find(starts_there)?;
    ExternalId::parse(found.id?).ok()
}

fn is_same(one: &EventTime, other: &EventTime) -> bool {
    one.is_all_day() == other.is_all_day() && one.sort_instant() == other.sort_instant()
}
