//! Verified deliveries as large, as deep and as odd as anybody may send them: nothing panics, nothing grows.

use super::deliveries::take;
use super::specimen::{SECRET, app};
use super::subject::{Subject, subjects};
use crate::contract::{Delivery, LeadContent, Notice};
use serde_json::Value;

/// So deep that whoever goes down by recursion runs out of stack.
const DEPTH: usize = 100_000;
/// The largest body that reaches a provider, in bytes.
const LARGEST: usize = 1024 * 1024;
/// Entries of which each could be something to tell.
const MANY: usize = 20_000;

/// What a genuine delivery with this body tells.
fn told(subject: &Subject, body: &[u8]) -> Vec<Notice> {
    let provider = subject.bench(subject.good()).provider;
    let headers = subject.specimen.sign(body, SECRET);
    let taken = take(provider.webhook().unwrap(), &Delivery { headers: &headers, body }, &[app()], SECRET);
    let notices = taken.expect("it is genuine");
    // Each of the smallest entries is kept with whose it is.
    assert!(kept(&notices) <= 100 * body.len() + 1_000, "{}: more is kept than came", subject.specimen.slug());
    notices
}

/// The bytes that are kept of what could not be read.
fn kept(notices: &[Notice]) -> usize {
    let unreadable = notices.iter().map(|notice| match notice {
        Notice::Lead(lead) => match &lead.content {
            LeadContent::Unreadable(text) => text.len(),
            _ => 0,
        },
        Notice::Changed { .. } => 0,
    });
    unreadable.sum()
}

/// The providers whose deliveries say something in their bodies, with each of the specimen's.
async fn each(test: impl Fn(&Subject, &str)) {
    for subject in subjects().await {
        if subject.bench(subject.good()).provider.webhook().is_none() {
            continue;
        }
        for body in subject.specimen.deliveries() {
            test(&subject, &body);
        }
    }
}

fn deep() -> String {
    format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH))
}

/// The paths of every value within a value, itself included.
fn paths(value: &Value, at: String) -> Vec<String> {
    let mut all = vec![at.clone()];
    match value {
        Value::Array(values) => {
            all.extend(values.iter().enumerate().flat_map(|(n, value)| paths(value, format!("{at}/{n}"))));
        }
        Value::Object(object) => {
            all.extend(object.iter().flat_map(|(name, value)| paths(value, format!("{at}/{name}"))));
        }
        _ => {}
    }
    all
}

/// The body with each of its values replaced by this text, in turn.
fn replaced<'a>(body: &str, by: &'a str) -> impl Iterator<Item = String> + 'a {
    let value: Option<Value> = serde_json::from_str(body).ok();
    let paths = value.as_ref().map(|value| paths(value, String::new())).unwrap_or_default();
    paths.into_iter().map(move |path| {
        let mut changed = value.clone().unwrap();
        *changed.pointer_mut(&path).unwrap() = "@".into();
        changed.to_string().replacen("\"@\"", by, 1)
    })
}

#[tokio::test]
async fn depth_harms_nothing_wherever_it_is() {
    each(|subject, body| {
        for place in replaced(body, &deep()) {
            told(subject, place.as_bytes());
        }
        for unclosed in ["[", "{\"a\":", "[{\"entry\":", "{\"object\":"] {
            told(subject, unclosed.repeat(DEPTH).as_bytes());
        }
        // Beside what is known, and before it.
        for beside in [format!("{{\"deep\":{},", deep()), format!("{{\"a\":{{\"b\":{}}},", deep())] {
            let with = body.replacen('{', &beside, 1);
            assert_eq!(told(subject, with.as_bytes()).len(), told(subject, body.as_bytes()).len());
        }
    })
    .await;
}

#[tokio::test]
async fn a_mebibyte_is_taken_and_thousands_of_entries_are() {
    each(|subject, body| {
        let padding = format!("\"{}\"", "x".repeat(LARGEST - body.len()));
        let many = format!("[{}1]", "1,".repeat(MANY));
        for filling in [padding, many] {
            for place in replaced(body, &filling) {
                told(subject, place.as_bytes());
            }
        }
        for bytes in [vec![0; LARGEST], vec![b' '; LARGEST], vec![0xff; LARGEST], vec![b'"'; LARGEST]] {
            told(subject, &bytes);
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_that_stands_where_a_value_belongs_harms() {
    each(|subject, body| {
        let long = "9".repeat(10_000);
        let odd = [
            "\"a canary\"",
            "null",
            "true",
            "\"\"",
            "{}",
            "[]",
            "-1",
            "0",
            "1.5",
            "1e400",
            "-1e-400",
            "18446744073709551616",
            "NaN",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"\u{202e}\u{feff}\"",
            "[null]",
            "{\"\":null}",
            &long,
        ];
        for odd in odd {
            for place in replaced(body, odd) {
                let notices = told(subject, place.as_bytes());
                assert!(!format!("{notices:?}").contains("canary"), "what a person wrote is shown: {notices:?}");
            }
        }
    })
    .await;
}

/// Every number within a body.
fn numbers(body: &str) -> Vec<(String, String)> {
    let Ok(value) = serde_json::from_str::<Value>(body) else { return Vec::new() };
    let number = |path: String| Some((path.clone(), value.pointer(&path)?.as_u64()?.to_string()));
    paths(&value, String::new()).into_iter().filter_map(number).collect()
}

fn with(body: &str, path: &str, value: Value) -> String {
    let mut changed: Value = serde_json::from_str(body).unwrap();
    *changed.pointer_mut(path).unwrap() = value;
    changed.to_string()
}

#[tokio::test]
async fn an_id_is_the_same_as_a_number_and_as_a_text_to_its_last_digit() {
    let is_id = |path: &str| path.ends_with("id");
    let mut seen = 0;
    for subject in subjects().await {
        for body in subject.specimen.deliveries() {
            for (path, digits) in numbers(&body).into_iter().filter(|(path, _)| is_id(path)) {
                let as_text = with(&body, &path, digits.into());
                assert_eq!(told(&subject, as_text.as_bytes()), told(&subject, body.as_bytes()), "{path}");
                let beyond = (1_u64 << 53) + 1;
                let number = told(&subject, with(&body, &path, beyond.into()).as_bytes());
                let text = told(&subject, with(&body, &path, beyond.to_string().into()).as_bytes());
                assert_eq!(number, text, "{path}");
                // One that is not told of (an entry's own) changes nothing either.
                let shown = format!("{number:?}");
                let is_told = shown != format!("{:?}", told(&subject, body.as_bytes()));
                assert!(!is_told || shown.contains(&beyond.to_string()), "{path}: {shown}");
                seen += usize::from(is_told);
            }
        }
    }
    assert!(seen > 2, "no delivery has a number for an id");
}
