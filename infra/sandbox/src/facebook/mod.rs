//! An imitation of Facebook: the login dialog, tokens, and what the Graph API and webhooks have for lead ads.

mod access;
mod acts;
mod budget;
mod call;
mod callbacks;
pub(crate) mod control;
mod data;
mod debug;
mod deliveries;
pub(crate) mod desk;
mod dialog;
mod dialog_page;
mod edges;
mod errors;
mod fields;
mod filter;
mod forge;
mod forms;
mod generate;
mod grants;
mod graph;
mod handle;
mod kinds;
mod leads;
mod me;
pub(crate) mod messenger;
mod oauth;
mod overview;
mod pages;
mod paging;
mod request;
mod scopes;
pub(crate) mod state;
mod subscriptions;
mod switches;
mod test_leads;
mod versions;
mod webhooks;

use axum::{Router, middleware, routing::any};

use crate::{Sandbox, clock::dated};
pub use acts::{Act, ActError};
pub use budget::{BudgetMode, TINY};
pub use callbacks::{CallbackAnswer, CallbackError, CallbackKind, CallbackOrder};
pub use data::Script;
pub(crate) use data::populate;
pub use deliveries::{Delivery, DeliveryKind};
pub use desk::{Callback, DeletionReply, Setup};
pub use dialog::{Consent, DialogError};
pub use forge::Forgery;
pub use generate::LeadOrder;
pub use handle::Facebook;
pub use kinds::{CallCounters, CallKind};
pub use request::RequestError;
pub use state::FormStatus;
pub use switches::{CallFault, CallFaultKind, ErrorDetail, SwitchChange, Switches};

/// The id of the app that the local stack is.
pub const CLIENT_ID: &str = "1029384756102938";
/// Its secret. It opens nothing but this imitation.
pub const CLIENT_SECRET: &str = "5a4db0c5facebook5a4db0c5facebook";
/// What a callback of the local stack expects in the handshake.
pub const VERIFY_TOKEN: &str = "sandbox-verify-token";
/// Another app, of somebody else.
pub const OTHER_CLIENT_ID: &str = "5647382910564738";
/// Its secret.
pub const OTHER_CLIENT_SECRET: &str = "07e1207e1207e1207e1207e1207e1207";
/// A `config_id` for a token of the person.
pub const USER_CONFIGURATION: &str = "400000000000001";
/// A `config_id` for a token of a system user.
pub const SYSTEM_USER_CONFIGURATION: &str = "400000000000002";

/// Has the bakery and the bicycle shop.
pub const ALICE: &str = "10160000000000001";
/// Has the gym, and a small role at the bakery.
pub const BOB: &str = "10160000000000002";
/// Has the gallery.
pub const CHLOE: &str = "10160000000000003";

/// A page with four forms and two people.
pub const BAKERY: &str = "104000000000001";
/// A page with one form, in Greek.
pub const CYCLING: &str = "104000000000002";
/// A page that a business owns.
pub const FITNESS: &str = "104000000000003";
/// A page without leads, which apps may not read.
pub const GALLERY: &str = "104000000000004";

/// The bakery's form with two questions.
pub const NEWSLETTER_FORM: &str = "172000000000001";
/// The bakery's form with every kind of question, and checkboxes.
pub const CATERING_FORM: &str = "172000000000002";
/// The bakery's archived form.
pub const ARCHIVED_FORM: &str = "172000000000003";
/// The bakery's form that was never published.
pub const DRAFT_FORM: &str = "172000000000004";
/// The bicycle shop's form.
pub const TEST_RIDE_FORM: &str = "172000000000005";
/// The gym's form.
pub const TRIAL_FORM: &str = "172000000000006";
/// The gallery's form.
pub const GALLERY_FORM: &str = "172000000000007";

pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/facebook/{*path}", any(graph::answer))
        .layer(middleware::from_fn_with_state(sandbox.clone(), dated))
}
