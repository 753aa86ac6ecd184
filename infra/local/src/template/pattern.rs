//! Event patterns of EventBridge: the operators that rules of this product may use.

use serde_json::Value;

/// Which events a rule wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Value);

impl Pattern {
    /// Takes a pattern, if every operator in it is known here: exact values, `prefix`, `exists`, `anything-but`.
    pub fn new(pattern: Value) -> Result<Self, String> {
        check(&pattern)?;
        Ok(Self(pattern))
    }

    /// Whether the rule wants this event.
    pub fn wants(&self, event: &Value) -> bool {
        matches(&self.0, Some(event))
    }
}

fn check(pattern: &Value) -> Result<(), String> {
    match pattern {
        Value::Object(fields) => fields.values().try_for_each(check),
        Value::Array(alternatives) => alternatives.iter().try_for_each(check_alternative),
        _ => Err("a pattern is made of mappings and lists".to_owned()),
    }
}

fn check_alternative(alternative: &Value) -> Result<(), String> {
    let Value::Object(operator) = alternative else { return Ok(()) };
    match operator.keys().next().map(String::as_str) {
        Some("prefix" | "exists" | "anything-but") if operator.len() == 1 => Ok(()),
        other => Err(format!("the operator {} is not known to the local stack", other.unwrap_or("{}"))),
    }
}

fn matches(pattern: &Value, value: Option<&Value>) -> bool {
    match pattern {
        Value::Object(fields) => {
            fields.iter().all(|(name, pattern)| matches(pattern, value.and_then(|value| value.get(name))))
        }
        Value::Array(alternatives) => alternatives.iter().any(|alternative| one(alternative, value)),
        _ => false,
    }
}

/// A list in the event matches when one of its members does.
fn one(alternative: &Value, value: Option<&Value>) -> bool {
    match (alternative, value) {
        (Value::Object(operator), value) => operator.iter().all(|(name, wanted)| operate(name, wanted, value)),
        (exact, Some(Value::Array(members))) => members.contains(exact),
        (exact, Some(value)) => exact == value,
        (_, None) => false,
    }
}

fn operate(operator: &str, wanted: &Value, value: Option<&Value>) -> bool {
    match operator {
        "exists" => wanted.as_bool() == Some(value.is_some()),
        "prefix" => match (wanted.as_str(), value.and_then(Value::as_str)) {
            (Some(prefix), Some(text)) => text.starts_with(prefix),
            _ => false,
        },
        "anything-but" => value.is_some_and(|value| match wanted {
            Value::Array(unwanted) => !unwanted.contains(value),
            unwanted => unwanted != value,
        }),
        _ => false,
    }
}
