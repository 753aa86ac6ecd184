//! What a provider's answer to a consent looks like: known without the provider, whom nobody calls to take it.

/// What is to be looked for in the callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentAnswer {
    /// The parameters that may carry the code, the preferred one first.
    pub code_parameters: &'static [&'static str],
    /// The issuer that `iss` must name exactly (RFC 9207), where it is known.
    pub issuer: Option<Issuer>,
}

impl Default for ConsentAnswer {
    /// The code as RFC 6749 §4.1.2 names it, of no known issuer.
    fn default() -> Self {
        Self { code_parameters: &["code"], issuer: None }
    }
}

/// An authorization server's issuer. A callback with another `iss` is refused whether or not it was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Compared by exact string.
    pub name: String,
    /// The provider promises to send it, so its absence is an error.
    pub promised: bool,
}
