//! What a person reads: the banner, and one line per outcome.

use crate::Running;
use crate::issuer::Member;
use serde_json::{Map, Value};
use shared::entry::log::LineSink;
use std::fmt::Write;

/// Fields with a place of their own in a line, or of no use to a person.
const PLACED: [&str; 8] = ["ts", "level", "fn", "op", "outcome", "request_id", "cold", "_aws"];

/// Prints the functions' log lines for people.
pub struct Terminal;

impl LineSink for Terminal {
    fn line(&self, line: &str) {
        if let Some(readable) = readable(line) {
            use std::io::Write;
            // A closed terminal must not take the stack down.
            let _ = writeln!(std::io::stdout().lock(), "{readable}");
        }
    }
}

/// A log line for people; none for lines that only carry metrics.
pub fn readable(line: &str) -> Option<String> {
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else { return Some(line.to_owned()) };
    let op = fields.get("op")?;
    let mark = match fields.get("level").and_then(Value::as_str) {
        Some("error") => '✗',
        Some("warn") => '!',
        _ => '·',
    };
    let function = text(fields.get("fn").unwrap_or(&Value::Null));
    let outcome = text(fields.get("outcome").unwrap_or(&Value::Null));
    Some(format!("{mark} {} {function:<14} {} {outcome}{}", time(&fields), text(op), details(&fields)))
}

fn time(fields: &Map<String, Value>) -> String {
    let ts = fields.get("ts").and_then(Value::as_str).unwrap_or_default();
    ts.split_once('T').map_or_else(String::new, |(_, time)| time.chars().take(8).collect())
}

fn details(fields: &Map<String, Value>) -> String {
    let mut details = String::new();
    for (name, value) in fields.iter().filter(|(name, value)| !PLACED.contains(&name.as_str()) && !value.is_null()) {
        // Writing into a String cannot fail.
        let _ = write!(details, "  {name}={}", text(value));
    }
    details
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What is printed when the stack is up.
pub fn banner(running: &Running) -> String {
    let members = Member::ALL.map(Member::title).join(", ");
    let api = running.api.as_str().trim_end_matches('/');
    format!(
        "\n  Aura Integrations is running\n\n\
         \x20 page      {api}/\n\
         \x20 sign in   {members}\n\
         \x20 token     {api}/_local/token?member=admin\n\
         \x20 aws       {}\n\
         \x20 sandbox   {}\n\
         \x20 data      {}\n\n\
         \x20 Ctrl-C stops it.\n",
        running.aws,
        running.sandbox_line(),
        running.data_line(),
    )
}
