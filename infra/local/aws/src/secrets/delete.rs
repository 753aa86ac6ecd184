//! `DeleteSecret` with its recovery window, and `RestoreSecret`.

use super::model::{invalid_parameter, seconds};
use super::{Secrets, ids};
use crate::AwsError;
use serde::Deserialize;
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const DEFAULT_WINDOW_DAYS: i64 = 30;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    secret_id: String,
    recovery_window_in_days: Option<i64>,
    #[serde(default)]
    force_delete_without_recovery: bool,
}

pub(super) fn delete(secrets: &Secrets, request: &Delete) -> Result<Value, AwsError> {
    if request.force_delete_without_recovery {
        return match request.recovery_window_in_days {
            None => force(secrets, &request.secret_id),
            Some(_) => Err(invalid_parameter(
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
            )),
        };
    }
    let days = request.recovery_window_in_days.unwrap_or(DEFAULT_WINDOW_DAYS);
    if !(7..=30).contains(&days) {
        return Err(invalid_parameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."));
    }
    let now = secrets.now_ms();
    secrets.change(&request.secret_id, |secret| {
        secret.must_live()?;
        secret.deleted_ms = Some(now);
        secret.deletion_ms = Some(now + days * DAY_MS);
        Ok(json!({"ARN": secret.arn, "Name": secret.name, "DeletionDate": seconds(now + days * DAY_MS)}))
    })
}

/// Gone at once, also during a window. Forcing what does not exist succeeds (DeleteSecret, parameter
/// ForceDeleteWithoutRecovery).
fn force(secrets: &Secrets, id: &str) -> Result<Value, AwsError> {
    let now = secrets.now_ms();
    let mut all = secrets.lock();
    let (arn, name) = match ids::find(&all, id) {
        Some(secret) => (secret.arn.clone(), secret.name.clone()),
        None => (format!("{}{id}", secrets.inner.arn_prefix), id.to_owned()),
    };
    secrets.forget(&mut all, &name);
    Ok(json!({"ARN": arn, "Name": name, "DeletionDate": seconds(now)}))
}

pub(super) fn restore(secrets: &Secrets, id: &str) -> Result<Value, AwsError> {
    secrets.change(id, |secret| {
        secret.deleted_ms = None;
        secret.deletion_ms = None;
        Ok(json!({"ARN": secret.arn, "Name": secret.name}))
    })
}
