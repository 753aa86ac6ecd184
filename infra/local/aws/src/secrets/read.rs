//! `GetSecretValue` and `DescribeSecret`.

use super::model::{Secret, SecretData, Version, seconds};
use super::{Secrets, ids, stages};
use crate::AwsError;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Get {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

pub(super) fn get_value(secrets: &Secrets, request: &Get) -> Result<Value, AwsError> {
    let all = secrets.lock();
    let secret = ids::find(&all, &request.secret_id).ok_or_else(ids::not_found)?;
    secret.must_live()?;
    let version = select(secret, request)?;
    let mut answer = json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": version.id,
        "VersionStages": version.stages,
        "CreatedDate": seconds(version.created_ms),
    });
    match &version.value {
        SecretData::Text(text) => answer["SecretString"] = json!(text),
        SecretData::Binary(binary) => answer["SecretBinary"] = json!(binary),
    }
    Ok(answer)
}

/// By id, by label, or by both if they agree; `AWSCURRENT` when neither is named.
fn select<'a>(secret: &'a Secret, request: &Get) -> Result<&'a Version, AwsError> {
    let Some(id) = &request.version_id else {
        let stage = request.version_stage.as_deref().unwrap_or(stages::CURRENT);
        return secret.holder(stage).ok_or_else(|| no_value(&format!("staging label: {stage}")));
    };
    let version = secret.version(id).ok_or_else(|| no_value(&format!("VersionId: {id}")))?;
    match &request.version_stage {
        Some(stage) if !version.stages.contains(stage) => Err(AwsError::client(
            "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
        )),
        _ => Ok(version),
    }
}

fn no_value(which: &str) -> AwsError {
    AwsError::client(
        "ResourceNotFoundException",
        format!("Secrets Manager can't find the specified secret value for {which}"),
    )
}

pub(super) fn describe(secrets: &Secrets, id: &str) -> Result<Value, AwsError> {
    let all = secrets.lock();
    let secret = ids::find(&all, id).ok_or_else(ids::not_found)?;
    Ok(description(secret, "VersionIdsToStages"))
}

/// What describing and listing have in common; they differ in what they call the labels.
pub(super) fn description(secret: &Secret, labels: &str) -> Value {
    let mut answer = Map::new();
    answer.insert("ARN".to_owned(), json!(secret.arn));
    answer.insert("Name".to_owned(), json!(secret.name));
    answer.insert("CreatedDate".to_owned(), json!(seconds(secret.created_ms)));
    answer.insert("LastChangedDate".to_owned(), json!(seconds(secret.changed_ms)));
    let optional = [
        ("Description", secret.description.as_ref().map(|text| json!(text))),
        ("KmsKeyId", secret.kms_key_id.as_ref().map(|id| json!(id))),
        ("DeletedDate", secret.deleted_ms.map(|ms| json!(seconds(ms)))),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            answer.insert(name.to_owned(), value);
        }
    }
    let tags: Vec<Value> = secret.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    answer.insert("Tags".to_owned(), json!(tags));
    answer.insert(labels.to_owned(), labelled(secret));
    Value::Object(answer)
}

fn labelled(secret: &Secret) -> Value {
    let labelled = secret.versions.iter().filter(|version| !version.stages.is_empty());
    Value::Object(labelled.map(|version| (version.id.clone(), json!(version.stages))).collect())
}
