//! The invitation mails that a write would have sent.

use serde_json::Value;

use super::{calendar::Body, errors::ApiError, query::Query, state::Google};

/// Who is told of a write: the parameter `sendUpdates`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SendUpdates {
    None,
    All,
    /// Attendees who do not use Google's calendar.
    ExternalOnly,
}

impl SendUpdates {
    pub(crate) fn of(query: &Query) -> Result<Self, ApiError> {
        match query.one("sendUpdates")? {
            None | Some("none") => Ok(Self::None),
            Some("all") => Ok(Self::All),
            Some("externalOnly") => Ok(Self::ExternalOnly),
            Some(_) => Err(ApiError::invalid("sendUpdates", "Invalid value.")),
        }
    }

    /// How many mails: to attendees from before or after the write, other than the writer.
    pub(crate) fn mails(self, google: &Google, writer: &str, bodies: [Option<&Body>; 2]) -> u64 {
        let mut told: Vec<&str> = bodies.into_iter().flatten().flat_map(attendees).collect();
        told.sort_unstable();
        told.dedup();
        let is_told = |email: &&str| match self {
            Self::None => false,
            Self::All => *email != writer,
            Self::ExternalOnly => google.account(email).is_none(),
        };
        told.into_iter().filter(is_told).count() as u64
    }
}

fn attendees(body: &Body) -> impl Iterator<Item = &str> {
    let attendees = body.get("attendees").and_then(Value::as_array);
    attendees.into_iter().flatten().filter_map(|one| one["email"].as_str())
}
