//! Writing appointments to a provider.

use super::Access;
use crate::error::ProviderError;
use async_trait::async_trait;
use domain::appointment::{Appointment, AppointmentMark, Field};
use domain::failure::FailureClass;
use domain::ids::{AppointmentId, ExternalId, IntegrationId, ResourceId};
use domain::record::{CalendarEvent, EventTime};

/// Where an event is.
#[derive(Debug, Clone, Copy)]
pub struct PushTarget<'a> {
    /// The calendar.
    pub resource: &'a ResourceId,
    /// The event.
    pub event: &'a ExternalId,
}

/// A change of an event.
#[derive(Debug, Clone, Copy)]
pub struct PushChange<'a> {
    /// What the event becomes.
    pub content: &'a Appointment,
    /// The fields of it that are sent; the others stay as they are at the provider.
    pub fields: &'a [Field],
    /// That Aura wrote it.
    pub mark: &'a AppointmentMark,
    /// The event as the caller knows it. Its `etag` is the condition of the change; what it knows of attendees (their
    /// answers, their names) is sent along with them, because they are replaced as a whole.
    pub current: &'a CalendarEvent,
    /// The event is cancelled, and comes back.
    pub revive: bool,
}

/// The end of an event.
#[derive(Debug, Clone, Copy)]
pub struct PushRemoval<'a> {
    /// The version that goes: another one stays, for nobody has looked at it.
    pub etag: Option<&'a str>,
    /// It has attendees, who are told.
    pub invited: bool,
}

/// What is at the provider under an id.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// An event.
    Event(CalendarEvent),
    /// A cancelled event, which still holds the id, with as much of it as the provider shows.
    Cancelled(CalendarEvent),
    /// Nothing.
    Absent,
}

/// Why something was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// An event of this id exists, perhaps a cancelled one.
    #[error("the event exists")]
    Exists,
    /// The event is another version than the condition says.
    #[error("the event was changed")]
    Changed,
    /// There is no such event any more, or no such calendar.
    #[error("the event is gone")]
    Gone,
    /// The account may not write to this calendar, or not to this event of somebody else.
    #[error("read only")]
    ReadOnly,
    /// It failed.
    #[error(transparent)]
    Failed(#[from] ProviderError),
}

impl PushError {
    /// The failure's class, where it is one.
    pub fn class(&self) -> Option<FailureClass> {
        match self {
            Self::Failed(error) => Some(error.class),
            _ => None,
        }
    }
}

/// Writing appointments, one by one. Each method makes one request (and the client's own repetitions of it), so each
/// may have had its effect although it failed.
#[async_trait]
pub trait Push: Send + Sync {
    /// The id of the event that is made for an appointment: the same for every repetition, another one for another
    /// integration or calendar.
    fn event_id(&self, integration: IntegrationId, appointment: &AppointmentId, resource: &ResourceId) -> ExternalId;

    /// The id of one occurrence of a series, also when it was moved or cancelled; [`PushError::Gone`] when the series has
    /// no such occurrence.
    async fn occurrence(
        &self,
        access: &Access,
        series: PushTarget<'_>,
        original_start: &EventTime,
    ) -> Result<ExternalId, PushError>;

    /// Makes an event; [`PushError::Exists`] where the id is taken.
    async fn insert(
        &self,
        access: &Access,
        target: PushTarget<'_>,
        content: &Appointment,
        mark: &AppointmentMark,
    ) -> Result<CalendarEvent, PushError>;

    /// Changes an event; [`PushError::Changed`] if it is another version than `current`.
    async fn change(
        &self,
        access: &Access,
        target: PushTarget<'_>,
        change: &PushChange<'_>,
    ) -> Result<CalendarEvent, PushError>;

    /// Reads an event.
    async fn read(&self, access: &Access, target: PushTarget<'_>) -> Result<Found, PushError>;

    /// Removes an event. One that is gone already is a success; [`PushError::Changed`] if it is another version.
    async fn remove(&self, access: &Access, target: PushTarget<'_>, removal: &PushRemoval<'_>)
    -> Result<(), PushError>;
}
