//! The properties of every known type. Those that change nothing on this machine are named too, so that an unknown one
//! is always an error.

use super::fields::{Ignored, OneOrMany, boolean, number};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Function {
    pub(super) function_name: Option<String>,
    pub(super) code_uri: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub(super) timeout: Option<u64>,
    #[serde(default, deserialize_with = "number")]
    pub(super) memory_size: Option<u64>,
    #[serde(default)]
    pub(super) environment: Environment,
    #[serde(default)]
    pub(super) events: BTreeMap<String, Event>,
    #[serde(default)]
    pub(super) policies: OneOrMany<Policy>,
    #[serde(default, rename = "Handler")]
    _handler: Ignored,
    #[serde(default, rename = "Runtime")]
    _runtime: Ignored,
    #[serde(default, rename = "Architectures")]
    _architectures: Ignored,
    #[serde(default, rename = "Description")]
    _description: Ignored,
    #[serde(default, rename = "Tags")]
    _tags: Ignored,
    #[serde(default, rename = "Tracing")]
    _tracing: Ignored,
    #[serde(default, rename = "LoggingConfig")]
    _logging: Ignored,
    #[serde(default, rename = "EventInvokeConfig")]
    _asynchronous: Ignored,
    #[serde(default, rename = "RecursiveLoop")]
    _loop: Ignored,
    #[serde(default, rename = "PermissionsBoundary")]
    _boundary: Ignored,
    #[serde(default, rename = "AutoPublishAlias")]
    _alias: Ignored,
    #[serde(default, rename = "AutoPublishAliasAllProperties")]
    _versions: Ignored,
    #[serde(default, rename = "DeploymentPreference")]
    _deployment: Ignored,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Environment {
    #[serde(default)]
    pub(super) variables: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Event {
    #[serde(rename = "Type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) properties: Value,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) statement: OneOrMany<Statement>,
    #[serde(default, rename = "Version")]
    _version: Ignored,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Statement {
    pub(super) effect: String,
    pub(super) action: OneOrMany<String>,
    pub(super) resource: OneOrMany<String>,
    #[serde(default, rename = "Sid")]
    _sid: Ignored,
    #[serde(default, rename = "Condition")]
    _condition: Ignored,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct HttpApi {
    #[serde(default)]
    pub(super) auth: Auth,
    pub(super) cors_configuration: Option<Cors>,
    #[serde(default, rename = "Name")]
    _name: Ignored,
    #[serde(default, rename = "Description")]
    _description: Ignored,
    #[serde(default, rename = "FailOnWarnings")]
    _warnings: Ignored,
    #[serde(default, rename = "AccessLogSettings")]
    _access_log: Ignored,
    #[serde(default, rename = "DefaultRouteSettings")]
    _throttling: Ignored,
    #[serde(default, rename = "RouteSettings")]
    _route_throttling: Ignored,
    #[serde(default, rename = "Domain")]
    _domain: Ignored,
    #[serde(default, rename = "DisableExecuteApiEndpoint")]
    _endpoint: Ignored,
    #[serde(default, rename = "Tags")]
    _tags: Ignored,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Auth {
    pub(super) default_authorizer: Option<String>,
    #[serde(default)]
    pub(super) authorizers: BTreeMap<String, Authorizer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Authorizer {
    pub(super) identity_source: String,
    pub(super) jwt_configuration: JwtConfiguration,
    #[serde(default)]
    pub(super) authorization_scopes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JwtConfiguration {
    pub(super) issuer: String,
    pub(super) audience: OneOrMany<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Cors {
    #[serde(default)]
    pub(super) allow_origins: OneOrMany<String>,
    #[serde(default)]
    pub(super) allow_methods: OneOrMany<String>,
    #[serde(default)]
    pub(super) allow_headers: OneOrMany<String>,
    #[serde(default)]
    pub(super) expose_headers: OneOrMany<String>,
    #[serde(default, deserialize_with = "boolean")]
    pub(super) allow_credentials: Option<bool>,
    #[serde(default, deserialize_with = "number")]
    pub(super) max_age: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Table {
    pub(super) attribute_definitions: Vec<AttributeDefinition>,
    pub(super) key_schema: Vec<KeyElement>,
    #[serde(default)]
    pub(super) global_secondary_indexes: Vec<Index>,
    pub(super) time_to_live_specification: Option<TimeToLive>,
    #[serde(default, rename = "TableName")]
    _name: Ignored,
    #[serde(default, rename = "BillingMode")]
    _billing: Ignored,
    #[serde(default, rename = "OnDemandThroughput")]
    _throughput: Ignored,
    #[serde(default, rename = "DeletionProtectionEnabled")]
    _protection: Ignored,
    #[serde(default, rename = "PointInTimeRecoverySpecification")]
    _recovery: Ignored,
    #[serde(default, rename = "SSESpecification")]
    _encryption: Ignored,
    #[serde(default, rename = "Tags")]
    _tags: Ignored,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct AttributeDefinition {
    pub(super) attribute_name: String,
    pub(super) attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct KeyElement {
    pub(super) attribute_name: String,
    pub(super) key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Index {
    pub(super) index_name: String,
    pub(super) key_schema: Vec<KeyElement>,
    pub(super) projection: Projection,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Projection {
    pub(super) projection_type: String,
    #[serde(default)]
    pub(super) non_key_attributes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct TimeToLive {
    pub(super) attribute_name: String,
    #[serde(default, deserialize_with = "boolean")]
    pub(super) enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Queue {
    #[serde(default, deserialize_with = "number")]
    pub(super) visibility_timeout: Option<u64>,
    #[serde(default, deserialize_with = "number")]
    pub(super) message_retention_period: Option<u64>,
    #[serde(default, deserialize_with = "number")]
    pub(super) delay_seconds: Option<u64>,
    pub(super) redrive_policy: Option<RedrivePolicy>,
    #[serde(default, rename = "QueueName")]
    _name: Ignored,
    #[serde(default, rename = "ReceiveMessageWaitTimeSeconds")]
    _wait: Ignored,
    #[serde(default, rename = "SqsManagedSseEnabled")]
    _encryption: Ignored,
    #[serde(default, rename = "KmsMasterKeyId")]
    _key: Ignored,
    #[serde(default, rename = "MaximumMessageSize")]
    _size: Ignored,
    #[serde(default, rename = "RedriveAllowPolicy")]
    _allow: Ignored,
    #[serde(default, rename = "Tags")]
    _tags: Ignored,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RedrivePolicy {
    pub(super) dead_letter_target_arn: String,
    #[serde(default, deserialize_with = "number")]
    pub(super) max_receive_count: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Bus {
    pub(super) name: String,
    #[serde(default, rename = "Description")]
    _description: Ignored,
    #[serde(default, rename = "DeadLetterConfig")]
    _dead_letters: Ignored,
    #[serde(default, rename = "Tags")]
    _tags: Ignored,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) event_bus_name: Option<String>,
    pub(super) event_pattern: Value,
    pub(super) state: Option<String>,
    pub(super) targets: Vec<Target>,
    #[serde(default, rename = "Name")]
    _name: Ignored,
    #[serde(default, rename = "Description")]
    _description: Ignored,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Target {
    pub(super) arn: String,
    #[serde(default, rename = "Id")]
    _id: Ignored,
    #[serde(default, rename = "RetryPolicy")]
    _retry: Ignored,
    #[serde(default, rename = "DeadLetterConfig")]
    _dead_letters: Ignored,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) generate_secret_string: Option<GenerateSecretString>,
    #[serde(default, rename = "Description")]
    _description: Ignored,
    #[serde(default, rename = "KmsKeyId")]
    _key: Ignored,
    #[serde(default, rename = "Tags")]
    _tags: Ignored,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GenerateSecretString {
    #[serde(default, deserialize_with = "number")]
    pub(super) password_length: Option<u64>,
    pub(super) secret_string_template: Option<String>,
    pub(super) generate_string_key: Option<String>,
    #[serde(default, deserialize_with = "boolean")]
    pub(super) exclude_punctuation: Option<bool>,
}
