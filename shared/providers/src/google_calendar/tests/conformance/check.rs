//! One request against the document.

use super::document::{Document, Method};
use super::pairs;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate};
use http::Request;
use serde_json::Value;

/// What a request is found to be.
pub(super) struct Checked {
    /// The method's id, where there is one.
    pub(super) method: Option<String>,
    /// Everything that is not as described.
    pub(super) problems: Vec<String>,
}

/// Checks path, method, parameters and body.
pub(super) fn check(document: &Document, request: &Request<Bytes>) -> Checked {
    let uri = request.uri().to_string();
    let path = uri.strip_prefix(document.base_url()).unwrap_or_default().split('?').next().unwrap_or_default();
    let Some(method) = document.methods().find(|method| method.is(request.method().as_str(), path)) else {
        return Checked { method: None, problems: vec!["there is no such method".to_owned()] };
    };
    let mut problems = query(document, &method, request.uri().query().unwrap_or_default());
    problems.extend(body(document, &method, request.body()));
    Checked { method: Some(method.id().to_owned()), problems }
}

fn query(document: &Document, method: &Method<'_>, query: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen = Vec::new();
    for (name, value) in pairs(query) {
        match document.query_parameter(method, &name) {
            None => problems.push(format!("no parameter {name}")),
            Some(parameter) if seen.contains(&name) && parameter["repeated"] != true => {
                problems.push(format!("{name} is there twice"));
            }
            Some(parameter) => {
                problems.extend(parameter_problem(parameter, &value).map(|is| format!("{name}={value} {is}")))
            }
        }
        seen.push(name);
    }
    problems
}

fn parameter_problem(parameter: &Value, value: &str) -> Option<String> {
    let bound = |name: &str| parameter[name].as_str().and_then(|text| text.parse::<i64>().ok());
    if let Some(values) = parameter["enum"].as_array() {
        return (!values.iter().any(|one| one == value)).then(|| "is none of its values".to_owned());
    }
    match parameter["type"].as_str() {
        Some("boolean") => (!matches!(value, "true" | "false")).then(|| "is no boolean".to_owned()),
        Some("integer") => match value.parse::<i64>() {
            Err(_) => Some("is no integer".to_owned()),
            Ok(number) => {
                let below = bound("minimum").filter(|least| number < *least).map(|least| format!("is below {least}"));
                below.or_else(|| bound("maximum").filter(|most| number > *most).map(|most| format!("is above {most}")))
            }
        },
        _ => format_problem(parameter, value),
    }
}

fn body(document: &Document, method: &Method<'_>, body: &[u8]) -> Vec<String> {
    let schema = &method.0["request"];
    if schema.is_null() {
        return if body.is_empty() { vec![] } else { vec!["a body that is not asked for".to_owned()] };
    }
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return vec!["no body in JSON".to_owned()] };
    let clears = method.0["httpMethod"] == "PATCH";
    let mut problems = Body { document, clears }.problems("", schema, &body);
    problems.extend(required(document.resolve(schema), method.id(), &body));
    problems
}

/// The fields that the description says a method requires, and that are not there.
fn required(schema: &Value, method: &str, body: &Value) -> Vec<String> {
    let fields = schema["properties"].as_object().unwrap().iter();
    let is_required = |field: &Value| {
        field["annotations"]["required"].as_array().is_some_and(|methods| methods.iter().any(|one| one == method))
    };
    let missing = fields.filter(|(name, field)| is_required(field) && body.get(name).is_none());
    missing.map(|(name, _)| format!("{name} is required")).collect()
}

/// A body, in which null may clear what is there.
struct Body<'a> {
    document: &'a Document,
    clears: bool,
}

impl Body<'_> {
    fn problems(&self, at: &str, schema: &Value, value: &Value) -> Vec<String> {
        if is_read_only(schema) {
            return vec![format!("{at} is read-only")];
        }
        let schema = self.document.resolve(schema);
        let kind = schema["type"].as_str().unwrap_or_default();
        match (kind, value) {
            (_, Value::Null) if self.clears => vec![],
            (_, Value::Null) => vec![format!("{at} is null")],
            ("object", Value::Object(fields)) => {
                fields.iter().flat_map(|(name, value)| self.field(at, schema, name, value)).collect()
            }
            ("array", Value::Array(items)) => {
                items.iter().flat_map(|item| self.problems(&format!("{at}[]"), &schema["items"], item)).collect()
            }
            ("string", Value::String(text)) => {
                format_problem(schema, text).map(|is| format!("{at} {is}")).into_iter().collect()
            }
            ("boolean", Value::Bool(_)) | ("any", _) => vec![],
            ("integer", Value::Number(number)) if number.is_i64() => vec![],
            _ => vec![format!("{at} is no {kind}")],
        }
    }

    fn field(&self, at: &str, schema: &Value, name: &str, value: &Value) -> Vec<String> {
        let at = if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        let field = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
        field.map_or_else(|| vec![format!("{at} is not described")], |field| self.problems(&at, field, value))
    }
}

/// The description says so in its texts alone.
fn is_read_only(schema: &Value) -> bool {
    schema["description"].as_str().is_some_and(|text| text.to_lowercase().contains("read-only"))
}

fn format_problem(schema: &Value, text: &str) -> Option<String> {
    let format = schema["format"].as_str()?;
    let fits = match format {
        "date" => text.parse::<NaiveDate>().is_ok(),
        "date-time" => DateTime::parse_from_rfc3339(text).is_ok(),
        "int64" => text.parse::<i64>().is_ok(),
        other => panic!("the description has a new format: {other}"),
    };
    (!fits).then(|| format!("is no {format}"))
}
