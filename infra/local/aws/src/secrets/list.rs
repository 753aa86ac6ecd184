//! `ListSecrets` and `ListSecretVersionIds`, in pages.

use super::model::{Secret, Version, invalid_parameter, seconds};
use super::{Secrets, ids, read};
use crate::AwsError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

const LARGEST_PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    #[serde(flatten)]
    page: Page,
    #[serde(default)]
    include_planned_deletion: bool,
    #[serde(default)]
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListVersions {
    secret_id: String,
    #[serde(flatten)]
    page: Page,
    #[serde(default)]
    include_deprecated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    key: String,
    values: Vec<String>,
}

/// In the order of names, which the pages' tokens rely on.
pub(super) fn list(secrets: &Secrets, request: &List) -> Result<Value, AwsError> {
    if let Some(other) = request.filters.iter().find(|filter| filter.key != "name") {
        return Err(invalid_parameter(format!("the embedded service filters by name only, not by {}", other.key)));
    }
    let all = secrets.lock();
    let listed = |secret: &&Secret| {
        (request.include_planned_deletion || secret.deletion_ms.is_none())
            && request
                .filters
                .iter()
                .all(|filter| filter.values.iter().any(|value| secret.name.starts_with(value.as_str())))
    };
    let matching: Vec<&Secret> = all.values().filter(listed).collect();
    let (page, next) = request.page.cut(&matching, |secret| &secret.name)?;
    let entries: Vec<Value> = page.iter().map(|secret| read::description(secret, "SecretVersionsToStages")).collect();
    Ok(with_token(json!({"SecretList": entries}), next))
}

pub(super) fn list_versions(secrets: &Secrets, request: &ListVersions) -> Result<Value, AwsError> {
    let all = secrets.lock();
    let secret = ids::find(&all, &request.secret_id).ok_or_else(ids::not_found)?;
    let mut versions: Vec<&Version> =
        secret.versions.iter().filter(|version| request.include_deprecated || !version.stages.is_empty()).collect();
    versions.sort_by(|a, b| a.id.cmp(&b.id));
    let (page, next) = request.page.cut(&versions, |version| &version.id)?;
    let entries: Vec<Value> = page.iter().map(|version| entry(version)).collect();
    Ok(with_token(json!({"ARN": secret.arn, "Name": secret.name, "Versions": entries}), next))
}

fn entry(version: &Version) -> Value {
    json!({
        "VersionId": version.id,
        "VersionStages": version.stages,
        "CreatedDate": seconds(version.created_ms),
    })
}

impl Page {
    /// The page of sorted `items` after the token, and the token of the next page. A token is the key of
    /// the last item given, so items that come and go between pages do not shift it.
    fn cut<'i, T>(&self, items: &'i [T], key: impl Fn(&T) -> &str) -> Result<(&'i [T], Option<String>), AwsError> {
        let size = self.max_results.unwrap_or(LARGEST_PAGE);
        if !(1..=LARGEST_PAGE).contains(&size) {
            return Err(AwsError::validation("MaxResults must be between 1 and 100."));
        }
        let start = match &self.next_token {
            None => 0,
            Some(token) => {
                let last = decode(token)?;
                items.partition_point(|item| key(item) <= last.as_str())
            }
        };
        let end = items.len().min(start + size);
        let page = &items[start..end];
        let next = page.last().filter(|_| end < items.len()).map(|last| URL_SAFE_NO_PAD.encode(key(last)));
        Ok((page, next))
    }
}

fn decode(token: &str) -> Result<String, AwsError> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| AwsError::client("InvalidNextTokenException", "The NextToken is not valid."))
}

fn with_token(mut answer: Value, next: Option<String>) -> Value {
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    answer
}
