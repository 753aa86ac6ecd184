//! Appointments on their way to a provider, as the API shows them.

use chrono::{DateTime, Utc};
use domain::appointment::{Appointment, OccurrenceOf, Overridden};
use domain::ids::{AppointmentId, ExternalId, ResourceId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::store::WriteState;

/// Answer of `GET …/events/writes`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WritesView {
    /// Changes that the provider does not have yet, and those that were given up. A page may be empty although another
    /// one follows.
    pub writes: Vec<WriteView>,
    /// Pass it on for the next page.
    pub cursor: Option<String>,
}

/// One appointment and where its last change stands.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WriteView {
    /// Aura's id of the appointment.
    pub appointment: AppointmentId,
    /// Grows with each change that was accepted.
    pub revision: u64,
    /// Where the change stands.
    pub state: WriteState,
    /// What Aura wants; absent when the appointment is cancelled.
    pub content: Option<Appointment>,
    /// It is one occurrence of another appointment.
    pub occurrence_of: Option<OccurrenceOf>,
    /// The calendar that it is in.
    pub calendar: ResourceId,
    /// The provider's id of the event, where there is one.
    pub event: Option<ExternalId>,
    /// Why it was given up, or what kept it from being written so far.
    pub failure: Option<WriteFailureView>,
    /// When it is tried next by itself.
    pub next_try_at: Option<DateTime<Utc>>,
    /// Edits that lost against the other side's when it was written.
    pub overridden: Vec<Overridden>,
    /// When Aura last changed it.
    pub changed_at: DateTime<Utc>,
}

/// Why a change was not written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WriteFailureView {
    /// A fixed code.
    pub code: String,
    /// A sentence for the customer.
    pub message: String,
}
