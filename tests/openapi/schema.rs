//! As much of JSON Schema as the document uses. A keyword that is not known here fails the test, so that none is
//! passed over in silence.

use serde_json::Value;
use std::collections::BTreeSet;

/// Keywords that restrict nothing here.
const NOTES: [&str; 5] = ["$schema", "$defs", "description", "default", "title"];

/// A document with schemas: an OpenAPI document, or a schema with its own `$defs`.
pub(crate) struct Document(pub(crate) Value);

impl Document {
    pub(crate) fn generated() -> Self {
        Self(shared::api::openapi::document())
    }

    /// What a `$ref` leads to.
    pub(crate) fn resolve(&self, reference: &str) -> Option<&Value> {
        self.0.pointer(reference.strip_prefix('#')?)
    }

    /// Every `$ref`.
    pub(crate) fn references(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        collect(&self.0, &mut found);
        found
    }

    /// What is wrong with a value, for a document that is one schema.
    pub(crate) fn wrong_for_all(&self, value: &Value) -> Vec<String> {
        self.wrong(&self.0, value)
    }

    /// What is wrong with a value; nothing when it fits the schema.
    pub(crate) fn wrong(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        self.check(schema, value, "$", &mut wrong);
        wrong
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        self.wrong(schema, value).is_empty()
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        let Some(schema) = schema.as_object() else { return };
        for (keyword, rule) in schema {
            let holds = match keyword.as_str() {
                "$ref" => {
                    let target = rule.as_str().and_then(|reference| self.resolve(reference));
                    self.check(target.expect("a reference that resolves"), value, at, wrong);
                    true
                }
                "type" => list(rule).iter().any(|kind| is(kind, value)),
                "const" => rule == value,
                "enum" => list(rule).contains(value),
                "oneOf" => list(rule).iter().filter(|one| self.fits(one, value)).count() == 1,
                "anyOf" => list(rule).iter().any(|one| self.fits(one, value)),
                "required" => list(rule).iter().all(|name| name.as_str().is_some_and(|name| value.get(name).is_some())),
                "properties" => {
                    for (name, rule) in rule.as_object().expect("properties") {
                        if let Some(value) = value.get(name) {
                            self.check(rule, value, &format!("{at}.{name}"), wrong);
                        }
                    }
                    true
                }
                "additionalProperties" => self.no_more(schema, rule, value, at, wrong),
                "items" => {
                    for (n, value) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, value, &format!("{at}[{n}]"), wrong);
                    }
                    true
                }
                "uniqueItems" => *rule != true || value.as_array().is_none_or(|items| all_different(items)),
                "minimum" => value.as_f64().is_none_or(|it| it >= rule.as_f64().unwrap_or(f64::INFINITY)),
                "maximum" => value.as_f64().is_none_or(|it| it <= rule.as_f64().unwrap_or(f64::NEG_INFINITY)),
                "format" => value.as_str().is_none_or(|text| has_format(rule, text)),
                note if NOTES.contains(&note) => true,
                unknown => panic!("the keyword {unknown} is not known here"),
            };
            if !holds {
                wrong.push(format!("{at}: {keyword} {rule} does not hold for {value}"));
            }
        }
    }

    fn no_more(
        &self,
        schema: &serde_json::Map<String, Value>,
        rule: &Value,
        value: &Value,
        at: &str,
        wrong: &mut Vec<String>,
    ) -> bool {
        let known = |name: &str| schema.get("properties").is_some_and(|known| known.get(name).is_some());
        let mut further = value.as_object().into_iter().flatten().filter(|(name, _)| !known(name));
        match rule {
            Value::Bool(allowed) => *allowed || further.next().is_none(),
            rule => {
                further.for_each(|(name, value)| self.check(rule, value, &format!("{at}.{name}"), wrong));
                true
            }
        }
    }
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn all_different(items: &[Value]) -> bool {
    items.iter().enumerate().all(|(n, item)| !items[..n].contains(item))
}

/// A keyword's values, whether it has one or several.
fn list(rule: &Value) -> &[Value] {
    rule.as_array().map_or(std::slice::from_ref(rule), Vec::as_slice)
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().expect("a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        unknown => panic!("the type {unknown} is not known here"),
    }
}

fn has_format(format: &Value, text: &str) -> bool {
    match format.as_str().expect("a format") {
        "date-time" => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        "date" => text.parse::<chrono::NaiveDate>().is_ok(),
        "uuid" => uuid::Uuid::parse_str(text).is_ok(),
        _ => true,
    }
}

#[test]
fn a_value_that_does_not_fit_is_found() {
    use serde_json::json;
    let document = Document(json!({ "components": { "schemas": { "Day": { "type": "string", "format": "date" } } } }));
    let schema = json!({
        "type": "object",
        "required": ["day"],
        "additionalProperties": false,
        "properties": { "day": { "$ref": "#/components/schemas/Day" }, "kind": { "enum": ["a", "b"] } },
    });
    assert_eq!(document.wrong(&schema, &json!({ "day": "2026-03-20", "kind": "a" })), Vec::<String>::new());
    for bad in [
        json!([]),
        json!({}),
        json!({ "day": "x" }),
        json!({ "day": "2026-03-20", "kind": "c" }),
        json!({ "day": "2026-03-20", "more": 1 }),
    ] {
        assert!(!document.fits(&schema, &bad), "{bad}");
    }
}
