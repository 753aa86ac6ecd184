//! Answers made of the document.

use super::document::Document;
use serde_json::{Map, Value, json};

/// An answer with every field, down to the last one.
pub(super) fn full(document: &Document, schema: &str) -> Value {
    value(document, document.schema(schema))
}

/// Answers with every field, with each of them alone, and with what is promised, which is nothing: the description
/// requires no field of any answer.
pub(super) fn of(document: &Document, schema: &str) -> Vec<Value> {
    let full = full(document, schema);
    let fields = full.as_object().unwrap().iter();
    let mut answers: Vec<Value> = fields.map(|(name, value)| json!({ name: value })).collect();
    answers.extend([full, json!({})]);
    answers
}

fn value(document: &Document, schema: &Value) -> Value {
    let schema = document.resolve(schema);
    match schema["type"].as_str().unwrap() {
        "object" => object(document, schema),
        // One item with everything, and one with nothing.
        "array" => match value(document, &schema["items"]) {
            full @ Value::Object(_) => json!([full, {}]),
            other => json!([other]),
        },
        "boolean" => json!(true),
        "integer" => json!(2_147_483_647),
        "any" => json!({ "any": ["thing"] }),
        "string" => json!(text(schema)),
        other => panic!("the description has a new type: {other}"),
    }
}

fn object(document: &Document, schema: &Value) -> Value {
    let mut fields = Map::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        fields.insert(name.clone(), value(document, field));
    }
    if let Some(any) = schema.get("additionalProperties") {
        fields.insert("anyName".to_owned(), value(document, any));
    }
    Value::Object(fields)
}

fn text(schema: &Value) -> &'static str {
    match schema["format"].as_str() {
        Some("date") => "2026-11-23",
        Some("date-time") => "2026-11-23T09:00:00.000Z",
        Some("int64") => "1796025600000",
        _ => "text",
    }
}
