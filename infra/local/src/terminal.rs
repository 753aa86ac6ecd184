//! What a person reads: the banner, and one line per outcome.

use crate::Running;
use crate::issuer::Member;
use serde_json::{Map, Value};
use shared::entry::log::LineSink;
use std::fmt::Write;

/// Fields with a place of their own in a line, or of no use to a person: the run history tells runs apart.
const PLACED: [&str; 14] = [
    "ts",
    "level",
    "fn",
    "op",
    "outcome",
    "request_id",
    "trace_id",
    "linked_trace_id",
    "attempt",
    "cold",
    "_aws",
    "integration_id",
    "run_id",
    "fence",
];

/// The function that serves the page: one look at it is a dozen files.
const PAGE: &str = "console";

/// Prints the functions' log lines for people.
pub struct Terminal;

impl LineSink for Terminal {
    fn line(&self, line: &str) {
        if let Some(readable) = readable(line) {
            say(&readable);
        }
    }
}

/// Prints a line. A closed terminal must not take the stack down.
pub fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A log line for people; none for lines that only carry metrics, or say that a schedule found nothing to do or
/// that the page was served.
pub fn readable(line: &str) -> Option<String> {
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else { return Some(line.to_owned()) };
    let op = fields.get("op").and_then(Value::as_str)?;
    let mark = match fields.get("level").and_then(Value::as_str) {
        Some("error") => '✗',
        Some("warn") => '!',
        _ => '·',
    };
    let part = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let (outcome, details) = (part("outcome"), details(&fields));
    let silent = details.is_empty() || part("fn") == PAGE;
    if outcome == "ok" && silent {
        return None;
    }
    let took = fields.get("dur_ms").map(|took| format!("  {took} ms")).unwrap_or_default();
    let function = part("fn");
    let op = if op == function { String::new() } else { format!("{op} ") };
    Some(format!("{mark} {} {function:<14} {op}{outcome}{details}{took}", time(part("ts"))))
}

fn time(ts: &str) -> String {
    ts.split_once('T').map_or_else(String::new, |(_, time)| time.chars().take(8).collect())
}

fn details(fields: &Map<String, Value>) -> String {
    let mut details = String::new();
    for (name, value) in fields.iter().filter(|(name, _)| !PLACED.contains(&name.as_str())) {
        detail(&mut details, name, value);
    }
    details
}

/// A mapping inside a line is written as its members. Figures of zero only make a line long.
fn detail(details: &mut String, name: &str, value: &Value) {
    // Writing into a String cannot fail.
    let _ = match value {
        Value::Null => Ok(()),
        value if value.as_u64() == Some(0) || name == "dur_ms" => Ok(()),
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| detail(details, name, value));
            Ok(())
        }
        Value::String(text) => write!(details, "  {name}={text}"),
        value => write!(details, "  {name}={value}"),
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_people_begins_with_when_where_and_how_it_ended() {
        let line = r#"{"ts":"2026-11-22T01:34:32.123Z","level":"error","fn":"create","request_id":"r","op":"create","outcome":"failed","account_id":"demo","figures":{"due":1},"none":null,"dur_ms":2}"#;
        assert_eq!(readable(line).unwrap(), "✗ 01:34:32 create         failed  account_id=demo  due=1  2 ms");
    }

    #[test]
    fn the_page_s_files_are_served_without_a_word_unless_that_fails() {
        let served = |outcome: &str| {
            let line = serde_json::json!({ "fn": "console", "op": "console", "outcome": outcome, "status": 304 });
            readable(&line.to_string())
        };
        assert_eq!(served("ok"), None);
        assert!(served("not_found").is_some());
    }

    #[test]
    fn a_schedule_that_finds_nothing_to_do_is_silent_until_it_finds_something() {
        let tick = |due: u32| {
            let line = serde_json::json!({
                "ts": "2026-11-22T01:34:32.123Z", "level": "info", "fn": "schedule-sync", "op": "schedule-sync",
                "outcome": "ok", "figures": { "due": due, "sent": 0 }, "dur_ms": 4,
            });
            readable(&line.to_string())
        };
        assert_eq!(tick(0), None);
        assert_eq!(tick(2).as_deref(), Some("· 01:34:32 schedule-sync  ok  due=2  4 ms"));
    }

    #[test]
    fn metrics_alone_are_not_for_people_and_what_is_no_json_is_left_as_it_is() {
        assert_eq!(readable(r#"{"_aws":{},"runs":1}"#), None);
        assert_eq!(readable("a plain line").as_deref(), Some("a plain line"));
    }
}
