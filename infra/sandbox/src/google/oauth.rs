//! The authorization request: what the consent page is asked for (RFC 6749 §4.1.1, RFC 7636).

use url::Url;

use super::{CLIENT_ID, scopes};

/// A request that Google would show a consent page for.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationRequest {
    /// As it was given: the exchange compares the text.
    pub(crate) redirect_uri: String,
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
        let redirect_uri = parameters.needed("redirect_uri")?;
        if !may_redirect_to(&redirect_uri, registered) {
            return Err(AuthorizationError::RedirectMismatch);
        }
        if parameters.needed("response_type")? != "code" {
            return Err(AuthorizationError::ResponseType);
        }
        Ok(Self {
            redirect_uri,
            scopes: scopes_of(&parameters.needed("scope")?)?,
            state: parameters.one("state")?,
            offline: offline(parameters.one("access_type")?)?,
            prompts_consent: parameters.one("prompt")?.is_some_and(|all| all.split(' ').any(|one| one == "consent")),
            include_granted: parameters.one("include_granted_scopes")?.as_deref() == Some("true"),
            login_hint: parameters.one("login_hint")?,
            challenge: challenge(&parameters)?,
        })
    }
}

struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(query: &str) -> Self {
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn one(&self, name: &'static str) -> Result<Option<String>, AuthorizationError> {
        let mut values = self.0.iter().filter(|(key, value)| key == name && !value.is_empty());
        let first = values.next().map(|(_, value)| value.clone());
        if values.next().is_some() { Err(AuthorizationError::Repeated(name)) } else { Ok(first) }
    }

    fn needed(&self, name: &'static str) -> Result<String, AuthorizationError> {
        self.one(name)?.ok_or(AuthorizationError::Missing(name))
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

fn offline(access_type: Option<String>) -> Result<bool, AuthorizationError> {
    match access_type.as_deref() {
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
        Some(_) if method.as_deref() != Some("S256") => Err(AuthorizationError::Invalid("code_challenge_method")),
        Some(challenge) if challenge.len() == 43 => Ok(Some(challenge)),
        Some(_) => Err(AuthorizationError::Invalid("code_challenge")),
    }
}

pub(crate) fn may_redirect_to(address: &str, registered: &[String]) -> bool {
    if !registered.is_empty() {
        return registered.iter().any(|one| one == address);
    }
    let Ok(url) = Url::parse(address) else { return false };
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.fragment().is_none() && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}
