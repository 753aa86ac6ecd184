//! The parameter `filtering` of lists of leads.

use serde::Deserialize;
use serde_json::Value;

use super::{call::Call, errors::GraphError};

#[derive(Deserialize)]
struct Condition {
    field: String,
    operator: String,
    value: Value,
}

/// What holds for every lead of the list.
pub(crate) struct Filters(Vec<(Comparison, i64)>);

#[derive(Clone, Copy)]
enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Filters {
    /// `[{"field":"time_created","operator":"GREATER_THAN","value":<Unix seconds>}]`
    pub(crate) fn of(call: &Call) -> Result<Self, GraphError> {
        let Some(text) = call.one("filtering") else { return Ok(Self(Vec::new())) };
        let conditions: Vec<Condition> =
            serde_json::from_str(text).map_err(|_| GraphError::parameter("Param filtering must be an array"))?;
        conditions.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn keep(&self, created: i64) -> bool {
        self.0.iter().all(|(comparison, value)| match comparison {
            Comparison::Greater => created > *value,
            Comparison::GreaterOrEqual => created >= *value,
            Comparison::Less => created < *value,
            Comparison::LessOrEqual => created <= *value,
        })
    }
}

fn read(condition: &Condition) -> Result<(Comparison, i64), GraphError> {
    if condition.field != "time_created" {
        return Err(GraphError::parameter(format!("Filtering field {} is not supported", condition.field)));
    }
    let comparison = match condition.operator.as_str() {
        "GREATER_THAN" => Comparison::Greater,
        "GREATER_THAN_OR_EQUAL" => Comparison::GreaterOrEqual,
        "LESS_THAN" => Comparison::Less,
        "LESS_THAN_OR_EQUAL" => Comparison::LessOrEqual,
        other => return Err(GraphError::parameter(format!("Filtering operator {other} is not supported"))),
    };
    let value = condition.value.as_i64().or_else(|| condition.value.as_str()?.parse().ok());
    let value = value.ok_or_else(|| GraphError::parameter("Filtering value must be a Unix time"))?;
    Ok((comparison, value))
}
