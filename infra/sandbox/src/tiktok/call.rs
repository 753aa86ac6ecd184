//! One request: its parameters, whether they came in the query, as JSON or as a form.

use std::borrow::Cow;

use http::{HeaderMap, Method, header};
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// What a request asks.
pub(crate) struct Call {
    /// Of the header `Access-Token`.
    pub(crate) token: Option<String>,
    /// The header `x-lead-region`.
    pub(crate) region: Option<String>,
    fields: Map<String, Value>,
}

impl Call {
    /// Reads a request. Parameters of a GET stand in the query, of a POST in the body.
    pub(crate) fn read(method: &Method, headers: &HeaderMap, query: &str, body: &[u8]) -> Result<Self, Refusal> {
        let of_header = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned()).filter(|text| !text.is_empty());
        let is_form = of_header(header::CONTENT_TYPE.as_str())
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let fields = match () {
            () if method == Method::GET => pairs(query.as_bytes())?,
            () if is_form => pairs(body)?,
            () => object(body)?,
        };
        Ok(Self { token: of_header("access-token"), region: of_header("x-lead-region"), fields })
    }

    /// A part of the body, as a request of its own.
    pub(crate) fn part(&self, name: &str) -> Result<Self, Refusal> {
        match self.fields.get(name) {
            Some(Value::Object(fields)) => Ok(Self { token: None, region: None, fields: fields.clone() }),
            Some(_) => Err(Refusal::invalid(name, "Not a valid object.")),
            None => Err(Refusal::missing(name)),
        }
    }

    /// A text. Ids are texts: a number is refused, as it may have been rounded on its way.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::invalid(name, "Not a valid string.")),
        }
    }

    pub(crate) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::missing(name))
    }

    /// A number from 1 to `most`.
    pub(crate) fn number(&self, name: &str, usual: usize, most: usize) -> Result<usize, Refusal> {
        let number = match self.fields.get(name) {
            None => return Ok(usual),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_u64().and_then(|number| usize::try_from(number).ok()),
        };
        let in_range = number.filter(|number| (1..=most).contains(number));
        in_range.ok_or_else(|| Refusal::invalid(name, &format!("Must be between 1 and {most}.")))
    }

    pub(crate) fn flag(&self, name: &str, usual: bool) -> Result<bool, Refusal> {
        match self.fields.get(name) {
            None => Ok(usual),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if text == "true" || text == "false" => Ok(text == "true"),
            Some(_) => Err(Refusal::invalid(name, "Not a valid boolean.")),
        }
    }

    /// A JSON value, which stands as text in a query.
    pub(crate) fn json(&self, name: &str) -> Result<Option<Cow<'_, Value>>, Refusal> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => {
                let value = serde_json::from_str(text).map_err(|_| Refusal::invalid(name, "Not valid JSON."))?;
                Ok(Some(Cow::Owned(value)))
            }
            Some(value) => Ok(Some(Cow::Borrowed(value))),
        }
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let value = self.json(name)?.ok_or_else(|| Refusal::missing(name))?;
        let texts = value.as_array().and_then(|all| all.iter().map(|one| Some(one.as_str()?.to_owned())).collect());
        texts.ok_or_else(|| Refusal::invalid(name, "Not a valid list of strings."))
    }
}

fn pairs(text: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let mut fields = Map::new();
    for (name, value) in url::form_urlencoded::parse(text) {
        if fields.insert(name.clone().into_owned(), Value::String(value.into_owned())).is_some() {
            return Err(Refusal::invalid(&name, "Given more than once."));
        }
    }
    Ok(fields)
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Refusal::no_json()),
    }
}
