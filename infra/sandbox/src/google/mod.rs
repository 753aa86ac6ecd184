//! An imitation of Google: OAuth, userinfo and the Calendar API v3.

mod access;
mod acts;
mod calendar;
mod calendar_list;
mod change;
mod channels;
pub(crate) mod consent;
pub(crate) mod control;
mod copies;
pub(crate) mod data;
mod door;
mod edit;
pub(crate) mod errors;
mod events;
mod filter;
mod grants;
mod handle;
mod instances;
mod kinds;
mod mails;
mod oauth;
mod page;
mod query;
mod recurrence;
mod scopes;
pub(crate) mod state;
pub(crate) mod switches;
mod token;
mod tokens;
pub(crate) mod watch;
mod writes;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use http::{HeaderMap, header};

use crate::Sandbox;
pub use crate::Unknown;
pub use channels::ChannelView;
pub use errors::ApiError;
pub use handle::{CalendarHandle, Google};
pub use kinds::{Counters, PathKind};
pub use oauth::AuthorizationError;
pub use state::Role;
pub use switches::{Fault, FaultKind, RetryAfter, Rotation, SwitchChange, Switches};

/// The id of the one OAuth client that the imitation knows.
pub const CLIENT_ID: &str = "1234567890-sandbox.apps.googleusercontent.com";
/// Its secret. It opens nothing but this imitation.
pub const CLIENT_SECRET: &str = "GOCSPX-sandbox-secret";
/// The first account.
pub const ADA: &str = "ada@example.com";
/// The second account.
pub const GRACE: &str = "grace@example.com";
/// A calendar that both accounts may write, in New York's zone.
pub const TEAM_CALENDAR: &str = "c_7a1f0team@group.calendar.google.com";
/// A calendar that both may only read, in Tokyo's zone. Its id must be encoded in paths.
pub const TOKYO_CALENDAR: &str = "ja.tokyo-office#shared@group.v.calendar.google.com";
/// A calendar of which both see only when it is busy, in London's zone.
pub const ROOM_CALENDAR: &str = "c_188room@resource.calendar.google.com";

pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/google/o/oauth2/v2/auth", get(consent::page).post(consent::answer))
        .route("/google/token", post(token::token))
        .route("/google/revoke", post(token::revoke))
        .route("/google/userinfo", get(token::userinfo))
        .route("/google/calendar/v3/users/me/calendarList", get(calendar_list::list))
        .route("/google/calendar/v3/calendars/{calendar}/events", get(events::list).post(writes::insert))
        .route(
            "/google/calendar/v3/calendars/{calendar}/events/{event}",
            get(writes::get).patch(writes::patch).delete(writes::delete),
        )
        .route("/google/calendar/v3/calendars/{calendar}/events/{event}/instances", get(instances::list))
        .route("/google/calendar/v3/calendars/{calendar}/events/watch", post(watch::watch))
        .route("/google/calendar/v3/channels/stop", post(watch::stop))
        .layer(middleware::from_fn_with_state(sandbox.clone(), door::enter))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
