//! Answers that are given again when the same request comes again.

use crate::entry::{Caller, Problem};
use crate::store::{Idempotency, RequestName, Store};
use crate::usecases::TRIES;
use crate::usecases::get::{Found, Integrations};
use domain::ids::ProviderSlug;
use serde::Serialize;
use serde_json::Value;
use std::future::Future;

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

    /// This answer, to be remembered with the change that it tells of.
    pub(super) fn remembered(&self, store: &Store, request: Option<&RequestName>) -> Option<Idempotency> {
        request.map(|request| request.answered(self.status, self.body.clone(), store.now()))
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

impl Integrations {
    /// Does what a request asks of an integration, or gives the answer again that the same request was given before.
    /// `attempt` answers `None` when somebody else was faster: it is decided anew.
    ///
    /// The integration is read first: once the same request has changed it, its answer is remembered as well, also if
    /// the integration is gone by now.
    pub(super) async fn repeatable<F, A>(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        request: Option<&RequestName>,
        attempt: F,
    ) -> Result<Answered, Problem>
    where
        F: Fn(Found) -> A,
        A: Future<Output = Result<Option<Answered>, Problem>>,
    {
        for _ in 0..TRIES {
            let found = self.find(caller, slug).await;
            if let Some(before) = Answered::before(&self.store, request).await? {
                return Ok(before);
            }
            if let Some(answered) = attempt(found?).await? {
                return Ok(answered);
            }
        }
        Err(Problem::busy())
    }
}

fn idempotency_key_reused() -> Problem {
    Problem::new(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
        .remedy("Use a new key for a new request.")
}
