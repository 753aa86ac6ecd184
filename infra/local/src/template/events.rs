//! The events of a SAM function: routes, schedules, queues and rules.

use super::fields::{Ignored, OneOrMany, boolean, number, typed};
use super::resources;
use super::{Event, Pattern, QueueSource, Route, RouteAuth, Rule, Schedule, ScheduleKind, Target, TemplateError};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// What an event is read against.
pub(super) struct Context<'a> {
    /// The function's package.
    pub(super) function: &'a str,
    /// What a route gets that says nothing about its authorizer.
    pub(super) auth: &'a resources::Auth,
    /// The function's logical id.
    pub(super) logical: &'a str,
}

/// Lambda may start more; on one machine this many invocations of a source are plenty.
const CONCURRENCY: u64 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct HttpApi {
    method: String,
    path: String,
    #[serde(default)]
    auth: RouteAuthProperties,
    #[serde(default, rename = "ApiId")]
    _api: Ignored,
    #[serde(default, rename = "PayloadFormatVersion")]
    _version: Ignored,
    #[serde(default, rename = "TimeoutInMillis")]
    _timeout: Ignored,
    #[serde(default, rename = "RouteSettings")]
    _settings: Ignored,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RouteAuthProperties {
    authorizer: Option<String>,
    authorization_scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ScheduleProperties {
    #[serde(alias = "Schedule")]
    schedule_expression: String,
    name: Option<String>,
    input: Option<String>,
    #[serde(default, deserialize_with = "boolean")]
    enabled: Option<bool>,
    state: Option<String>,
    #[serde(default, rename = "Description")]
    _description: Ignored,
    #[serde(default, rename = "RetryPolicy")]
    _retry: Ignored,
    #[serde(default, rename = "DeadLetterConfig")]
    _dead_letters: Ignored,
    #[serde(default, rename = "FlexibleTimeWindow")]
    _window: Ignored,
    #[serde(default, rename = "PermissionsBoundary")]
    _boundary: Ignored,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Sqs {
    queue: String,
    #[serde(default, deserialize_with = "number")]
    batch_size: Option<u64>,
    #[serde(default)]
    function_response_types: OneOrMany<String>,
    #[serde(default)]
    scaling_config: ScalingConfig,
    #[serde(default, deserialize_with = "boolean")]
    enabled: Option<bool>,
    #[serde(default, rename = "MaximumBatchingWindowInSeconds")]
    _window: Ignored,
    #[serde(default, rename = "MetricsConfig")]
    _metrics: Ignored,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ScalingConfig {
    #[serde(default, deserialize_with = "number")]
    maximum_concurrency: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct EventBridgeRule {
    pattern: Value,
    event_bus_name: Option<String>,
    rule_name: Option<String>,
    state: Option<String>,
    #[serde(default, rename = "RetryPolicy")]
    _retry: Ignored,
    #[serde(default, rename = "DeadLetterConfig")]
    _dead_letters: Ignored,
}

/// Reads one event.
pub(super) fn read(
    name: &str,
    event: resources::Event,
    context: &Context<'_>,
    path: &str,
) -> Result<Event, TemplateError> {
    let inside = format!("{path}.Properties");
    let properties = event.properties;
    match event.kind.as_str() {
        "HttpApi" => route(typed(properties, &inside)?, context, &inside).map(Event::Route),
        "Schedule" => schedule(name, typed(properties, &inside)?, ScheduleKind::Rule, context, &inside),
        "ScheduleV2" => schedule(name, typed(properties, &inside)?, ScheduleKind::Scheduler, context, &inside),
        "SQS" => Ok(Event::Queue(source(typed(properties, &inside)?, context))),
        "EventBridgeRule" => rule(name, typed(properties, &inside)?, context, &inside).map(Event::Rule),
        other => Err(TemplateError::at(path, format!("events of type {other} are not known to the local stack"))),
    }
}

fn route(event: HttpApi, context: &Context<'_>, path: &str) -> Result<Route, TemplateError> {
    let named = event.auth.authorizer.or_else(|| context.auth.default_authorizer.clone());
    let auth = match named.as_deref() {
        None | Some("NONE") => RouteAuth::Public,
        Some(name) => {
            let authorizer = context
                .auth
                .authorizers
                .get(name)
                .ok_or_else(|| TemplateError::at(path, format!("the authorizer {name} does not exist")))?;
            let scopes = event.auth.authorization_scopes.unwrap_or_else(|| authorizer.authorization_scopes.clone());
            RouteAuth::Jwt { scopes }
        }
    };
    let method = event.method.to_uppercase();
    Ok(Route { method, path: event.path, function: context.function.to_owned(), auth })
}

fn schedule(
    name: &str,
    event: ScheduleProperties,
    kind: ScheduleKind,
    context: &Context<'_>,
    path: &str,
) -> Result<Event, TemplateError> {
    let every = rate(&event.schedule_expression).ok_or_else(|| {
        let expression = &event.schedule_expression;
        TemplateError::at(path, format!("{expression} is not a rate(…), the only kind the local stack knows"))
    })?;
    let input = event.input.map(|input| {
        serde_json::from_str(&input).map_err(|error| TemplateError::at(path, format!("Input is not JSON: {error}")))
    });
    Ok(Event::Schedule(Schedule {
        name: event.name.unwrap_or_else(|| format!("{}{name}", context.logical)),
        event: name.to_owned(),
        every,
        function: context.function.to_owned(),
        input: input.transpose()?,
        enabled: event.enabled.unwrap_or(true) && event.state.as_deref() != Some("DISABLED"),
        kind,
    }))
}

/// `rate(1 minute)`, `rate(5 minutes)`, hours and days likewise.
fn rate(expression: &str) -> Option<Duration> {
    let inside = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (count, unit) = inside.split_once(' ')?;
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    let seconds = match unit {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(count * seconds))
}

fn source(event: Sqs, context: &Context<'_>) -> QueueSource {
    let responses: Vec<String> = event.function_response_types.into();
    QueueSource {
        queue: event.queue,
        function: context.function.to_owned(),
        // SQS hands out at most ten at a time, and Lambda's default is ten too.
        batch: event.batch_size.unwrap_or(10).clamp(1, 10) as u32,
        partial: responses.iter().any(|response| response == "ReportBatchItemFailures"),
        concurrency: event.scaling_config.maximum_concurrency.unwrap_or(CONCURRENCY).clamp(1, 1_000) as u32,
        enabled: event.enabled.unwrap_or(true),
    }
}

fn rule(name: &str, event: EventBridgeRule, context: &Context<'_>, path: &str) -> Result<Rule, TemplateError> {
    Ok(Rule {
        name: event.rule_name.unwrap_or_else(|| format!("{}{name}", context.logical)),
        bus: event.event_bus_name.unwrap_or_else(|| "default".to_owned()),
        pattern: Pattern::new(event.pattern).map_err(|problem| TemplateError::at(path, problem))?,
        targets: vec![Target::Function(context.function.to_owned())],
        enabled: event.state.as_deref() != Some("DISABLED"),
    })
}
