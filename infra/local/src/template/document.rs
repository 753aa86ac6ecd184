//! The sections of a template, before anything is resolved.

use super::TemplateError;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use yaml_serde::{Mapping, Value};

/// Top-level keys that are known; of these, `Outputs` and descriptions change nothing here, and neither do `Conditions`:
/// only what is declared and not run may depend on one.
const SECTIONS: [&str; 9] = [
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Metadata",
    "Parameters",
    "Conditions",
    "Globals",
    "Resources",
    "Outputs",
];

/// What a resource may have beside its properties. What happens when it is deleted or replaced changes nothing here.
const ATTRIBUTES: [&str; 7] =
    ["Type", "Condition", "Properties", "Metadata", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"];

/// A template as written.
pub(super) struct Document {
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) globals: BTreeMap<String, Value>,
    pub(super) resources: Vec<Resource>,
}

/// A parameter: its type and the value it has without an override.
pub(super) struct Parameter {
    pub(super) list: bool,
    pub(super) default: Option<String>,
}

/// A resource as written.
pub(super) struct Resource {
    pub(super) logical: String,
    pub(super) kind: String,
    /// Whether it depends on a condition.
    pub(super) conditional: bool,
    pub(super) properties: Value,
    pub(super) metadata: Value,
}

impl Resource {
    pub(super) fn path(&self) -> String {
        format!("Resources.{}", self.logical)
    }
}

/// Takes the text apart.
pub(super) fn parse(text: &str) -> Result<Document, TemplateError> {
    let root: Value = yaml_serde::from_str(text).map_err(|error| TemplateError::Yaml(error.to_string()))?;
    let root = mapping(&root, "template")?;
    for key in root.keys() {
        let key = scalar(key).unwrap_or_default();
        if !SECTIONS.contains(&key.as_str()) {
            return Err(TemplateError::at(key, "this section is not known to the local stack"));
        }
    }
    Ok(Document {
        parameters: section(root, "Parameters")?
            .into_iter()
            .map(|(name, value)| parameter(&name, &value).map(|parameter| (name, parameter)))
            .collect::<Result<_, _>>()?,
        globals: section(root, "Globals")?.into_iter().collect(),
        resources: section(root, "Resources")?
            .into_iter()
            .map(|(logical, value)| resource(logical, &value))
            .collect::<Result<_, _>>()?,
    })
}

fn section(root: &Mapping, name: &str) -> Result<Vec<(String, Value)>, TemplateError> {
    let Some(value) = root.get(name) else { return Ok(Vec::new()) };
    mapping(value, name)?
        .iter()
        .map(|(key, value)| {
            let key = scalar(key).ok_or_else(|| TemplateError::at(name, "a key is not a text"))?;
            Ok((key, value.clone()))
        })
        .collect()
}

fn parameter(name: &str, value: &Value) -> Result<Parameter, TemplateError> {
    let path = format!("Parameters.{name}");
    let map = mapping(value, &path)?;
    let kind = map.get("Type").and_then(scalar).ok_or_else(|| TemplateError::at(&path, "has no Type"))?;
    let list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    Ok(Parameter { list, default: map.get("Default").and_then(scalar) })
}

fn resource(logical: String, value: &Value) -> Result<Resource, TemplateError> {
    let path = format!("Resources.{logical}");
    let map = mapping(value, &path)?;
    let kind = map.get("Type").and_then(scalar).ok_or_else(|| TemplateError::at(&path, "has no Type"))?;
    for key in map.keys().filter_map(scalar) {
        if !ATTRIBUTES.contains(&key.as_str()) {
            return Err(TemplateError::at(format!("{path}.{key}"), "is not known to the local stack"));
        }
    }
    Ok(Resource {
        kind,
        conditional: map.contains_key("Condition"),
        properties: map.get("Properties").cloned().unwrap_or(Value::Mapping(Mapping::new())),
        metadata: map.get("Metadata").cloned().unwrap_or(Value::Null),
        logical,
    })
}

pub(super) fn mapping<'a>(value: &'a Value, path: &str) -> Result<&'a Mapping, TemplateError> {
    value.as_mapping().ok_or_else(|| TemplateError::at(path, "should be a mapping"))
}

/// A scalar as the text that CloudFormation makes of it.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What a resource gets from `Globals`: its own value wins, mappings are merged, lists are joined, as SAM does it.
pub(super) fn merge(globals: &Json, own: Json) -> Json {
    match (globals, own) {
        (Json::Object(globals), Json::Object(own)) => Json::Object(merge_maps(globals, own)),
        (Json::Array(globals), Json::Array(own)) => Json::Array(globals.iter().cloned().chain(own).collect()),
        (_, own) => own,
    }
}

fn merge_maps(globals: &Map<String, Json>, mut own: Map<String, Json>) -> Map<String, Json> {
    for (key, value) in globals {
        let merged = match own.remove(key) {
            Some(mine) => merge(value, mine),
            None => value.clone(),
        };
        own.insert(key.clone(), merged);
    }
    own
}
