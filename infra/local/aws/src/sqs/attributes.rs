//! A queue's attributes: which there are, their ranges and defaults (SetQueueAttributes).

use super::errors::{invalid_attribute, invalid_value};
use crate::AwsError;
use serde_json::Value;
use std::collections::BTreeMap;

/// Name, least, most, default.
const NUMBERS: [(&str, i64, i64, i64); 5] = [
    ("DelaySeconds", 0, 900, 0),
    ("MaximumMessageSize", 1_024, 1_048_576, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("VisibilityTimeout", 0, 43_200, 30),
];

/// Kept and given back, without effect here.
const PASSIVE: [&str; 5] =
    ["Policy", "RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"];

/// The attributes that were set; the rest have their defaults.
pub(super) type Attributes = BTreeMap<String, String>;

/// Where messages go that were received too often.
pub(super) struct Redrive {
    pub(super) target: String,
    pub(super) most_receives: i64,
}

/// Refuses unknown names, values out of range, and what only FIFO queues have.
pub(super) fn check(attributes: &Attributes) -> Result<(), AwsError> {
    for (name, value) in attributes {
        if let Some((_, least, most, _)) = NUMBERS.iter().find(|(known, ..)| known == name) {
            let number: Option<i64> = value.parse().ok();
            number.filter(|number| (least..=most).contains(&number)).ok_or_else(|| invalid_attribute(name))?;
        } else if name == "FifoQueue" {
            return Err(AwsError::client("UnsupportedOperation", "The embedded SQS has standard queues only."));
        } else if name != "RedrivePolicy" && !PASSIVE.contains(&name.as_str()) {
            return Err(AwsError::client("InvalidAttributeName", format!("Unknown Attribute {name}.")));
        }
    }
    redrive(attributes).map(drop)
}

/// A number in the unit of its name: seconds or bytes.
pub(super) fn number(attributes: &Attributes, name: &str) -> i64 {
    let default = NUMBERS.iter().find(|(known, ..)| *known == name).map_or(0, |(.., default)| *default);
    attributes.get(name).and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The same in milliseconds, for attributes in seconds.
pub(super) fn millis(attributes: &Attributes, name: &str) -> i64 {
    number(attributes, name) * 1000
}

/// `{"deadLetterTargetArn": "arn:…:name", "maxReceiveCount": 5}`; the count may be a text.
pub(super) fn redrive(attributes: &Attributes) -> Result<Option<Redrive>, AwsError> {
    let Some(policy) = attributes.get("RedrivePolicy").filter(|policy| !policy.is_empty()) else { return Ok(None) };
    parse_redrive(policy).map(Some).ok_or_else(|| {
        invalid_value("RedrivePolicy", "it needs deadLetterTargetArn, and maxReceiveCount from 1 to 1000.")
    })
}

fn parse_redrive(policy: &str) -> Option<Redrive> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let target = policy["deadLetterTargetArn"].as_str()?.rsplit(':').next()?.to_owned();
    let count = &policy["maxReceiveCount"];
    let most_receives = count.as_i64().or_else(|| count.as_str()?.parse().ok())?;
    ((1..=1000).contains(&most_receives) && !target.is_empty()).then_some(Redrive { target, most_receives })
}

/// All attributes with their defaults, as `GetQueueAttributes` gives them.
pub(super) fn with_defaults(attributes: &Attributes) -> Attributes {
    let mut all: Attributes =
        NUMBERS.iter().map(|(name, _, _, default)| ((*name).to_owned(), default.to_string())).collect();
    all.insert("SqsManagedSseEnabled".to_owned(), "true".to_owned());
    all.extend(attributes.clone());
    all
}
