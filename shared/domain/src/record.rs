//! Synced records in one normalized form per kind, whatever provider they came from.

use crate::appointment::AppointmentMark;
use crate::ids::ExternalId;
use crate::lead::{LeadSource, Via};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When an event starts or ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum EventTime {
    /// A whole day in no particular zone. As an end it is exclusive: the first day that is not part of the event.
    Date {
        /// The day.
        date: NaiveDate,
    },
    /// An instant, with the zone in which a person thinks of it.
    #[serde(rename_all = "camelCase")]
    Instant {
        /// The instant.
        at: DateTime<Utc>,
        /// IANA zone, such as `Europe/Berlin`. Series are expanded in it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        time_zone: Option<String>,
    },
}

impl EventTime {
    /// The instant by which the event is sorted; a day counts from midnight UTC.
    pub fn sort_instant(&self) -> DateTime<Utc> {
        match self {
            Self::Date { date } => date.and_time(chrono::NaiveTime::MIN).and_utc(),
            Self::Instant { at, .. } => *at,
        }
    }

    /// Whether this is a whole day.
    pub fn is_all_day(&self) -> bool {
        matches!(self, Self::Date { .. })
    }
}

/// Whether an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// It does.
    Confirmed,
    /// Perhaps.
    Tentative,
    /// It does not. Only for exceptions of a living series, which it removes one occurrence from.
    Cancelled,
}

/// A person who was invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attendee {
    /// E-mail address.
    pub email: String,
    /// Name, where the provider has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// `needsAction`, `declined`, `tentative` or `accepted`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub response: Option<String>,
    /// The attendee is the organizer.
    #[serde(default)]
    pub organizer: bool,
    /// They need not come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// What they wrote with their answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comment: Option<String>,
    /// How many people they bring along.
    #[serde(default, skip_serializing_if = "is_nobody")]
    pub additional_guests: u32,
}

fn is_nobody(guests: &u32) -> bool {
    *guests == 0
}

/// Which occurrence of which series an exception stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionOf {
    /// The series' external id.
    pub series: ExternalId,
    /// Where the occurrence would have started; its identity, also when it was moved.
    pub original_start: EventTime,
}

/// A calendar event: a single one, a series, or an exception of a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarEvent {
    /// The provider's id of the event.
    pub id: ExternalId,
    /// Whether it takes place.
    pub status: EventStatus,
    /// Title; empty when the provider has none or does not show it.
    #[serde(default)]
    pub title: String,
    /// Description, as the provider gives it (may contain HTML: show it as text).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// Place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub location: Option<String>,
    /// Start. Absent only for a cancelled exception.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub start: Option<EventTime>,
    /// End, exclusive. Absent only for a cancelled exception.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end: Option<EventTime>,
    /// `RRULE`, `RDATE`, `EXRULE` and `EXDATE` lines of a series (RFC 5545 §3.8.5), without `DTSTART`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub recurrence: Vec<String>,
    /// Set for an exception of a series.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exception_of: Option<ExceptionOf>,
    /// Who was invited.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub attendees: Vec<Attendee>,
    /// The organizer's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organizer: Option<String>,
    /// The person is free during the event.
    #[serde(default)]
    pub transparent: bool,
    /// The provider marks it private or confidential.
    #[serde(default)]
    pub private: bool,
    /// The provider's kind of event: `default`, `focusTime`, `outOfOffice`, …
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub event_type: Option<String>,
    /// Where the event can be seen at the provider.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    /// The address of the video call.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conference_link: Option<String>,
    /// The provider's version of the event.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub etag: Option<String>,
    /// When the provider last changed it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub updated: Option<DateTime<Utc>>,
    /// A field was longer than Aura keeps and was cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// The appointment that Aura wrote it for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<AppointmentMark>,
}

impl CalendarEvent {
    /// Whether the event is a series, whose occurrences are computed.
    pub fn is_series(&self) -> bool {
        !self.recurrence.is_empty()
    }

    /// Whether anybody but the organizer is invited.
    pub fn has_guests(&self) -> bool {
        self.attendees.iter().any(|attendee| !attendee.organizer)
    }

    /// How long it takes; zero without start or end, or where the end is before the start.
    pub fn duration(&self) -> TimeDelta {
        match (&self.start, &self.end) {
            (Some(start), Some(end)) => (end.sort_instant() - start.sort_instant()).max(TimeDelta::zero()),
            _ => TimeDelta::zero(),
        }
    }
}

/// A person who left contact data in a form of the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lead {
    /// The provider's id of the lead.
    pub id: ExternalId,
    /// When the person sent the form.
    pub created: DateTime<Utc>,
    /// Name of the person.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Phone number, E.164.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    /// Company.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub company: Option<String>,
    /// Everything else that was asked, by property name.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// The provider marks it a test.
    #[serde(default)]
    pub test: bool,
    /// The provider's id of the form that was sent.
    #[serde(default)]
    pub form: String,
    /// Through whom this account reaches the form: `page:138124712925158`.
    #[serde(default)]
    pub owner: String,
    /// Where it came from, as far as the provider says so.
    #[serde(default)]
    pub source: LeadSource,
    /// How it came to Aura.
    #[serde(default)]
    pub via: Via,
    /// It was more than Aura keeps, and something was cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// A record of any kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Record {
    /// A calendar event.
    CalendarEvent(CalendarEvent),
    /// A lead.
    Lead(Lead),
}

impl Record {
    /// The provider's id of the record.
    pub fn id(&self) -> &ExternalId {
        match self {
            Self::CalendarEvent(event) => &event.id,
            Self::Lead(lead) => &lead.id,
        }
    }
}

#[cfg(test)]
mod tests;
