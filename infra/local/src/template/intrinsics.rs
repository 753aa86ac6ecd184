//! `Ref`, `GetAtt` and `Sub`: a template's values made plain.

use super::TemplateError;
use super::document::scalar;
use super::names::Names;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use yaml_serde::{Mapping, Value};

/// What values may refer to.
pub(super) struct Resolver<'a> {
    /// Parameters and pseudo parameters.
    pub(super) parameters: &'a BTreeMap<String, Json>,
    /// The resources; none while their names are being found.
    pub(super) names: Option<&'a Names>,
}

type Resolved = Result<Json, TemplateError>;

impl Resolver<'_> {
    /// Makes a value plain. `AWS::NoValue` becomes null, and a null member of a mapping or list is left out.
    pub(super) fn resolve(&self, value: &Value, path: &str) -> Resolved {
        match value {
            Value::Null => Ok(Json::Null),
            Value::Bool(value) => Ok(Json::Bool(*value)),
            Value::Number(number) => Ok(number_of(number)),
            Value::String(text) => Ok(Json::String(text.clone())),
            Value::Sequence(items) => self.sequence(items, path),
            Value::Mapping(map) => self.mapping(map, path),
            Value::Tagged(tagged) => {
                let name = tagged.tag.to_string();
                self.call(name.trim_start_matches('!'), &tagged.value, path)
            }
        }
    }

    /// Makes a value plain that must come out as a text.
    pub(super) fn text(&self, value: &Value, path: &str) -> Result<String, TemplateError> {
        as_text(&self.resolve(value, path)?).ok_or_else(|| TemplateError::at(path, "should be a text"))
    }

    fn sequence(&self, items: &[Value], path: &str) -> Resolved {
        let mut resolved = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let value = self.resolve(item, &format!("{path}[{index}]"))?;
            if !value.is_null() {
                resolved.push(value);
            }
        }
        Ok(Json::Array(resolved))
    }

    fn mapping(&self, map: &Mapping, path: &str) -> Resolved {
        if let Some((name, argument)) = long_form(map) {
            return self.call(&name, argument, path);
        }
        let mut resolved = Map::new();
        for (key, value) in map {
            let key = scalar(key).ok_or_else(|| TemplateError::at(path, "a key is not a text"))?;
            let value = self.resolve(value, &format!("{path}.{key}"))?;
            if !value.is_null() {
                resolved.insert(key, value);
            }
        }
        Ok(Json::Object(resolved))
    }

    fn call(&self, function: &str, argument: &Value, path: &str) -> Resolved {
        match function {
            "Ref" => self.reference(&self.text(argument, path)?, path),
            "GetAtt" => self.attribute(argument, path),
            "Sub" => self.sub(argument, path),
            other => Err(TemplateError::at(path, format!("the function {other} is not known to the local stack"))),
        }
    }

    fn reference(&self, name: &str, path: &str) -> Resolved {
        if name == "AWS::NoValue" {
            return Ok(Json::Null);
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        let names = self.names.ok_or_else(|| {
            TemplateError::at(path, format!("refers to {name}; a name may only be made of parameters"))
        })?;
        names
            .reference(name)
            .map(Json::String)
            .ok_or_else(|| TemplateError::at(path, format!("refers to {name}, which does not exist")))
    }

    /// The short form names the attribute behind the first dot; what follows belongs to the attribute.
    fn attribute(&self, argument: &Value, path: &str) -> Resolved {
        let (logical, attribute) = match self.resolve(argument, path)? {
            Json::String(text) => match text.split_once('.') {
                Some((logical, attribute)) => (logical.to_owned(), attribute.to_owned()),
                None => return Err(TemplateError::at(path, format!("GetAtt {text} names no attribute"))),
            },
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(logical), Json::String(attribute)] => (logical.clone(), attribute.clone()),
                _ => return Err(TemplateError::at(path, "GetAtt takes a resource and an attribute")),
            },
            _ => return Err(TemplateError::at(path, "GetAtt takes a resource and an attribute")),
        };
        self.attribute_of(&logical, &attribute, path).map(Json::String)
    }

    fn attribute_of(&self, logical: &str, attribute: &str, path: &str) -> Result<String, TemplateError> {
        let names = self.names.ok_or_else(|| {
            TemplateError::at(path, format!("refers to {logical}; a name may only be made of parameters"))
        })?;
        names
            .attribute(logical, attribute)
            .ok_or_else(|| TemplateError::at(path, format!("refers to {logical}.{attribute}, which does not exist")))
    }

    fn sub(&self, argument: &Value, path: &str) -> Resolved {
        let (template, own) = match argument {
            Value::Sequence(parts) => match parts.as_slice() {
                [template, own] => (self.text(template, path)?, self.resolve(own, path)?),
                _ => return Err(TemplateError::at(path, "Sub takes a text and a mapping")),
            },
            value => (self.text(value, path)?, Json::Null),
        };
        self.fill(&template, &own, path).map(Json::String)
    }

    fn fill(&self, template: &str, own: &Json, path: &str) -> Result<String, TemplateError> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some(start) = rest.find("${") {
            filled.push_str(&rest[..start]);
            let inside = &rest[start + 2..];
            let end = inside.find('}').ok_or_else(|| TemplateError::at(path, "Sub has a ${ without }"))?;
            let name = &inside[..end];
            match name.strip_prefix('!') {
                Some(literal) => filled.push_str(&format!("${{{literal}}}")),
                None => filled.push_str(&self.placeholder(name.trim(), own, path)?),
            }
            rest = &inside[end + 1..];
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn placeholder(&self, name: &str, own: &Json, path: &str) -> Result<String, TemplateError> {
        let value = match own.get(name) {
            Some(value) => value.clone(),
            None => match name.split_once('.') {
                Some((logical, attribute)) => return self.attribute_of(logical, attribute, path),
                None => self.reference(name, path)?,
            },
        };
        as_text(&value).ok_or_else(|| TemplateError::at(path, format!("${{{name}}} is not a text")))
    }
}

/// `{Ref: x}` and `{"Fn::Sub": …}`, the forms without tags.
fn long_form(map: &Mapping) -> Option<(String, &Value)> {
    let (key, value) = map.iter().next().filter(|_| map.len() == 1)?;
    let key = key.as_str()?;
    if key == "Ref" {
        Some((key.to_owned(), value))
    } else {
        key.strip_prefix("Fn::").map(|name| (name.to_owned(), value))
    }
}

fn number_of(number: &yaml_serde::Number) -> Json {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => Json::from(whole),
        (None, Some(fraction)) => Json::from(fraction),
        (None, None) => Json::Null,
    }
}

/// A scalar as text.
pub(super) fn as_text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
