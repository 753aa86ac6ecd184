//! Properties as CloudFormation takes them: numbers and booleans may be texts, and a list of one may be a scalar.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::marker::PhantomData;

use super::TemplateError;

/// Reads properties into their type; an unknown one is an error.
pub(super) fn typed<T: DeserializeOwned>(value: Value, path: &str) -> Result<T, TemplateError> {
    serde_json::from_value(value).map_err(|error| TemplateError::at(path, error.to_string()))
}

/// A number, also as a text.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64().map(Some).ok_or_else(|| D::Error::custom("should be a whole number")),
        Value::String(text) => text.parse().map(Some).map_err(|_| D::Error::custom(format!("{text} is not a number"))),
        _ => Err(D::Error::custom("should be a number")),
    }
}

/// A boolean, also as a text.
pub(super) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Bool(value) => Ok(Some(value)),
        Value::String(text) if text == "true" => Ok(Some(true)),
        Value::String(text) if text == "false" => Ok(Some(false)),
        _ => Err(D::Error::custom("should be true or false")),
    }
}

/// A list, or its only member.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    /// The only member.
    One(T),
    /// All members.
    Many(Vec<T>),
}

impl<T> From<OneOrMany<T>> for Vec<T> {
    fn from(value: OneOrMany<T>) -> Self {
        match value {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

/// A property that is allowed and changes nothing on this machine.
#[derive(Debug, Clone, Default)]
pub(super) struct Ignored(PhantomData<()>);

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self(PhantomData))
    }
}
