//! Google's refusals of reads and writes of one event.

use super::super::errors::api_refusal;
use crate::contract::PushError;
use bytes::Bytes;
use domain::failure::FailureClass;
use http::{Response, StatusCode};

/// What a refusal means for who wanted to write.
pub(super) fn refusal(answer: &Response<Bytes>) -> PushError {
    let error = api_refusal(answer);
    match (answer.status(), error.class) {
        (StatusCode::CONFLICT, FailureClass::PermanentRecord) => PushError::Exists,
        (StatusCode::PRECONDITION_FAILED, _) => PushError::Changed,
        (StatusCode::GONE, _) | (_, FailureClass::ResourceNotFound) => PushError::Gone,
        (_, FailureClass::PermanentConfiguration) => PushError::ReadOnly,
        _ => PushError::Failed(error),
    }
}
