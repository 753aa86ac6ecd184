//! Metric filters over log lines, as CloudWatch reads them (JSON patterns of comparisons, `&&` and `||`).
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

use super::TemplateError;
use super::document::{self, Resource};
use serde_json::Value as Json;
use yaml_serde::Value;

const KIND: &str = "AWS::Logs::MetricFilter";

/// A metric filter of the template.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Its logical name.
    pub name: String,
    pattern: Condition,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Term(Term),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    text: String,
    path: Vec<String>,
    operator: String,
    value: Json,
}

/// The metric filters of a template.
///
/// # Errors
/// The template cannot be read, or a pattern is not of this grammar.
pub fn filters(text: &str) -> Result<Vec<Filter>, TemplateError> {
    let resources = document::parse(text)?.resources;
    resources.iter().filter(|resource| resource.kind == KIND).map(filter).collect()
}

fn filter(resource: &Resource) -> Result<Filter, TemplateError> {
    let pattern = resource.properties.get("FilterPattern").and_then(Value::as_str).unwrap_or_default();
    let inner = pattern.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let mut words = inner.map(words).unwrap_or_default().into_iter().peekable();
    let read = any(&mut words).filter(|_| words.peek().is_none());
    let pattern = read.ok_or_else(|| TemplateError::Yaml(format!("{}: the pattern {pattern}", resource.path())))?;
    Ok(Filter { name: resource.logical.clone(), pattern })
}

impl Filter {
    /// The comparisons by which a line passes; `None` for a line that does not.
    pub fn terms_of<'a>(&'a self, line: &Json) -> Option<Vec<&'a str>> {
        self.pattern.holds(line)
    }

    /// Every comparison.
    pub fn terms(&self) -> Vec<&str> {
        self.pattern.terms()
    }
}

impl Condition {
    fn holds(&self, line: &Json) -> Option<Vec<&str>> {
        match self {
            Self::Term(term) => term.holds(line).then(|| vec![term.text.as_str()]),
            Self::All(parts) => {
                parts.iter().map(|part| part.holds(line)).collect::<Option<Vec<_>>>().map(|held| held.concat())
            }
            Self::Any(parts) => {
                let held: Vec<Vec<&str>> = parts.iter().filter_map(|part| part.holds(line)).collect();
                (!held.is_empty()).then(|| held.concat())
            }
        }
    }

    fn terms(&self) -> Vec<&str> {
        match self {
            Self::Term(term) => vec![term.text.as_str()],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::terms).collect(),
        }
    }
}

impl Term {
    fn holds(&self, line: &Json) -> bool {
        let Some(found) = self.path.iter().try_fold(line, |value, name| value.get(name)) else { return false };
        let numbers = || Some((found.as_f64()?, self.value.as_f64()?));
        match self.operator.as_str() {
            "=" => numbers().map_or_else(|| self.equals(found), |(left, right)| left == right),
            "!=" => numbers().map_or_else(|| !self.equals(found), |(left, right)| left != right),
            ">" => numbers().is_some_and(|(left, right)| left > right),
            ">=" => numbers().is_some_and(|(left, right)| left >= right),
            "<" => numbers().is_some_and(|(left, right)| left < right),
            _ => numbers().is_some_and(|(left, right)| left <= right),
        }
    }

    /// `"*"` stands for any text.
    fn equals(&self, found: &Json) -> bool {
        if self.value == "*" { found.is_string() } else { *found == self.value }
    }
}

const OPERATORS: [&str; 6] = ["=", "!=", ">", ">=", "<", "<="];

type Words = std::iter::Peekable<std::vec::IntoIter<String>>;

/// Brackets stand alone, everything else ends at a space; no value of ours has one.
fn words(text: &str) -> Vec<String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

fn any(words: &mut Words) -> Option<Condition> {
    joined(words, "||", all).map(|parts| single(parts, Condition::Any))
}

fn all(words: &mut Words) -> Option<Condition> {
    joined(words, "&&", part).map(|parts| single(parts, Condition::All))
}

fn joined(words: &mut Words, by: &str, read: fn(&mut Words) -> Option<Condition>) -> Option<Vec<Condition>> {
    let mut parts = vec![read(words)?];
    while words.next_if(|word| word == by).is_some() {
        parts.push(read(words)?);
    }
    Some(parts)
}

fn single(mut parts: Vec<Condition>, several: fn(Vec<Condition>) -> Condition) -> Condition {
    if parts.len() == 1 { parts.remove(0) } else { several(parts) }
}

fn part(words: &mut Words) -> Option<Condition> {
    if words.next_if(|word| word == "(").is_some() {
        let inner = any(words)?;
        words.next_if(|word| word == ")")?;
        return Some(inner);
    }
    let (selector, operator, value) = (words.next()?, words.next()?, words.next()?);
    let path = selector.strip_prefix("$.")?.split('.').map(str::to_owned).collect();
    let known = OPERATORS.contains(&operator.as_str());
    let read = serde_json::from_str(&value).ok().filter(|_| known)?;
    Some(Condition::Term(Term { text: format!("{selector} {operator} {value}"), path, operator, value: read }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(pattern: &str) -> Result<Filter, TemplateError> {
        let text =
            format!("Resources:\n  Some:\n    Type: {KIND}\n    Properties:\n      FilterPattern: '{pattern}'\n");
        filters(&text).map(|mut filters| filters.remove(0))
    }

    #[test]
    fn a_line_passes_by_the_comparisons_that_hold() {
        let filter = one(r#"{ ($.op = "a") && (($.x.y > 1) || ($.z != "c") || ($.n <= 2)) }"#).unwrap();
        let by = |line: Json| filter.terms_of(&line).map(|terms| terms.join(", "));
        assert_eq!(by(json!({ "op": "a", "x": { "y": 2 }, "z": "c" })).unwrap(), r#"$.op = "a", $.x.y > 1"#);
        assert_eq!(by(json!({ "op": "a", "z": "d", "n": 2 })).unwrap(), r#"$.op = "a", $.z != "c", $.n <= 2"#);
        for line in [json!({ "op": "b", "x": { "y": 2 } }), json!({ "op": "a", "x": { "y": 1 }, "n": "2" }), json!({})]
        {
            assert_eq!(by(line), None);
        }
        assert_eq!(filter.terms().len(), 4);
    }

    #[test]
    fn a_star_is_any_text_and_what_is_not_there_is_none() {
        let filter = one(r#"{ ($.cause = "*") && ($.cause != "late") }"#).unwrap();
        let passes = |line: Json| filter.terms_of(&line).is_some();
        assert!(passes(json!({ "cause": "timeout" })));
        assert!(!passes(json!({ "cause": "late" })) && !passes(json!({ "cause": null })) && !passes(json!({})));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in ["", "{ }", "{ $.a }", "{ a = 1 }", "{ ($.a = 1 }", "{ $.a = 1) }", "{ $.a ~ 1 }", "{ $.a = b }"]
        {
            assert!(one(pattern).is_err(), "{pattern}");
        }
    }
}
