//! What waits for its integration goes on at the moment when that works again.

use super::send_soon;
use crate::queue::Queue;
use crate::store::{AppointmentChange, AppointmentWrite, Integration, Store, StoreError, WriteState};

/// Appointments are read in pages of so many.
const PAGE: usize = 100;
/// Why an appointment waits for its integration: it is paused,
pub(super) const PAUSED: &str = "paused";
/// or it does not work.
pub(super) const ERROR: &str = "error";

/// Wakes what waits.
#[derive(Clone)]
pub struct WakeAppointments {
    store: Store,
    queue: Queue,
}

impl WakeAppointments {
    /// Over these.
    pub fn new(store: Store, queue: Queue) -> Self {
        Self { store, queue }
    }

    /// Makes every appointment due that waits for this integration, and sends its message. One that is missed looks by
    /// itself within a quarter of an hour.
    pub(in crate::usecases) async fn wake(&self, integration: &Integration) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = self.store.appointments(integration.id, PAGE, after).await?;
            for item in page.items.iter().filter(|item| waits(item)) {
                self.wake_one(item).await?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn wake_one(&self, item: &AppointmentWrite) -> Result<(), StoreError> {
        let mut next = AppointmentWrite { failure: None, attempts: 0, ..item.clone() };
        next.due_at = Some(self.store.now());
        match self.store.commit_appointment(&AppointmentChange::new(Some(item), next)).await {
            Ok(()) => send_soon(&self.queue, item).await,
            // Somebody has it in hand.
            Err(error) if error.is_conflict() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn waits(item: &AppointmentWrite) -> bool {
    let code = item.failure.as_deref();
    item.state == WriteState::Pending && matches!(code, Some(PAUSED | ERROR))
}
