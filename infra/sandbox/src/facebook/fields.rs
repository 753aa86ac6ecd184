//! The parameter `fields`: a node shows what is named, and its id.

use serde_json::{Map, Value};

use super::errors::GraphError;

/// The kind of a node, what it can show, and what it shows when nothing is named.
pub(crate) struct Shape {
    pub(crate) node: &'static str,
    pub(crate) known: &'static [&'static str],
    pub(crate) usual: &'static [&'static str],
}

impl Shape {
    /// The named fields, each known.
    pub(crate) fn named(&self, fields: Option<&str>) -> Result<Vec<String>, GraphError> {
        let Some(fields) = fields else { return Ok(self.usual.iter().map(|name| (*name).to_owned()).collect()) };
        let names = top_level(fields)?;
        match names.iter().find(|name| !self.known.contains(&name.as_str())) {
            Some(unknown) => Err(GraphError::no_field(unknown, self.node)),
            None => Ok(names),
        }
    }
}

/// The node with these fields; what `value` has nothing for is absent, as in Facebook's answers.
pub(crate) fn show(id: &str, names: &[String], mut value: impl FnMut(&str) -> Option<Value>) -> Value {
    let mut shown = Map::new();
    for name in names.iter().filter(|name| *name != "id") {
        if let Some(value) = value(name) {
            shown.insert(name.clone(), value);
        }
    }
    shown.insert("id".to_owned(), Value::String(id.to_owned()));
    Value::Object(shown)
}

/// `a,b{c,d},e.limit(5)` has the names a, b and e.
fn top_level(fields: &str) -> Result<Vec<String>, GraphError> {
    let mut names = vec![String::new()];
    let mut depth = 0_usize;
    for character in fields.chars() {
        match character {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.checked_sub(1).ok_or_else(|| GraphError::of_syntax(fields))?,
            ',' if depth == 0 => names.push(String::new()),
            _ if depth == 0 => names.last_mut().into_iter().for_each(|name| name.push(character)),
            _ => {}
        }
    }
    if depth > 0 {
        return Err(GraphError::of_syntax(fields));
    }
    let bare = |name: &String| name.split('.').next().unwrap_or_default().trim().to_owned();
    Ok(names.iter().map(bare).filter(|name| !name.is_empty()).collect())
}
