//! What resources are called and what their attributes are, as AWS would give them out.

use super::document::Resource;
use super::intrinsics::Resolver;
use super::{Settings, TemplateError};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What `Ref` and `GetAtt` give, per logical id.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, Ids>);

struct Ids {
    reference: String,
    attributes: BTreeMap<&'static str, String>,
}

impl Names {
    pub(super) fn reference(&self, logical: &str) -> Option<String> {
        self.0.get(logical).map(|ids| ids.reference.clone())
    }

    pub(super) fn attribute(&self, logical: &str, attribute: &str) -> Option<String> {
        self.0.get(logical)?.attributes.get(attribute).cloned()
    }

    /// Names every resource. A name may be made of parameters only.
    pub(super) fn of(
        resources: &[Resource],
        parameters: &BTreeMap<String, Json>,
        settings: &Settings,
    ) -> Result<Self, TemplateError> {
        let resolver = Resolver { parameters, names: None };
        let mut names = Self::default();
        for resource in resources {
            let name = physical(resource, &resolver)?;
            names.0.insert(resource.logical.clone(), ids(resource, name, settings));
        }
        Ok(names)
    }
}

/// The property in which a type keeps its name.
fn name_property(kind: &str) -> &'static str {
    match kind {
        "AWS::Serverless::Function" => "FunctionName",
        "AWS::DynamoDB::Table" => "TableName",
        "AWS::SQS::Queue" => "QueueName",
        "AWS::Logs::LogGroup" => "LogGroupName",
        _ => "Name",
    }
}

fn physical(resource: &Resource, resolver: &Resolver<'_>) -> Result<String, TemplateError> {
    let property = name_property(&resource.kind);
    match resource.properties.get(property) {
        Some(value) => resolver.text(value, &format!("{}.Properties.{property}", resource.path())),
        None => Ok(format!("{}-{}", resolver.text(&"AWS::StackName".into(), "")?, resource.logical)),
    }
}

fn ids(resource: &Resource, name: String, settings: &Settings) -> Ids {
    let arn =
        |service: &str, rest: String| format!("arn:aws:{service}:{}:{}:{rest}", settings.region, settings.account);
    let (reference, attributes) = match resource.kind.as_str() {
        "AWS::DynamoDB::Table" => (name.clone(), vec![("Arn", arn("dynamodb", format!("table/{name}")))]),
        "AWS::SQS::Queue" => {
            let url = format!("{}/{}/{name}", settings.aws_endpoint.trim_end_matches('/'), settings.account);
            let attributes = vec![("Arn", arn("sqs", name.clone())), ("QueueName", name), ("QueueUrl", url.clone())];
            (url, attributes)
        }
        "AWS::SecretsManager::Secret" => {
            // Secrets Manager makes up the end of an ARN; before the secret exists any six characters do.
            let known = settings.secret_arns.get(&name).cloned();
            let secret = known.unwrap_or_else(|| arn("secretsmanager", format!("secret:{name}-??????")));
            (secret.clone(), vec![("Id", secret)])
        }
        "AWS::Events::EventBus" => {
            (name.clone(), vec![("Arn", arn("events", format!("event-bus/{name}"))), ("Name", name)])
        }
        "AWS::Events::Rule" => (name.clone(), vec![("Arn", arn("events", format!("rule/{name}")))]),
        "AWS::Serverless::Function" => (name.clone(), vec![("Arn", arn("lambda", format!("function:{name}")))]),
        "AWS::Serverless::HttpApi" => {
            ("local".to_owned(), vec![("ApiEndpoint", settings.api_endpoint.clone()), ("ApiId", "local".to_owned())])
        }
        _ => (name.clone(), vec![("Arn", arn("declared", name))]),
    };
    Ids { reference, attributes: attributes.into_iter().collect() }
}
