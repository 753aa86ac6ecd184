//! Google's shapes, as far as they are read. Nothing is required that the API's description does not promise: of a
//! cancelled event only the id is certain.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An entry of a list that does not take the list with it when it cannot be read.
#[derive(Debug)]
pub(super) struct Entry<T> {
    /// What was read.
    pub(super) read: Option<T>,
    /// Its `id`, also when the rest could not be read.
    pub(super) id: Option<String>,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Entry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { read: serde_json::from_value(value).ok(), id })
    }
}

/// `events.list`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Events {
    #[serde(default)]
    pub(super) items: Vec<Entry<Event>>,
    pub(super) next_page_token: Option<String>,
    pub(super) next_sync_token: Option<String>,
    /// The calendar's zone.
    pub(super) time_zone: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    pub(super) id: Option<String>,
    pub(super) status: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) description: Option<String>,
    pub(super) location: Option<String>,
    pub(super) start: Option<EventDateTime>,
    pub(super) end: Option<EventDateTime>,
    #[serde(default)]
    pub(super) recurrence: Vec<String>,
    pub(super) recurring_event_id: Option<String>,
    pub(super) original_start_time: Option<EventDateTime>,
    #[serde(default)]
    pub(super) attendees: Vec<EventAttendee>,
    #[serde(default)]
    pub(super) attendees_omitted: bool,
    pub(super) organizer: Option<Person>,
    pub(super) transparency: Option<String>,
    pub(super) visibility: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) html_link: Option<String>,
    pub(super) hangout_link: Option<String>,
    pub(super) conference_data: Option<ConferenceData>,
    pub(super) extended_properties: Option<ExtendedProperties>,
    pub(super) etag: Option<String>,
    pub(super) updated: Option<String>,
}

/// Either `date` or `dateTime`, never both.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventDateTime {
    pub(super) date: Option<String>,
    pub(super) date_time: Option<String>,
    pub(super) time_zone: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventAttendee {
    pub(super) email: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) response_status: Option<String>,
    #[serde(default)]
    pub(super) organizer: bool,
    #[serde(default)]
    pub(super) optional: bool,
    pub(super) comment: Option<String>,
    #[serde(default)]
    pub(super) additional_guests: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Person {
    pub(super) email: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConferenceData {
    #[serde(default)]
    pub(super) entry_points: Vec<EntryPoint>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryPoint {
    pub(super) entry_point_type: Option<String>,
    pub(super) uri: Option<String>,
}

/// Properties that applications gave an event.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ExtendedProperties {
    /// Those of this copy of the event.
    pub(super) private: Option<Marking>,
}

/// The properties that are Aura's; those of others are not read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Marking {
    pub(super) aura_appointment: Option<String>,
    pub(super) aura_revision: Option<String>,
    pub(super) aura_integration: Option<String>,
}

/// A notification channel, as `events.watch` answers it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Channel {
    pub(super) resource_id: Option<String>,
    /// Milliseconds since 1970: a text by the description, a number here and there.
    pub(super) expiration: Option<Value>,
}

/// `calendarList.list`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalendarList {
    #[serde(default)]
    pub(super) items: Vec<Entry<CalendarListEntry>>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalendarListEntry {
    pub(super) id: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) summary_override: Option<String>,
    pub(super) description: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) background_color: Option<String>,
    pub(super) access_role: Option<String>,
    #[serde(default)]
    pub(super) primary: bool,
    #[serde(default)]
    pub(super) deleted: bool,
}
