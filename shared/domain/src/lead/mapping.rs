//! From a form's answers to the fields of Aura's contact: what the account chose for each question, and defaults for
//! what it did not choose.

use super::phone::Country;
use super::{ContactField, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod apply;
mod bounds;
mod sample;
mod well_known;

pub use apply::{Mapped, Misfit, MisfitReason, map};
pub use sample::sample;

/// The most questions of a form that can be mapped.
pub const MOST_ENTRIES: usize = 200;

/// Longest key of a question, in bytes.
pub const LONGEST_KEY: usize = 256;

/// Longest name that an account gives a property, in characters.
pub const LONGEST_PROPERTY: usize = 64;

/// Where an answer goes: `{"field":"email"}` or `{"property":"budget"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A field of the contact.
    Field(ContactField),
    /// A property by this name, `[A-Za-z0-9 _.-]{1,64}` without a space at its ends.
    Property(#[schemars(length(min = 1, max = 64), regex(pattern = r"^[A-Za-z0-9 _.-]+$"))] String),
}

/// How the answers of one form become a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FormMapping {
    /// By question's key. A key that is not here goes where well-known keys go, or is a property by its key.
    #[serde(default)]
    pub fields: BTreeMap<String, Target>,
    /// Where phone numbers without a calling code are dialled, ISO 3166-1 alpha-2. Without it they cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_country: Option<Country>,
}

impl FormMapping {
    /// The mapping of a form that nobody mapped: the provider's standard questions, and questions whose key says what
    /// they ask for. All others are kept as properties without an entry.
    pub fn defaults(questions: &[Question]) -> Self {
        let mut fields = BTreeMap::new();
        let mappable = |key: &str| !key.is_empty() && key.len() <= LONGEST_KEY;
        for question in questions.iter().filter(|question| mappable(&question.key)) {
            let field = question.standard.or_else(|| well_known::field(&question.key));
            if let Some(field) = field.filter(|_| fields.len() < MOST_ENTRIES) {
                fields.entry(question.key.clone()).or_insert(Target::Field(field));
            }
        }
        Self { fields, default_country: None }
    }

    /// What is wrong with a mapping that somebody sent: the path of the field within the mapping, and a sentence about
    /// it. `None` if it can be used.
    pub fn problem(&self) -> Option<(String, String)> {
        if self.fields.len() > MOST_ENTRIES {
            return Some(("fields".to_owned(), format!("has more than {MOST_ENTRIES} questions")));
        }
        self.fields.iter().find_map(|(key, target)| entry_problem(key, target))
    }
}

fn entry_problem(key: &str, target: &Target) -> Option<(String, String)> {
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Some((
            "fields".to_owned(),
            format!("has a question's key that is empty or longer than {LONGEST_KEY} bytes"),
        ));
    }
    match target {
        Target::Property(name) if !is_property_name(name) => {
            let sentence = format!(
                "must be the name of a property: 1 to {LONGEST_PROPERTY} letters (A to Z), digits, _, . or -, and spaces between them"
            );
            Some((format!("fields.{key}.property"), sentence))
        }
        _ => None,
    }
}

fn is_property_name(name: &str) -> bool {
    (1..=LONGEST_PROPERTY).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'.' | b'-'))
        && name.trim() == name
}

#[cfg(test)]
mod tests;
