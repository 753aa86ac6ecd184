//! A secret and its versions, as they are kept.

use crate::AwsError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The largest value, in bytes.
const LARGEST_VALUE: usize = 65_536;

/// Deliberately without `Debug`: it holds values.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) description: Option<String>,
    pub(super) kms_key_id: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) created_ms: i64,
    pub(super) changed_ms: i64,
    /// When deletion was asked for, while it is pending.
    pub(super) deleted_ms: Option<i64>,
    /// When the secret ceases to exist.
    pub(super) deletion_ms: Option<i64>,
    /// Oldest first.
    pub(super) versions: Vec<Version>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) created_ms: i64,
    /// Labels; one label is on at most one version of a secret.
    pub(super) stages: BTreeSet<String>,
    pub(super) value: SecretData,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum SecretData {
    Text(String),
    /// Base64, as on the wire.
    Binary(String),
}

impl Secret {
    pub(super) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    /// The version that carries a label.
    pub(super) fn holder(&self, stage: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.stages.contains(stage))
    }

    pub(super) fn is_gone(&self, now_ms: i64) -> bool {
        self.deletion_ms.is_some_and(|deletion| deletion <= now_ms)
    }

    /// Refuses what cannot be done while deletion is pending.
    pub(super) fn must_live(&self) -> Result<(), AwsError> {
        match self.deletion_ms {
            None => Ok(()),
            Some(_) => Err(AwsError::client(
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.",
            )),
        }
    }
}

/// The value in a request; `None` if it has none.
pub(super) fn value(text: Option<String>, binary: Option<String>) -> Result<Option<SecretData>, AwsError> {
    let (size, value) = match (text, binary) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(invalid_parameter("You can't specify both a binary secret value and a string secret value."));
        }
        (Some(text), None) => (text.len(), SecretData::Text(text)),
        (None, Some(binary)) => {
            let bytes = STANDARD.decode(&binary).map_err(|_| AwsError::serialization("SecretBinary is not base64"))?;
            (bytes.len(), SecretData::Binary(binary))
        }
    };
    if size == 0 || size > LARGEST_VALUE {
        return Err(AwsError::validation(format!(
            "1 validation error detected: the secret value must have a length between 1 and {LARGEST_VALUE} bytes"
        )));
    }
    Ok(Some(value))
}

pub(super) fn invalid_parameter(message: impl Into<String>) -> AwsError {
    AwsError::client("InvalidParameterException", message)
}

/// Times on the wire are seconds with a fraction.
pub(super) fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}
