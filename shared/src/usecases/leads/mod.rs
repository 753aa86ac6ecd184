//! Leads on their way from a provider to their tenants (`docs/ARCHITECTURE.md`, "Leads"): told by webhook or found by
//! reading a form, mapped, and stored once.

mod figures;
mod intake;
mod messages;
mod preview;
mod test_lead;
mod unowned;
mod unread;
mod worker;

pub use figures::Reconciliation;
pub(super) use intake::marker;
pub use intake::{Arrival, Arrived, IntakeError, LeadIntake};
pub use messages::LeadsMessage;
pub(super) use messages::messages;
pub use preview::Preview;
pub use test_lead::SendTestLead;
pub use unowned::Replay;
pub(super) use unowned::keep_unowned;
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
