//! Page tokens and sync tokens: opaque for clients, and all that the sandbox needs to go on from them.
//!
//! The next sync token names the sequence number at which the paging began. A change during the paging has a higher
//! number, so the next incremental listing brings it, whether a page has shown it already or not: nothing is lost.

use base64::{Engine, engine::general_purpose::URL_SAFE};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::errors::ApiError;

/// Where a list stands after its last page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SyncToken {
    /// What is listed: a calendar's id, or an account for its list of calendars.
    pub(crate) of: String,
    /// The query that must stay the same.
    pub(crate) shape: String,
    pub(crate) sequence: u64,
    pub(crate) epoch: u64,
    /// Unix seconds.
    pub(crate) issued: i64,
}

impl SyncToken {
    /// Reads a client's token; one that has expired or belongs to another list is 410.
    pub(crate) fn read(
        text: &str,
        of: &str,
        shape: &str,
        epoch: u64,
        oldest: Option<DateTime<Utc>>,
    ) -> Result<Self, ApiError> {
        let token: Self = decode(text).ok_or_else(|| ApiError::invalid("syncToken", "Invalid sync token value."))?;
        if token.of != of || token.epoch != epoch || oldest.is_some_and(|oldest| token.issued < oldest.timestamp()) {
            return Err(ApiError::full_sync_required());
        }
        if token.shape != shape {
            let message = "The other query parameters must be those of the initial synchronization.";
            return Err(ApiError::invalid("syncToken", message));
        }
        Ok(token)
    }

    pub(crate) fn text(&self) -> String {
        encode(self)
    }
}

/// The start of the oldest token that is taken.
pub(crate) fn oldest(now: DateTime<Utc>, age: Option<Duration>) -> Option<DateTime<Utc>> {
    age.map(|age| now - age)
}

/// The place in a list that is being paged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PageToken {
    pub(crate) of: String,
    pub(crate) shape: String,
    /// The sequence number from which an incremental listing starts; `None`: a full listing.
    pub(crate) since: Option<u64>,
    /// The sequence number when the paging began.
    pub(crate) began: u64,
    /// The place or sequence number of the last entry shown.
    pub(crate) after: u64,
}

impl PageToken {
    /// Reads a client's token; it is good only with the query that it came from.
    pub(crate) fn read(text: &str, of: &str, shape: &str, since: Option<u64>) -> Result<Self, ApiError> {
        decode(text)
            .filter(|token: &Self| token.of == of && token.shape == shape && token.since == since)
            .ok_or_else(|| ApiError::invalid("pageToken", "Invalid page token value."))
    }

    pub(crate) fn text(&self) -> String {
        encode(self)
    }
}

fn encode(token: &impl Serialize) -> String {
    URL_SAFE.encode(serde_json::to_vec(token).unwrap_or_default())
}

fn decode<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE.decode(text).ok()?).ok()
}
