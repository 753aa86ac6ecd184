//! What a provider answers when it does not do what was asked, in the classes of the product.

use chrono::TimeDelta;
use domain::failure::FailureClass;

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
        Self { class, code: code.to_owned(), retry_after: None }
    }

    /// The same error with the wait that the provider asked for.
    pub fn with_retry_after(self, retry_after: Option<TimeDelta>) -> Self {
        Self { retry_after, ..self }
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
    fn a_code_has_only_the_characters_and_the_length_of_one() {
        let code = |text: &str| ProviderError::new(FailureClass::OurBug, text).code;
        assert_eq!(code("invalid_grant"), "invalid_grant");
        for other in ["<b>no</b>", "äöü", "", &"x".repeat(41)] {
            assert_eq!(code(other), "unknown", "{other}");
        }
    }
}
