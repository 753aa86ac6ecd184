//! `CreateSecret`.

use super::model::{Secret, SecretData};
use super::{Secrets, ids, model, write};
use crate::{AwsError, random};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    name: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) key: String,
    #[serde(default)]
    pub(super) value: String,
}

impl Create {
    pub(super) fn of(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            client_request_token: None,
            description: None,
            kms_key_id: None,
            secret_string: Some(value.to_owned()),
            secret_binary: None,
            tags: Vec::new(),
        }
    }
}

pub(super) fn create(secrets: &Secrets, mut request: Create) -> Result<Value, AwsError> {
    ids::check_name(&request.name)?;
    let value = model::value(request.secret_string.take(), request.secret_binary.take())?;
    let token = request.client_request_token.take().unwrap_or_else(random::uuid);
    ids::check_token(&token)?;
    let mut all = secrets.lock();
    if let Some(existing) = all.get(&request.name) {
        return repeat(existing, &token, value.as_ref());
    }
    let now = secrets.now_ms();
    let mut secret = empty(&secrets.inner.arn_prefix, request, now);
    if let Some(value) = value {
        write::put(&mut secret, token.clone(), value, &[], now)?;
    }
    let answer = created(&secret, &token);
    secrets.keep(&mut all, secret)?;
    Ok(answer)
}

/// A repeated request succeeds if it is the one that made the secret.
fn repeat(existing: &Secret, token: &str, value: Option<&SecretData>) -> Result<Value, AwsError> {
    if existing.deletion_ms.is_some() {
        return Err(AwsError::client(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        ));
    }
    match existing.version(token) {
        Some(version) if Some(&version.value) == value => Ok(created(existing, token)),
        _ => Err(AwsError::client(
            "ResourceExistsException",
            format!("The operation failed because the secret {} already exists.", existing.name),
        )),
    }
}

fn empty(arn_prefix: &str, request: Create, now_ms: i64) -> Secret {
    Secret {
        arn: format!("{arn_prefix}{}-{}", request.name, random::letters::<6>()),
        name: request.name,
        description: request.description,
        kms_key_id: request.kms_key_id,
        tags: request.tags.into_iter().map(|tag| (tag.key, tag.value)).collect::<BTreeMap<_, _>>(),
        created_ms: now_ms,
        changed_ms: now_ms,
        deleted_ms: None,
        deletion_ms: None,
        versions: Vec::new(),
    }
}

fn created(secret: &Secret, token: &str) -> Value {
    let mut answer = json!({"ARN": secret.arn, "Name": secret.name});
    if secret.version(token).is_some() {
        answer["VersionId"] = json!(token);
    }
    answer
}
