//! The authorization request: what the consent page is asked for (RFC 6749 §4.1.1, RFC 7636).

use url::Url;

use super::{CLIENT_ID, scopes};
use crate::parameters::{Parameters, Wrong, redirect_address};

/// A request that Google would show a consent page for.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationRequest {
    /// As it was given: the exchange compares the text.
    pub(crate) redirect_uri: String,
    /// The same, read.
    pub(crate) redirect: Url,
    /// In the spelling of the token reply, each once.
    pub(crate) scopes: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) offline: bool,
    pub(crate) prompts_consent: bool,
    pub(crate) include_granted: bool,
    pub(crate) login_hint: Option<String>,
    pub(crate) challenge: Option<String>,
}

/// Why Google shows an error page instead; nothing is redirected then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// A parameter is needed.
    #[error("invalid_request: Missing required parameter: {0}")]
    Missing(&'static str),
    /// A parameter was given twice (RFC 6749 §3.1).
    #[error("invalid_request: Parameter given more than once: {0}")]
    Repeated(&'static str),
    /// A parameter has a value that Google does not take.
    #[error("invalid_request: Invalid parameter value for {0}")]
    Invalid(&'static str),
    /// The client id is not the sandbox's.
    #[error("invalid_client: The OAuth client was not found.")]
    UnknownClient,
    /// The address is not registered.
    #[error("redirect_uri_mismatch: The redirect URI in the request is not registered for the client.")]
    RedirectMismatch,
    /// Only `code` is served.
    #[error("unsupported_response_type: Only the response type `code` is served.")]
    ResponseType,
    /// A scope that Google does not know.
    #[error("invalid_scope: Some requested scopes were invalid: {0}")]
    Scope(String),
}

impl AuthorizationRequest {
    /// Reads the query of the authorization address. `registered` empty: any `https` or loopback address.
    pub(crate) fn parse(query: &str, registered: &[String]) -> Result<Self, AuthorizationError> {
        let parameters = Parameters::of(query);
        if parameters.needed("client_id")? != CLIENT_ID {
            return Err(AuthorizationError::UnknownClient);
        }
        let redirect_uri = parameters.needed("redirect_uri")?.to_owned();
        let redirect = redirect_address(&redirect_uri, registered).ok_or(AuthorizationError::RedirectMismatch)?;
        if parameters.needed("response_type")? != "code" {
            return Err(AuthorizationError::ResponseType);
        }
        Ok(Self {
            redirect_uri,
            redirect,
            scopes: scopes_of(parameters.needed("scope")?)?,
            state: parameters.text("state")?,
            offline: offline(parameters.one("access_type")?)?,
            prompts_consent: parameters.one("prompt")?.is_some_and(|all| all.split(' ').any(|one| one == "consent")),
            include_granted: parameters.one("include_granted_scopes")? == Some("true"),
            login_hint: parameters.text("login_hint")?,
            challenge: challenge(&parameters)?,
        })
    }

    /// The scopes that may be unticked.
    pub(crate) fn boxes(&self) -> impl Iterator<Item = &String> {
        self.scopes.iter().filter(|scope| !scopes::is_sign_in(scope))
    }
}

impl From<Wrong> for AuthorizationError {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Missing(name) => Self::Missing(name),
            Wrong::Repeated(name) => Self::Repeated(name),
        }
    }
}

fn scopes_of(text: &str) -> Result<Vec<String>, AuthorizationError> {
    let mut all: Vec<String> = Vec::new();
    for scope in text.split(' ').filter(|scope| !scope.is_empty()).map(scopes::canonical) {
        if !scopes::is_known(&scope) {
            return Err(AuthorizationError::Scope(scope));
        }
        if !all.contains(&scope) {
            all.push(scope);
        }
    }
    if all.is_empty() { Err(AuthorizationError::Missing("scope")) } else { Ok(all) }
}

fn offline(access_type: Option<&str>) -> Result<bool, AuthorizationError> {
    match access_type {
        Some("offline") => Ok(true),
        Some("online") | None => Ok(false),
        Some(_) => Err(AuthorizationError::Invalid("access_type")),
    }
}

/// Google would take `plain` too; a client of ours that sends it has a bug.
fn challenge(parameters: &Parameters) -> Result<Option<String>, AuthorizationError> {
    let method = parameters.one("code_challenge_method")?;
    match parameters.one("code_challenge")? {
        None if method.is_some() => Err(AuthorizationError::Missing("code_challenge")),
        None => Ok(None),
        Some(_) if method != Some("S256") => Err(AuthorizationError::Invalid("code_challenge_method")),
        Some(challenge) if challenge.len() == 43 => Ok(Some(challenge.to_owned())),
        Some(_) => Err(AuthorizationError::Invalid("code_challenge")),
    }
}
