//! New versions: `PutSecretValue` and `UpdateSecret`.

use super::model::{Secret, SecretData, Version};
use super::{Secrets, ids, model, stages};
use crate::{AwsError, random};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Unlabelled versions beyond this number are dropped, oldest first.
const VERSIONS_KEPT: usize = 100;
/// A version is never dropped before it is a day old, so writing faster meets the quota.
const YOUNGEST_DROPPED_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Put {
    secret_id: String,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    #[serde(default)]
    version_stages: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Update {
    secret_id: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
}

pub(super) fn put_value(secrets: &Secrets, request: Put) -> Result<Value, AwsError> {
    let value = model::value(request.secret_string, request.secret_binary)?.ok_or_else(|| {
        AwsError::client("InvalidRequestException", "You must provide either SecretString or SecretBinary.")
    })?;
    let token = request.client_request_token.unwrap_or_else(random::uuid);
    let now = secrets.now_ms();
    secrets.change(&request.secret_id, |secret| {
        secret.must_live()?;
        let id = put(secret, token, value, &request.version_stages, now)?;
        let stages = secret.version(&id).map(|version| &version.stages);
        Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": id, "VersionStages": stages}))
    })
}

pub(super) fn update(secrets: &Secrets, request: Update) -> Result<Value, AwsError> {
    let value = model::value(request.secret_string, request.secret_binary)?;
    let token = request.client_request_token.unwrap_or_else(random::uuid);
    let now = secrets.now_ms();
    secrets.change(&request.secret_id, |secret| {
        secret.must_live()?;
        secret.description = request.description.or(secret.description.take());
        secret.kms_key_id = request.kms_key_id.or(secret.kms_key_id.take());
        secret.changed_ms = now;
        let id = value.map(|value| put(secret, token, value, &[], now)).transpose()?;
        let mut answer = json!({"ARN": secret.arn, "Name": secret.name});
        if let Some(id) = id {
            answer["VersionId"] = json!(id);
        }
        Ok(answer)
    })
}

/// Adds a version named by its token and answers its id. The same token with the same value changes
/// nothing and succeeds; with another value it is refused. Without labels the version becomes
/// `AWSCURRENT`, as does the first of a secret whatever its labels.
pub(super) fn put(
    secret: &mut Secret,
    token: String,
    value: SecretData,
    labels: &[String],
    now_ms: i64,
) -> Result<String, AwsError> {
    ids::check_token(&token)?;
    labels.iter().try_for_each(|label| stages::check_label(label))?;
    if let Some(existing) = secret.version(&token) {
        return if existing.value == value { Ok(token) } else { Err(token_in_use(secret, &token)) };
    }
    make_room(secret, now_ms)?;
    let first = secret.versions.is_empty();
    secret.versions.push(Version { id: token.clone(), created_ms: now_ms, stages: BTreeSet::new(), value });
    for label in labels {
        stages::attach(secret, label, &token)?;
    }
    if labels.is_empty() || first {
        stages::attach(secret, stages::CURRENT, &token)?;
    }
    secret.changed_ms = now_ms;
    Ok(token)
}

fn token_in_use(secret: &Secret, token: &str) -> AwsError {
    let arn = &secret.arn;
    AwsError::client(
        "ResourceExistsException",
        format!(
            "You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}."
        ),
    )
}

/// Drops old unlabelled versions; refuses when all are labelled or young.
fn make_room(secret: &mut Secret, now_ms: i64) -> Result<(), AwsError> {
    while secret.versions.len() >= VERSIONS_KEPT {
        let droppable =
            |version: &Version| version.stages.is_empty() && now_ms - version.created_ms >= YOUNGEST_DROPPED_MS;
        let Some(oldest) = secret.versions.iter().position(droppable) else {
            return Err(AwsError::client(
                "LimitExceededException",
                "The secret has reached the quota for versions: none is both unlabelled and older than 24 hours.",
            ));
        };
        secret.versions.remove(oldest);
    }
    Ok(())
}
