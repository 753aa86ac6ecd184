//! Update and condition expressions, with their placeholders numbered by themselves.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update as SdkUpdate};
use serde::Serialize;
use std::collections::HashMap;

use super::keys::Key;
use super::table::StoreError;

/// An item as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// A condition on the item that is written.
#[derive(Debug, Clone)]
pub(super) enum When {
    Exists(&'static str),
    Absent(&'static str),
    Equals(&'static str, AttributeValue),
    Differs(&'static str, AttributeValue),
    Below(&'static str, AttributeValue),
    All(Vec<When>),
    Any(Vec<When>),
}

/// Names and values of one expression.
#[derive(Debug, Default, Clone)]
struct Placeholders {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Placeholders {
    fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#{attribute}");
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// DynamoDB refuses redundant parentheses: only a group inside another one has any.
    fn condition(&mut self, when: When) -> String {
        match when {
            When::Exists(attribute) => format!("attribute_exists({})", self.name(attribute)),
            When::Absent(attribute) => format!("attribute_not_exists({})", self.name(attribute)),
            When::Equals(attribute, value) => format!("{} = {}", self.name(attribute), self.value(value)),
            When::Differs(attribute, value) => format!("{} <> {}", self.name(attribute), self.value(value)),
            When::Below(attribute, value) => format!("{} < {}", self.name(attribute), self.value(value)),
            When::All(parts) => self.join(parts, " AND "),
            When::Any(parts) => self.join(parts, " OR "),
        }
    }

    fn join(&mut self, parts: Vec<When>, with: &str) -> String {
        let parts: Vec<String> = parts
            .into_iter()
            .map(|part| {
                let group = matches!(&part, When::All(inner) | When::Any(inner) if inner.len() > 1);
                let text = self.condition(part);
                if group { format!("({text})") } else { text }
            })
            .collect();
        parts.join(with)
    }
}

/// An update of some attributes of one item.
#[derive(Debug, Clone)]
pub(super) struct Update {
    key: Key,
    placeholders: Placeholders,
    sets: Vec<String>,
    removes: Vec<String>,
    when: Vec<When>,
}

impl Update {
    pub(super) fn of(key: Key) -> Self {
        Self { key, placeholders: Placeholders::default(), sets: Vec::new(), removes: Vec::new(), when: Vec::new() }
    }

    pub(super) fn set(mut self, attribute: &str, value: AttributeValue) -> Self {
        let name = self.placeholders.name(attribute);
        let value = self.placeholders.value(value);
        self.sets.push(format!("{name} = {value}"));
        self
    }

    pub(super) fn remove(mut self, attribute: &str) -> Self {
        let name = self.placeholders.name(attribute);
        self.removes.push(name);
        self
    }

    /// Sets what is there, removes what is not.
    pub(super) fn set_or_remove(self, attribute: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(attribute, value),
            None => self.remove(attribute),
        }
    }

    /// Adds to a number that starts at zero.
    pub(super) fn add(mut self, attribute: &str, amount: i64) -> Self {
        let name = self.placeholders.name(attribute);
        let zero = self.placeholders.value(number(0));
        let amount = self.placeholders.value(number(amount));
        self.sets.push(format!("{name} = if_not_exists({name}, {zero}) + {amount}"));
        self
    }

    pub(super) fn when(mut self, when: When) -> Self {
        self.when.push(when);
        self
    }

    /// Key, update expression, condition, names, values.
    pub(super) fn render(mut self) -> Rendered {
        let condition = match self.when.len() {
            0 => None,
            _ => Some(self.placeholders.join(std::mem::take(&mut self.when), " AND ")),
        };
        let mut expression = String::new();
        if !self.sets.is_empty() {
            expression = format!("SET {}", self.sets.join(", "));
        }
        if !self.removes.is_empty() {
            expression = format!("{expression} REMOVE {}", self.removes.join(", "));
        }
        let Placeholders { names, values } = self.placeholders;
        Rendered { key: self.key.into_item(), expression, condition, names, values: some(values) }
    }

    pub(super) fn into_write(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let rendered = self.render();
        let update = SdkUpdate::builder()
            .table_name(table)
            .set_key(Some(rendered.key))
            .update_expression(rendered.expression)
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(Some(rendered.names))
            .set_expression_attribute_values(rendered.values)
            .build()
            .map_err(StoreError::ours)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// An update as the SDK takes it.
pub(super) struct Rendered {
    pub(super) key: Item,
    pub(super) expression: String,
    pub(super) condition: Option<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Option<HashMap<String, AttributeValue>>,
}

fn some<K, V>(map: HashMap<K, V>) -> Option<HashMap<K, V>> {
    (!map.is_empty()).then_some(map)
}

/// A condition alone, with its names and values.
pub(super) type Condition = (String, HashMap<String, String>, Option<HashMap<String, AttributeValue>>);

pub(super) fn condition(when: When) -> Condition {
    let mut placeholders = Placeholders::default();
    let expression = placeholders.condition(when);
    (expression, placeholders.names, some(placeholders.values))
}

/// Puts a whole item in a transaction.
pub(super) fn put(table: &str, item: Item, when: Option<When>) -> Result<TransactWriteItem, StoreError> {
    let mut put = Put::builder().table_name(table).set_item(Some(item));
    if let Some(when) = when {
        let (expression, names, values) = condition(when);
        put = put
            .condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values);
    }
    Ok(TransactWriteItem::builder().put(put.build().map_err(StoreError::ours)?).build())
}

/// Deletes an item in a transaction.
pub(super) fn delete(table: &str, key: Key, when: Option<When>) -> Result<TransactWriteItem, StoreError> {
    let mut delete = Delete::builder().table_name(table).set_key(Some(key.into_item()));
    if let Some(when) = when {
        let (expression, names, values) = condition(when);
        delete = delete
            .condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values);
    }
    Ok(TransactWriteItem::builder().delete(delete.build().map_err(StoreError::ours)?).build())
}

/// Checks an item in a transaction without writing it.
pub(super) fn check(table: &str, key: Key, when: When) -> Result<TransactWriteItem, StoreError> {
    let (expression, names, values) = condition(when);
    let check = ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(key.into_item()))
        .condition_expression(expression)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(values)
        .build()
        .map_err(StoreError::ours)?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

/// A number.
pub(super) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A text.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// An instant, in milliseconds.
pub(super) fn instant(value: chrono::DateTime<chrono::Utc>) -> AttributeValue {
    number(value.timestamp_millis())
}

/// Anything that serde knows.
pub(super) fn any(value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(StoreError::ours)
}
