//! What came of a call, in one shape for all of them.

use crate::contract::{PushError, SubscribeError};
use crate::error::{ProviderError, PullError};
use domain::failure::FailureClass;
use std::fmt::{Debug, Display};

/// What a caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Done,
    Failed(FailureClass),
    CursorExpired,
    Unwatchable,
    Exists,
    Changed,
    Gone,
    ReadOnly,
}

/// What came of a call.
pub(super) struct Outcome {
    pub(super) told: Told,
    pub(super) error: Option<ProviderError>,
    /// All that could get into a log of it.
    pub(super) shown: String,
}

impl Outcome {
    pub(super) fn of<T: Debug, E: Refusal>(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Self { told: Told::Done, error: None, shown: format!("{value:?}") },
            Err(refused) => {
                let (told, error) = refused.told();
                Self { told, error, shown: format!("{refused:?} {refused}") }
            }
        }
    }
}

/// The contract's errors.
pub(super) trait Refusal: Debug + Display {
    fn told(&self) -> (Told, Option<ProviderError>);
}

fn failed(error: &ProviderError) -> (Told, Option<ProviderError>) {
    (Told::Failed(error.class), Some(error.clone()))
}

impl Refusal for ProviderError {
    fn told(&self) -> (Told, Option<ProviderError>) {
        failed(self)
    }
}

impl Refusal for PullError {
    fn told(&self) -> (Told, Option<ProviderError>) {
        match self {
            Self::CursorExpired => (Told::CursorExpired, None),
            Self::Failed(error) => failed(error),
        }
    }
}

impl Refusal for SubscribeError {
    fn told(&self) -> (Told, Option<ProviderError>) {
        match self {
            Self::Unwatchable => (Told::Unwatchable, None),
            Self::Failed(error) => failed(error),
        }
    }
}

impl Refusal for PushError {
    fn told(&self) -> (Told, Option<ProviderError>) {
        match self {
            Self::Exists => (Told::Exists, None),
            Self::Changed => (Told::Changed, None),
            Self::Gone => (Told::Gone, None),
            Self::ReadOnly => (Told::ReadOnly, None),
            Self::Failed(error) => failed(error),
        }
    }
}
