//! Labels of versions and how they move.

use super::model::{Secret, Version, invalid_parameter};
use crate::AwsError;
use serde::Deserialize;

pub(super) const CURRENT: &str = "AWSCURRENT";
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

/// Labels over all versions of one secret.
const MOST_LABELS: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateStage {
    pub(super) secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

/// Puts a label on a version, taking it from any other. The version that loses `AWSCURRENT` becomes
/// `AWSPREVIOUS`.
pub(super) fn attach(secret: &mut Secret, stage: &str, version: &str) -> Result<(), AwsError> {
    let former = secret.holder(stage).map(|holder| holder.id.clone());
    move_label(secret, stage, version);
    if let Some(former) = former.filter(|former| stage == CURRENT && former != version) {
        move_label(secret, PREVIOUS, &former);
    }
    let labels: usize = secret.versions.iter().map(|version| version.stages.len()).sum();
    if labels > MOST_LABELS {
        return Err(AwsError::client("LimitExceededException", "a secret has at most 20 staging labels"));
    }
    Ok(())
}

fn move_label(secret: &mut Secret, stage: &str, to: &str) {
    for version in &mut secret.versions {
        if version.id == to {
            version.stages.insert(stage.to_owned());
        } else {
            version.stages.remove(stage);
        }
    }
}

pub(super) fn check_label(stage: &str) -> Result<(), AwsError> {
    if (1..=256).contains(&stage.chars().count()) {
        return Ok(());
    }
    Err(invalid_parameter("A staging label is 1 to 256 characters long."))
}

/// `UpdateSecretVersionStage`: a compare-and-swap. It fails unless `RemoveFromVersionId` names the
/// version that carries the label now (or nothing carries it and nothing is named).
pub(super) fn update(secret: &mut Secret, request: &UpdateStage) -> Result<(), AwsError> {
    secret.must_live()?;
    let stage = request.version_stage.as_str();
    check_label(stage)?;
    for id in [&request.remove_from_version_id, &request.move_to_version_id].into_iter().flatten() {
        must_exist(secret, id)?;
    }
    compare(secret, request)?;
    match &request.move_to_version_id {
        Some(to) => attach(secret, stage, to),
        None => detach(secret, stage),
    }
}

fn must_exist(secret: &Secret, id: &str) -> Result<(), AwsError> {
    let missing = || {
        AwsError::client(
            "ResourceNotFoundException",
            format!("Secrets Manager can't find the specified secret version: {id}."),
        )
    };
    secret.version(id).map(drop).ok_or_else(missing)
}

fn compare(secret: &Secret, request: &UpdateStage) -> Result<(), AwsError> {
    let stage = &request.version_stage;
    let holder = secret.holder(stage).map(|version: &Version| version.id.as_str());
    match (holder, request.remove_from_version_id.as_deref()) {
        (None, None) => Ok(()),
        (Some(holder), Some(named)) if holder == named => Ok(()),
        (Some(holder), None) if request.move_to_version_id.as_deref() == Some(holder) => Ok(()),
        (Some(holder), _) => Err(invalid_parameter(format!(
            "Staging label {stage} is currently attached to version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
        ))),
        (None, Some(named)) => {
            Err(invalid_parameter(format!("Staging label {stage} is not attached to version {named}.")))
        }
    }
}

fn detach(secret: &mut Secret, stage: &str) -> Result<(), AwsError> {
    if stage == CURRENT {
        return Err(invalid_parameter(
            "You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.",
        ));
    }
    for version in &mut secret.versions {
        version.stages.remove(stage);
    }
    Ok(())
}
