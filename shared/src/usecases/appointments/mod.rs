//! Appointments of Aura on their way to a provider (`docs/ARCHITECTURE.md`, "Appointments"): accepted durably, carried out
//! at once by a worker, and tried again by the due queue.

mod accept;
mod carry_out;
mod dialogue;
mod list;
mod outcome;
mod show;
mod wake;

pub use accept::{AcceptAppointments, Wish};
pub use carry_out::AppointmentWorker;
pub use list::ListWrites;
pub use wake::WakeAppointments;

use crate::queue::Queue;
use crate::store::{AppointmentWrite, ItemName, Nominated};
use crate::usecases::publish::PATIENCE;
use domain::ids::{AccountId, ExternalId};
use providers::Push;
use serde::{Deserialize, Serialize};

/// A message about one appointment. It only names: the item decides what is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentMessage {
    /// The tenant.
    pub account: AccountId,
    /// The appointment's item.
    pub write: ItemName,
}

impl AppointmentMessage {
    fn about(item: &AppointmentWrite) -> Self {
        Self { account: item.account.clone(), write: item.name() }
    }

    /// The message of an entry of the due index.
    pub(super) fn of(entry: &Nominated) -> Self {
        Self { account: entry.account.clone(), write: entry.name() }
    }
}

/// Sends the message of an appointment that is due in the table. A failure costs at most the safety net's 30 seconds.
async fn send_soon(queue: &Queue, item: &AppointmentWrite) {
    let _ = tokio::time::timeout(PATIENCE, queue.send(&item.account, &AppointmentMessage::about(item))).await;
}

/// The id of an appointment's event; of an occurrence only once it is known.
pub(super) fn event_id(push: &dyn Push, item: &AppointmentWrite) -> Option<ExternalId> {
    match (&item.event, &item.occurrence_of) {
        (Some(event), _) => Some(event.clone()),
        (None, Some(_)) => None,
        (None, None) => Some(push.event_id(item.id, &item.appointment, &item.calendar)),
    }
}
