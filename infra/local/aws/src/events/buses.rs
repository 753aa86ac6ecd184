//! Event buses, as far as a template needs them.

use super::Events;
use crate::AwsError;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    #[serde(default)]
    name_prefix: String,
}

/// 1 to 256 of `A-Z a-z 0-9 . - _ /` (CreateEventBus, parameter Name).
pub(super) fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_/".contains(c);
    if (1..=256).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(AwsError::validation(format!("{name:?} is not a name for an event bus.")))
}

pub(super) fn create(events: &Events, request: &Named) -> Result<Value, AwsError> {
    let name = request.name.as_deref().unwrap_or_default();
    check_name(name)?;
    if events.lock().buses.insert(name.to_owned()) {
        return Ok(json!({"EventBusArn": events.bus_arn(name)}));
    }
    Err(AwsError::client("ResourceAlreadyExistsException", format!("Event bus {name} already exists.")))
}

pub(super) fn describe(events: &Events, request: &Named) -> Result<Value, AwsError> {
    let name = request.name.as_deref().unwrap_or("default");
    if events.lock().buses.contains(name) {
        return Ok(json!({"Name": name, "Arn": events.bus_arn(name)}));
    }
    Err(AwsError::client("ResourceNotFoundException", format!("Event bus {name} does not exist.")))
}

pub(super) fn list(events: &Events, request: &List) -> Result<Value, AwsError> {
    let state = events.lock();
    let listed = state.buses.iter().filter(|name| name.starts_with(&request.name_prefix));
    let buses: Vec<Value> = listed.map(|name| json!({"Name": name, "Arn": events.bus_arn(name)})).collect();
    Ok(json!({"EventBuses": buses}))
}

/// Deleting what does not exist succeeds; the default bus stays.
pub(super) fn delete(events: &Events, request: &Named) -> Result<Value, AwsError> {
    let name = request.name.as_deref().unwrap_or_default();
    if name == "default" {
        return Err(AwsError::validation("Cannot delete event bus default."));
    }
    events.lock().buses.remove(name);
    Ok(json!({}))
}
