//! What AWS said, short enough for a person.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use std::error::Error;

/// Code and message of a service's answer, or what kept the request from being answered.
pub(crate) fn said(error: &(impl ProvideErrorMetadata + Error)) -> String {
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => causes(error),
    }
}

fn causes(error: &dyn Error) -> String {
    let causes: Vec<String> =
        std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect();
    causes.join(": ")
}
