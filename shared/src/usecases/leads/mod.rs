//! Leads on their way from a provider to their tenants (`docs/ARCHITECTURE.md`, "Leads"): told by webhook or found by
//! reading a form, mapped, and stored once.

mod intake;
mod messages;
mod unread;
mod worker;

pub use intake::{Arrival, Arrived, IntakeError, LeadIntake};
pub use messages::LeadsMessage;
pub(super) use messages::messages;
pub(super) use unread::Again;
pub use worker::LeadWorker;

use domain::ids::ResourceId;
use domain::lead::{Form, Owner};
use providers::LeadNotice;

/// The form of a notice as it may be chosen, by each owner that it names.
fn forms(notice: &LeadNotice) -> impl Iterator<Item = (&Owner, ResourceId)> {
    notice.owners.iter().filter_map(|owner| {
        let form = Form::new(owner.clone(), notice.form.as_deref()?).ok()?;
        Some((owner, form.resource().ok()?))
    })
}
