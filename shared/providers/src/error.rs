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
    /// cannot carry a secret: `[A-Za-z0-9_.-]{1,64}`.
    pub code: String,
    /// How long the provider asks to wait.
    pub retry_after: Option<TimeDelta>,
}

impl ProviderError {
    /// An error of this class. Characters that a code must not have are dropped from `code`; nothing left is `unknown`.
    pub fn new(class: FailureClass, code: &str) -> Self {
        let code: String =
            code.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')).take(64).collect();
        let code = if code.is_empty() { "unknown".to_owned() } else { code };
        Self { class, code, retry_after: None }
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
        assert_eq!(code("<b>no\n\"way\"</b>"), "bnowayb");
        assert_eq!(code(&"x".repeat(100)).len(), 64);
        assert_eq!(code("äöü"), "unknown");
    }
}
