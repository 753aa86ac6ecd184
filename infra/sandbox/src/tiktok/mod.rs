//! An imitation of TikTok Lead Generation (TikTok API for Business v1.3), made from the documentation alone.
//!
//! Paths are those of `https://business-api.tiktok.com` below `/tiktok`. What TikTok's documentation leaves open is a
//! switch here, so that both readings can be lived through; [`Switches`] lists them.

mod access;
mod accounts;
mod advert;
mod answers;
mod call;
pub(crate) mod consent;
pub(crate) mod control;
mod csv;
mod data;
mod delivery;
mod door;
mod endpoints;
mod fields;
mod generate;
mod grants;
mod handle;
mod ids;
mod leads;
mod limits;
pub(crate) mod live;
mod mock;
mod oauth;
mod pages;
mod refusal;
pub(crate) mod state;
mod subscribe;
mod subscriptions;
mod switches;
mod tasks;
mod webhook;
mod words;
mod zipped;

use axum::{Router, middleware, routing::any, routing::get};

pub use crate::Unknown;
pub use crate::secrets::escaped;
use crate::{Sandbox, clock::dated};
pub use access::Scope;
pub use consent::{Consent, ConsentError};
pub use generate::{Forgery, ForgeryKind, LeadOrder, PlainEvent};
pub use handle::{AccountView, FormView, LeadView, SubscriptionView, TikTok};
pub use leads::{Region, Source};
pub use limits::Limits;
pub use state::{Question, Role};
pub use switches::{
    Code, CsvChange, CsvShape, DownloadErrors, Fault, FaultKind, Guard, Headings, MovedAccounts, RedirectCodes,
    SwitchChange, Switches, TaskFailure, TokenKind, ValueForm, WireForm,
};
pub use webhook::signature;

/// The id of the one app that the imitation knows.
pub const CLIENT_ID: &str = "7100000000000000017";
/// Its secret, with which webhooks are signed too. It opens nothing but this imitation.
pub const CLIENT_SECRET: &str = "sandbox-tiktok-app-secret";
/// The first person: Admin of the first three ad accounts.
pub const ADA: &str = "ada";
/// The second person: Admin of the second and the fourth ad account, and no more than Operator of the first.
pub const GRACE: &str = "grace";
/// An ad account with three forms. Its id, as all ids, is no number that a double can hold.
pub const FIRST_ACCOUNT: &str = "7126711421177430275";
/// An ad account of which both people are Admin.
pub const SECOND_ACCOUNT: &str = "7126711421177430401";
/// An ad account whose leads were moved to the library [`LIBRARY`] of a Business Center.
pub const MOVED_ACCOUNT: &str = "7126711421177430527";
/// An ad account of another company.
pub const OTHER_ACCOUNT: &str = "7126711421177430653";
/// Where the leads of [`MOVED_ACCOUNT`] are.
pub const LIBRARY: &str = "7126711421177430779";
/// A library of another company.
pub const OTHER_LIBRARY: &str = "7126711421177430905";
/// The first account's form with `email`, `phone_number` and `name`.
pub const SHORT_FORM: &str = "6873052183063953667";
/// The first account's form with questions of its own.
pub const LONG_FORM: &str = "6873052183063953793";
/// The first account's form whose title and questions are not in Latin letters.
pub const JAPANESE_FORM: &str = "6873052183063953919";
/// The form of [`MOVED_ACCOUNT`].
pub const LIBRARY_FORM: &str = "6873052183063954045";
/// The form of [`SECOND_ACCOUNT`].
pub const SECOND_FORM: &str = "6873052183063954171";

pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/tiktok/portal/auth", get(consent::page).post(consent::answer))
        .route("/tiktok/open_api/{version}/{*path}", any(door::enter))
        .route("/tiktok/{*path}", any(door::not_found))
        .layer(middleware::from_fn_with_state(sandbox.clone(), dated))
}
