//! From the text of a template to the stack.

use super::convert::{authorizer_of, cors_of, environment, index, key, package, permissions};
use super::document::{self, Document, Resource};
use super::fields::typed;
use super::intrinsics::Resolver;
use super::names::Names;
use super::{
    Api, Bus, Event, FunctionSpec, Pattern, Queue, RedrivePolicy, Rule, Secret, SecretValue, Stack, Table, Target,
    TemplateError, events, resources,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::Duration;

/// Types that matter only in a deployment: declared, not run here.
const DECLARED: [&str; 15] = [
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::SNS::Topic",
    "AWS::SNS::Subscription",
    "AWS::IAM::Role",
    "AWS::IAM::ManagedPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::Route53::RecordSet",
    "AWS::CertificateManager::Certificate",
];

/// What a template is read with: everything that a deployment would know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Values of parameters, in place of their defaults; those that the template does not have are left out.
    pub parameters: BTreeMap<String, String>,
    /// The AWS region.
    pub region: String,
    /// The AWS account.
    pub account: String,
    /// Where AWS answers; queue URLs begin with it.
    pub aws_endpoint: String,
    /// Where the API answers.
    pub api_endpoint: String,
    /// ARNs of secrets that exist already, by name.
    pub secret_arns: BTreeMap<String, String>,
}

/// Reads a template.
pub fn read(text: &str, settings: &Settings) -> Result<Stack, TemplateError> {
    read_document(&document::parse(text)?, settings).map_err(|error| error.located(text))
}

fn read_document(document: &Document, settings: &Settings) -> Result<Stack, TemplateError> {
    let parameters = parameters(document, settings)?;
    let names = Names::of(&document.resources, &parameters, settings)?;
    let resolver = Resolver { parameters: &parameters, names: Some(&names) };
    let reader = Reader { document, resolver, auth: resources::Auth::default(), stack: Stack::default() };
    reader.read()
}

fn parameters(document: &Document, settings: &Settings) -> Result<BTreeMap<String, Json>, TemplateError> {
    let mut values: BTreeMap<String, Json> = [
        ("AWS::Region", settings.region.as_str()),
        ("AWS::AccountId", &settings.account),
        ("AWS::Partition", "aws"),
        ("AWS::StackName", "aura-local"),
        ("AWS::URLSuffix", "amazonaws.com"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), Json::from(value)))
    .collect();
    for (name, parameter) in &document.parameters {
        let value = settings.parameters.get(name).or(parameter.default.as_ref()).ok_or_else(|| {
            TemplateError::at(format!("Parameters.{name}"), "has no default, and the local stack has no value for it")
        })?;
        let value = if parameter.list {
            Json::Array(value.split(',').map(|part| Json::from(part.trim())).collect())
        } else {
            Json::from(value.as_str())
        };
        values.insert(name.clone(), value);
    }
    Ok(values)
}

struct Reader<'a> {
    document: &'a Document,
    resolver: Resolver<'a>,
    auth: resources::Auth,
    stack: Stack,
}

impl Reader<'_> {
    /// The API first: routes need its authorizers. Rules last: they need the functions.
    fn read(mut self) -> Result<Stack, TemplateError> {
        let rank = |kind: &str| match kind {
            "AWS::Serverless::HttpApi" => 0,
            "AWS::Events::Rule" => 2,
            _ => 1,
        };
        let mut resources: Vec<&Resource> = self.document.resources.iter().collect();
        resources.sort_by_key(|resource| rank(&resource.kind));
        for resource in resources {
            self.resource(resource)?;
        }
        Ok(self.stack)
    }

    fn resource(&mut self, resource: &Resource) -> Result<(), TemplateError> {
        let path = format!("{}.Properties", resource.path());
        if resource.conditional && !DECLARED.contains(&resource.kind.as_str()) {
            let problem = "what the local stack runs cannot depend on a condition";
            return Err(TemplateError::at(format!("{}.Condition", resource.path()), problem));
        }
        match resource.kind.as_str() {
            "AWS::Serverless::HttpApi" => self.api(resource, &path),
            "AWS::Serverless::Function" => self.function(resource, &path),
            "AWS::DynamoDB::Table" => self.table(resource, &path),
            "AWS::SQS::Queue" => self.queue(resource, &path),
            "AWS::SecretsManager::Secret" => self.secret(resource, &path),
            "AWS::Events::Rule" => self.rule(resource, &path),
            "AWS::Events::EventBus" => {
                let bus: resources::Bus = typed(self.properties(resource, &path)?, &path)?;
                self.stack.buses.push(Bus { name: bus.name });
                Ok(())
            }
            kind if DECLARED.contains(&kind) => Ok(()),
            kind => Err(TemplateError::at(
                resource.path(),
                format!("the type {kind} is not known to the local stack, neither to run nor as declared only"),
            )),
        }
    }

    fn properties(&self, resource: &Resource, path: &str) -> Result<Json, TemplateError> {
        let own = self.resolver.resolve(&resource.properties, path)?;
        let section = resource.kind.rsplit("::").next().unwrap_or_default();
        match self.document.globals.get(section).filter(|_| resource.kind.starts_with("AWS::Serverless::")) {
            Some(globals) => {
                let globals = self.resolver.resolve(globals, &format!("Globals.{section}"))?;
                Ok(document::merge(&globals, own))
            }
            None => Ok(own),
        }
    }

    fn name(&self, resource: &Resource) -> String {
        let names = self.resolver.names;
        let name = |attribute: &str| names.and_then(|names| names.attribute(&resource.logical, attribute));
        name("QueueName").or_else(|| names.and_then(|names| names.reference(&resource.logical))).unwrap_or_default()
    }

    fn api(&mut self, resource: &Resource, path: &str) -> Result<(), TemplateError> {
        if self.stack.api.is_some() {
            return Err(TemplateError::at(resource.path(), "is a second HTTP API; the local stack has one address"));
        }
        let api: resources::HttpApi = typed(self.properties(resource, path)?, path)?;
        self.auth = api.auth;
        let authorizer = match self.auth.authorizers.iter().collect::<Vec<_>>().as_slice() {
            [] => None,
            [(name, authorizer)] => Some(authorizer_of(name, authorizer, path)?),
            _ => return Err(TemplateError::at(path, "the local stack knows one authorizer")),
        };
        self.stack.api = Some(Api { authorizer, cors: api.cors_configuration.map(cors_of) });
        Ok(())
    }

    fn function(&mut self, resource: &Resource, path: &str) -> Result<(), TemplateError> {
        let function: resources::Function = typed(self.properties(resource, path)?, path)?;
        let package = package(resource, &function)?;
        let context = events::Context { function: &package, auth: &self.auth, logical: &resource.logical };
        for (name, event) in function.events {
            match events::read(&name, event, &context, &format!("{path}.Events.{name}"))? {
                Event::Route(route) => self.stack.routes.push(route),
                Event::Schedule(schedule) => self.stack.schedules.push(schedule),
                Event::Queue(source) => self.stack.sources.push(source),
                Event::Rule(rule) => self.stack.rules.push(rule),
            }
        }
        let spec = FunctionSpec {
            name: function.function_name.unwrap_or_else(|| self.name(resource)),
            timeout: Duration::from_secs(function.timeout.unwrap_or(3)),
            memory: u32::try_from(function.memory_size.unwrap_or(128)).unwrap_or(u32::MAX),
            environment: environment(function.environment, path)?,
            permissions: permissions(function.policies.into(), path)?,
            package: package.clone(),
        };
        match self.stack.functions.insert(package, spec) {
            Some(twice) => {
                Err(TemplateError::at(resource.path(), format!("is a second function of {}", twice.package)))
            }
            None => Ok(()),
        }
    }

    fn table(&mut self, resource: &Resource, path: &str) -> Result<(), TemplateError> {
        let table: resources::Table = typed(self.properties(resource, path)?, path)?;
        let ttl = table.time_to_live_specification.filter(|ttl| ttl.enabled.unwrap_or(false));
        self.stack.tables.push(Table {
            name: self.name(resource),
            attributes: table
                .attribute_definitions
                .into_iter()
                .map(|it| (it.attribute_name, it.attribute_type))
                .collect(),
            key: key(&table.key_schema, path)?,
            indexes: table.global_secondary_indexes.into_iter().map(|it| index(it, path)).collect::<Result<_, _>>()?,
            ttl: ttl.map(|ttl| ttl.attribute_name),
        });
        Ok(())
    }

    fn queue(&mut self, resource: &Resource, path: &str) -> Result<(), TemplateError> {
        let queue: resources::Queue = typed(self.properties(resource, path)?, path)?;
        let attribute = |name: &str| {
            self.resolver.names.and_then(|names| names.attribute(&resource.logical, name)).unwrap_or_default()
        };
        let (arn, url) = (attribute("Arn"), attribute("QueueUrl"));
        self.stack.queues.push(Queue {
            name: self.name(resource),
            arn,
            url,
            visibility: Duration::from_secs(queue.visibility_timeout.unwrap_or(30)),
            retention: Duration::from_secs(queue.message_retention_period.unwrap_or(345_600)),
            delay: Duration::from_secs(queue.delay_seconds.unwrap_or(0)),
            redrive: queue.redrive_policy.map(|policy| RedrivePolicy {
                target: policy.dead_letter_target_arn,
                max_receives: u32::try_from(policy.max_receive_count.unwrap_or(10)).unwrap_or(u32::MAX),
            }),
        });
        Ok(())
    }

    fn secret(&mut self, resource: &Resource, path: &str) -> Result<(), TemplateError> {
        let secret: resources::Secret = typed(self.properties(resource, path)?, path)?;
        let value = match secret.generate_secret_string {
            None => SecretValue::Empty,
            Some(generate) => SecretValue::Generated {
                length: usize::try_from(generate.password_length.unwrap_or(32)).unwrap_or(32),
                template: generate.secret_string_template.zip(generate.generate_string_key),
                letters_and_digits: generate.exclude_punctuation.unwrap_or(false),
            },
        };
        self.stack.secrets.push(Secret { name: secret.name, value });
        Ok(())
    }

    fn rule(&mut self, resource: &Resource, path: &str) -> Result<(), TemplateError> {
        let rule: resources::Rule = typed(self.properties(resource, path)?, path)?;
        let targets = rule.targets.iter().map(|target| self.target(&target.arn, path)).collect::<Result<_, _>>()?;
        self.stack.rules.push(Rule {
            name: self.name(resource),
            bus: rule.event_bus_name.unwrap_or_else(|| "default".to_owned()),
            pattern: Pattern::new(rule.event_pattern).map_err(|problem| TemplateError::at(path, problem))?,
            targets,
            enabled: rule.state.as_deref() != Some("DISABLED"),
        });
        Ok(())
    }

    fn target(&self, arn: &str, path: &str) -> Result<Target, TemplateError> {
        if arn.contains(":sqs:") {
            return Ok(Target::Queue(arn.to_owned()));
        }
        let name = arn.rsplit(':').next().unwrap_or_default();
        let function = self.stack.functions.values().find(|function| function.name == name);
        function
            .map(|function| Target::Function(function.package.clone()))
            .ok_or_else(|| TemplateError::at(path, format!("the target {arn} is neither a queue nor a function")))
    }
}
