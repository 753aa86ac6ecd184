//! Which IAM actions on which resources an operation needs.

use super::{Service, Target};
use serde_json::Value;

pub(super) fn targets(service: Service, operation: &str, body: &Value) -> Vec<Target> {
    let found = match service {
        Service::DynamoDb => dynamodb(operation, body),
        Service::SecretsManager => vec![target(operation, first_text(body, &["SecretId", "Name"]))],
        Service::EventBridge => event_bridge(operation, body),
        Service::Sqs => vec![sqs(operation, body)],
    };
    if found.is_empty() { vec![target(operation, "")] } else { found }
}

fn dynamodb(operation: &str, body: &Value) -> Vec<Target> {
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            entries(body, "TransactItems").iter().filter_map(transaction_part).collect()
        }
        "BatchGetItem" | "BatchWriteItem" => tables(body).map(|table| target(operation, table_name(table))).collect(),
        _ => vec![single_table(operation, body)],
    }
}

/// `{"Put": {"TableName": …}}` needs `PutItem`; `ConditionCheck` needs `ConditionCheckItem`.
fn transaction_part(part: &Value) -> Option<Target> {
    let (verb, request) = part.as_object()?.iter().next()?;
    Some(target(&format!("{verb}Item"), table_name(text(request, "TableName"))))
}

fn tables(body: &Value) -> impl Iterator<Item = &str> {
    body.get("RequestItems").and_then(Value::as_object).into_iter().flat_map(|tables| tables.keys().map(String::as_str))
}

fn single_table(operation: &str, body: &Value) -> Target {
    let table = table_name(first_text(body, &["TableName", "ResourceArn"]));
    match text(body, "IndexName") {
        "" => target(operation, table),
        index => target(operation, &format!("{table}/index/{index}")),
    }
}

/// A table may be named by its ARN.
fn table_name(table: &str) -> &str {
    table.split_once(":table/").map_or(table, |(_, name)| name)
}

fn event_bridge(operation: &str, body: &Value) -> Vec<Target> {
    if operation != "PutEvents" {
        return vec![target(operation, text(body, "Name"))];
    }
    let mut buses: Vec<&str> = entries(body, "Entries")
        .iter()
        .map(|entry| match text(entry, "EventBusName") {
            "" => "default",
            bus => bus,
        })
        .collect();
    buses.sort_unstable();
    buses.dedup();
    buses.into_iter().map(|bus| target(operation, bus)).collect()
}

/// The batch operations have no actions of their own in IAM.
fn sqs(operation: &str, body: &Value) -> Target {
    let queue = match text(body, "QueueUrl") {
        "" => text(body, "QueueName"),
        url => url.rsplit('/').next().unwrap_or(url),
    };
    target(operation.strip_suffix("Batch").unwrap_or(operation), queue)
}

fn target(action: &str, resource: &str) -> Target {
    Target { action: action.to_owned(), resource: resource.to_owned() }
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn first_text<'a>(body: &'a Value, names: &[&str]) -> &'a str {
    names.iter().map(|name| text(body, name)).find(|found| !found.is_empty()).unwrap_or_default()
}

fn entries<'a>(body: &'a Value, name: &str) -> &'a [Value] {
    body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
