//! Tables from a template: made once, kept afterwards, with later indexes added.

use super::operations;
use crate::AwsError;
use dynoxide::Database;
use serde_json::{Map, Value, json};

/// What of a table's properties concerns its behaviour. `CreateTable` has the same names.
const PROPERTIES: [&str; 6] = [
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "StreamSpecification",
];

pub(super) fn create_table(database: &Database, properties: &Value) -> Result<bool, AwsError> {
    let name = properties["TableName"].as_str().ok_or_else(|| AwsError::validation("a table needs a TableName"))?;
    let created = match describe(database, name) {
        Ok(table) => adapt(database, &table, properties).map(|()| false)?,
        Err(error) if error.code == "ResourceNotFoundException" => make(database, properties).map(|()| true)?,
        Err(error) => return Err(error),
    };
    apply_ttl(database, name, properties)?;
    Ok(created)
}

fn run(database: &Database, operation: &str, request: &Value) -> Result<String, AwsError> {
    operations::run(database, operation, &request.to_string())
}

fn describe(database: &Database, name: &str) -> Result<Value, AwsError> {
    let answer = run(database, "DescribeTable", &json!({"TableName": name}))?;
    let mut answer: Value = serde_json::from_str(&answer).map_err(AwsError::internal)?;
    Ok(answer["Table"].take())
}

fn make(database: &Database, properties: &Value) -> Result<(), AwsError> {
    let mut request = Map::new();
    request.insert("BillingMode".to_owned(), json!("PAY_PER_REQUEST"));
    for name in PROPERTIES {
        if let Some(value) = properties.get(name) {
            request.insert(name.to_owned(), value.clone());
        }
    }
    run(database, "CreateTable", &Value::Object(request)).map(drop)
}

/// Keys cannot change; indexes can be added.
fn adapt(database: &Database, table: &Value, properties: &Value) -> Result<(), AwsError> {
    let name = &properties["TableName"];
    if table["KeySchema"] != properties["KeySchema"] {
        return Err(AwsError::validation(format!("the table {name} exists with other keys")));
    }
    let existing: Vec<&Value> = indexes(table).iter().map(|index| &index["IndexName"]).collect();
    for index in indexes(properties).iter().filter(|index| !existing.contains(&&index["IndexName"])) {
        let request = json!({
            "TableName": name,
            "AttributeDefinitions": properties["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [{"Create": index}],
        });
        run(database, "UpdateTable", &request)?;
    }
    Ok(())
}

fn indexes(table: &Value) -> &[Value] {
    table["GlobalSecondaryIndexes"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Setting what is set already is an error in DynamoDB, so it is read first.
fn apply_ttl(database: &Database, name: &str, properties: &Value) -> Result<(), AwsError> {
    let Some(specification) = properties.get("TimeToLiveSpecification") else { return Ok(()) };
    let current = run(database, "DescribeTimeToLive", &json!({"TableName": name}))?;
    let current: Value = serde_json::from_str(&current).map_err(AwsError::internal)?;
    let enabled = current["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED";
    if specification["Enabled"] == json!(enabled) {
        return Ok(());
    }
    let request = json!({"TableName": name, "TimeToLiveSpecification": specification});
    run(database, "UpdateTimeToLive", &request).map(drop)
}
