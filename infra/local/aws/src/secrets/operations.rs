//! The table of operations.

use super::create::Tag;
use super::model::invalid_parameter;
use super::{Secrets, create, delete, list, read, stages, write};
use crate::AwsError;
use crate::error::read as parse;
use serde::Deserialize;
use serde_json::{Value, json};

const MOST_TAGS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    secret_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AddTags {
    secret_id: String,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RemoveTags {
    secret_id: String,
    tag_keys: Vec<String>,
}

impl Secrets {
    pub(crate) fn call(&self, operation: &str, body: Value) -> Result<Value, AwsError> {
        match operation {
            "CreateSecret" => create::create(self, parse(body)?),
            "PutSecretValue" => write::put_value(self, parse(body)?),
            "UpdateSecret" => write::update(self, parse(body)?),
            "GetSecretValue" => read::get_value(self, &parse(body)?),
            "DescribeSecret" => read::describe(self, &parse::<Named>(body)?.secret_id),
            "UpdateSecretVersionStage" => self.update_stage(&parse(body)?),
            "ListSecretVersionIds" => list::list_versions(self, &parse(body)?),
            "ListSecrets" => list::list(self, &parse(body)?),
            "DeleteSecret" => delete::delete(self, &parse(body)?),
            "RestoreSecret" => delete::restore(self, &parse::<Named>(body)?.secret_id),
            "TagResource" => self.tag(parse(body)?),
            "UntagResource" => self.untag(&parse(body)?),
            unknown => Err(AwsError::unknown_operation(unknown)),
        }
    }

    fn update_stage(&self, request: &stages::UpdateStage) -> Result<Value, AwsError> {
        let now = self.now_ms();
        self.change(&request.secret_id, |secret| {
            stages::update(secret, request)?;
            secret.changed_ms = now;
            Ok(json!({"ARN": secret.arn, "Name": secret.name}))
        })
    }

    fn tag(&self, request: AddTags) -> Result<Value, AwsError> {
        self.change(&request.secret_id, |secret| {
            secret.must_live()?;
            secret.tags.extend(request.tags.into_iter().map(|tag| (tag.key, tag.value)));
            if secret.tags.len() > MOST_TAGS {
                return Err(invalid_parameter("A secret has at most 50 tags."));
            }
            Ok(json!({}))
        })
    }

    fn untag(&self, request: &RemoveTags) -> Result<Value, AwsError> {
        self.change(&request.secret_id, |secret| {
            secret.must_live()?;
            secret.tags.retain(|key, _| !request.tag_keys.contains(key));
            Ok(json!({}))
        })
    }
}
