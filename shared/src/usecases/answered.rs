//! Answers that are given again when the same request comes again.

use crate::entry::Problem;
use crate::store::{RequestName, Store};
use serde::Serialize;
use serde_json::Value;

/// What a request is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Answered {
    /// An answer with this view as its body.
    pub(super) fn of(status: u16, view: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_value(view).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(Self { status, body })
    }

    /// The answer that this request was given before, if it was; a problem when its key came with another request.
    pub(super) async fn before(store: &Store, request: Option<&RequestName>) -> Result<Option<Self>, Problem> {
        let Some(request) = request else { return Ok(None) };
        match store.remembered(request).await? {
            None => Ok(None),
            Some(before) if before.differs => Err(idempotency_key_reused()),
            Some(before) => Ok(Some(Self { status: before.status, body: before.answer })),
        }
    }
}

fn idempotency_key_reused() -> Problem {
    Problem::new(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
        .remedy("Use a new key for a new request.")
}
