//! Names and ARNs of secrets.

use super::ByName;
use super::model::Secret;
use crate::AwsError;

const LONGEST_NAME: usize = 512;

/// Finds a secret by its name, its ARN, or its ARN without the six random characters at the end.
pub(super) fn find<'a>(secrets: &'a ByName, id: &str) -> Option<&'a Secret> {
    if !id.starts_with("arn:") {
        return secrets.get(id);
    }
    secrets
        .values()
        .find(|secret| secret.arn == id)
        .or_else(|| secrets.values().find(|secret| partial(&secret.arn) == Some(id)))
}

/// An ARN without its dash and six random characters.
fn partial(arn: &str) -> Option<&str> {
    arn.rsplit_once('-').map(|(partial, _)| partial)
}

pub(super) fn not_found() -> AwsError {
    AwsError::client("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

/// ASCII letters, digits and `/_+=.@-`, at most 512 (CreateSecret, parameter Name).
pub(super) fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(AwsError::validation(
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@",
    ))
}

/// A version's id comes from the caller: 32 to 64 characters.
pub(super) fn check_token(token: &str) -> Result<(), AwsError> {
    if (32..=64).contains(&token.chars().count()) {
        return Ok(());
    }
    Err(super::model::invalid_parameter("ClientRequestToken must be 32-64 characters long."))
}
