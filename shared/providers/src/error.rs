//! What a provider answers when it does not do what was asked, in the classes of the product.

use chrono::TimeDelta;
use domain::failure::FailureClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A failed call. Nothing downstream looks at text: the class decides, the code is for people and metrics.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{class:?} ({code})")]
pub struct ProviderError {
    /// Decided from the provider's body alone.
    pub class: FailureClass,
    /// The provider's own code for it (`userRateLimitExceeded`) or ours (`timeout`). Never text of the answer, so it
    /// cannot carry a secret: `[A-Za-z0-9_.-]{1,40}`.
    pub code: String,
    /// How long the provider asks to wait.
    pub retry_after: Option<TimeDelta>,
    /// What the provider itself tells the customer about it.
    pub explanation: Option<Explanation>,
}

/// The provider's own words to its customer: why something is refused, and what they can do. Shown, never interpreted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// Why.
    pub reason: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
}

/// Longer explanations are cut, in characters.
const LONGEST_EXPLANATION: usize = 500;

/// From this length on a word with digits and letters may be a secret, in bytes. Words of people have no digits, and
/// ids no letters.
const SHORTEST_SECRET: usize = 20;

impl Explanation {
    /// The provider's words without control characters and without what may be a secret, at most 500 characters each;
    /// `None` without a reason.
    pub fn new(reason: &str, resolution: Option<&str>) -> Option<Self> {
        let plain = |text: &str| -> String {
            let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
            let short: String = printable.take(LONGEST_EXPLANATION).collect();
            without_secrets(short.trim())
        };
        let resolution = resolution.map(plain).filter(|text| !text.is_empty());
        Some(plain(reason)).filter(|text| !text.is_empty()).map(|reason| Self { reason, resolution })
    }
}

/// The text with `…` in the place of each run of characters that may be a token or a client secret: a provider that
/// quotes a request must not bring it to a page. A link keeps its host and path up to there.
fn without_secrets(text: &str) -> String {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '=' | '%' | '|');
    let mut kept = String::new();
    for run in text.split_inclusive(|c| !is_inner(c)) {
        let word = run.trim_end_matches(|c| !is_inner(c));
        let has = |of: fn(&u8) -> bool| word.as_bytes().iter().any(of);
        let may_be_secret = word.len() >= SHORTEST_SECRET && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
        kept.push_str(if may_be_secret { "…" } else { word });
        kept.push_str(&run[word.len()..]);
    }
    kept
}

/// Longer than any code of a provider, shorter than any token.
const MOST_CHARACTERS: usize = 40;

impl ProviderError {
    /// An error of this class. What cannot be a code, by its length or a character, becomes `unknown`: a provider that
    /// echoes a token where a code belongs must not bring it into our logs.
    pub fn new(class: FailureClass, code: &str) -> Self {
        let fits = (1..=MOST_CHARACTERS).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
        let code = if fits { code } else { "unknown" };
        Self { class, code: code.to_owned(), retry_after: None, explanation: None }
    }

    /// The same error with the wait that the provider asked for.
    pub fn with_retry_after(self, retry_after: Option<TimeDelta>) -> Self {
        Self { retry_after, ..self }
    }

    /// The same error with the provider's own words about it.
    pub fn explained(self, explanation: Option<Explanation>) -> Self {
        Self { explanation, ..self }
    }
}

/// Why a page could not be pulled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PullError {
    /// The provider no longer knows the cursor: read everything again, then sweep what was not seen.
    #[error("the cursor expired")]
    CursorExpired,
    /// The call failed.
    #[error(transparent)]
    Failed(#[from] ProviderError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_is_printable_short_and_has_a_reason() {
        assert_eq!(Explanation::new(" \n ", Some("do this")), None);
        let long = Explanation::new(&"x".repeat(600), Some("a\r\nb")).unwrap();
        assert_eq!((long.reason.len(), long.resolution.as_deref()), (500, Some("a  b")));
    }

    #[test]
    fn an_explanation_quotes_no_token() {
        let shown = |text: &str| Explanation::new(text, None).unwrap().reason;
        let token = "EAAGm0PX4ZCpsBAKZBc1x";
        assert_eq!(shown(&format!("The token {token} is refused.")), "The token … is refused.");
        assert_eq!(shown(&format!("https://facebook.com/x?access_token={token}&a=1")), "https://facebook.com/x?…&a=1");
        assert_eq!(shown("{\"secret\":\"0123456789abcdef0123456789abcdef\"}"), "{\"secret\":\"…\"}");
        for harmless in [
            "Zugriffsberechtigungsverwaltung für die Seite 138124712925158 fehlt (siehe #7).",
            "See https://www.facebook.com/business/help/1526849577619204 for more.",
        ] {
            assert_eq!(shown(harmless), harmless);
        }
    }

    #[test]
    fn a_code_has_only_the_characters_and_the_length_of_one() {
        let code = |text: &str| ProviderError::new(FailureClass::OurBug, text).code;
        assert_eq!(code("invalid_grant"), "invalid_grant");
        for other in ["<b>no</b>", "äöü", "", &"x".repeat(41)] {
            assert_eq!(code(other), "unknown", "{other}");
        }
    }
}
