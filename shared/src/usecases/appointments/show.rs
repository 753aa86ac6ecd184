//! An appointment's item as the API shows it.

use crate::api::{WriteFailureView, WriteView};
use crate::store::{AppointmentWrite, WriteState};

/// The view of an item.
pub(super) fn view(item: &AppointmentWrite) -> WriteView {
    let pending = item.state == WriteState::Pending;
    WriteView {
        appointment: item.appointment.clone(),
        revision: item.revision,
        state: item.state,
        content: item.wanted.clone(),
        occurrence_of: item.occurrence_of.clone(),
        calendar: item.calendar.clone(),
        event: item.agreed.as_ref().map(|agreed| agreed.event.id.clone()),
        failure: item
            .failure
            .as_ref()
            .map(|code| WriteFailureView { code: code.clone(), message: message(code).into() }),
        next_try_at: item.due_at.filter(|_| pending),
        overridden: item.overridden.clone(),
        changed_at: item.changed_at,
    }
}

/// A sentence for each code of a failure.
fn message(code: &str) -> &'static str {
    match code {
        super::outcome::READ_ONLY => "Aura may not write to this calendar. Choose another one in the settings.",
        super::outcome::CALENDAR_GONE => "The calendar is gone, or it is not shared any more.",
        super::outcome::EVENT_GONE => {
            "The event was deleted in the calendar meanwhile. Save the appointment again to bring it back."
        }
        super::outcome::REJECTED => "The provider does not accept this appointment.",
        super::outcome::NOT_CONNECTED => "The integration was disconnected before the appointment could be written.",
        super::outcome::OTHER_ACCOUNT => "Another account was connected before the appointment could be written.",
        super::outcome::GAVE_UP => "The provider did not take the appointment for a week.",
        "series_pending" => "The series is not written yet. Its occurrence is written after it.",
        "paused" => "The integration is paused. The appointment is written when it is resumed.",
        "held_back" => "The provider asked Aura to wait. Aura tries again then.",
        "error" => "The integration needs attention. The appointment is written when it works again.",
        _ => "The provider could not be reached. Aura tries again.",
    }
}
