//! What an entry of `PutEvents` must be.

use super::put::Entry;
use serde_json::Value;

pub(super) struct EntryError {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl EntryError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

pub(super) struct Checked {
    pub(super) bus: String,
    pub(super) source: String,
    pub(super) detail_type: String,
    pub(super) detail: Value,
    pub(super) resources: Vec<String>,
    pub(super) time: Option<f64>,
}

pub(super) fn check(entry: Entry) -> Result<Checked, EntryError> {
    let source = required(entry.source, "Source")?;
    let detail_type = required(entry.detail_type, "DetailType")?;
    let detail = required(entry.detail, "Detail")?;
    if source.starts_with("aws.") {
        return Err(EntryError::new(
            "NotAuthorizedForSourceException",
            format!("Not authorized for the source {source}."),
        ));
    }
    let detail = object(&detail).ok_or_else(|| EntryError::new("MalformedDetail", "Detail is malformed."))?;
    let bus = entry.event_bus_name.filter(|name| !name.is_empty()).unwrap_or_else(|| "default".to_owned());
    Ok(Checked {
        bus: bus_name(&bus).to_owned(),
        source,
        detail_type,
        detail,
        resources: entry.resources,
        time: entry.time,
    })
}

/// A bus may be named by its ARN.
fn bus_name(bus: &str) -> &str {
    bus.split_once(":event-bus/").map_or(bus, |(_, name)| name)
}

fn required(value: Option<String>, name: &str) -> Result<String, EntryError> {
    value.filter(|text| !text.is_empty()).ok_or_else(|| {
        EntryError::new(
            "InvalidArgument",
            format!("Parameter {name} is not valid. Reason: {name} is a required argument."),
        )
    })
}

fn object(detail: &str) -> Option<Value> {
    serde_json::from_str(detail).ok().filter(Value::is_object)
}

/// As the user guide counts ("Calculating PutEvents event entry size"): 14 bytes for the time, and the
/// texts in UTF-8.
pub(super) fn size(entry: &Entry) -> usize {
    let text = |value: &Option<String>| value.as_ref().map_or(0, String::len);
    let time = if entry.time.is_some() { 14 } else { 0 };
    let resources: usize = entry.resources.iter().map(String::len).sum();
    time + text(&entry.source) + text(&entry.detail_type) + text(&entry.detail) + resources
}
