//! What a request asks for: by this, requests are counted and made to fail.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::counters::Tally;

/// What a request asks of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PathKind {
    /// The consent page.
    Consent,
    /// Exchanging a code or refreshing a token.
    Token,
    /// Revoking a grant.
    Revoke,
    /// Who the account is.
    Userinfo,
    /// The calendars of the account.
    CalendarList,
    /// Listing the events of one calendar.
    Events,
    /// Reading one event.
    Event,
    /// Inserting, changing or deleting one event.
    Write,
    /// Expanding one series.
    Instances,
    /// Opening a watch channel.
    Watch,
    /// Ending a watch channel.
    Stop,
}

impl PathKind {
    /// The kind of a request to the provider; `None` for anything else.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        let path = path.strip_prefix("/google/")?;
        match path {
            "o/oauth2/v2/auth" => Some(Self::Consent),
            "token" => Some(Self::Token),
            "revoke" => Some(Self::Revoke),
            "userinfo" => Some(Self::Userinfo),
            "calendar/v3/channels/stop" => Some(Self::Stop),
            "calendar/v3/users/me/calendarList" => Some(Self::CalendarList),
            _ => Self::of_calendar(method, path.strip_prefix("calendar/v3/calendars/")?),
        }
    }

    fn of_calendar(method: &Method, path: &str) -> Option<Self> {
        let mut parts = path.split('/').skip(1);
        match (parts.next(), parts.next(), parts.next()) {
            (Some("events"), Some("watch"), None) if method == Method::POST => Some(Self::Watch),
            (Some("events"), Some(_), Some("instances")) => Some(Self::Instances),
            (Some("events"), _, _) if method != Method::GET => Some(Self::Write),
            (Some("events"), None, _) => Some(Self::Events),
            (Some("events"), Some(_), _) => Some(Self::Event),
            _ => None,
        }
    }
}

/// Requests by kind of path.
pub type Counters = Tally<PathKind>;
