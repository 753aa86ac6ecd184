//! What the login dialog is asked for (RFC 6749 §4.1.1, with Facebook's own parameters).

use url::Url;

use super::{
    scopes::{self, PUBLIC_PROFILE},
    state::Facebook,
};
use crate::parameters::{Parameters, Wrong, redirect_address};

/// A request that Facebook would show a dialog for.
#[derive(Clone, Debug)]
pub(crate) struct DialogRequest {
    pub(crate) app: String,
    /// As it was given: the exchange compares the text.
    pub(crate) redirect_uri: String,
    /// The same, read.
    pub(crate) redirect: Url,
    pub(crate) state: Option<String>,
    /// Each once, without [`PUBLIC_PROFILE`].
    pub(crate) scopes: Vec<String>,
    /// Permissions that were declined are asked for again.
    pub(crate) rerequest: bool,
    /// The token will be a system user's.
    pub(crate) system_user: bool,
}

/// Why Facebook shows an error page instead; nothing is redirected then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A parameter is needed.
    #[error("The parameter {0} is required")]
    Missing(&'static str),
    /// A parameter was given twice (RFC 6749 §3.1).
    #[error("Parameter given more than once: {0}")]
    Repeated(&'static str),
    /// The client id is nobody's.
    #[error("Invalid App ID: {0}")]
    UnknownApp(String),
    /// The address is not registered.
    #[error("URL Blocked: This redirect failed because the redirect URI is not white-listed in the app's settings.")]
    RedirectMismatch,
    /// Only `code` is served.
    #[error("Only the response type `code` is served.")]
    ResponseType,
    /// A permission that Facebook does not know.
    #[error("Invalid Scopes: {0}.")]
    Scope(String),
    /// No such configuration of this app.
    #[error("Invalid config_id: {0}")]
    Configuration(String),
    /// A configuration and scopes: only one of them can say what is asked for.
    #[error("Send either config_id or scope, not both.")]
    Both,
    /// A system user's token is given for a code only when that is asked for.
    #[error("A system user's configuration needs override_default_response_type=true.")]
    DefaultResponseType,
}

impl DialogRequest {
    /// Reads the query. `registered` empty: any `https` or loopback address.
    pub(crate) fn parse(query: &str, facebook: &Facebook, registered: &[String]) -> Result<Self, RequestError> {
        let parameters = Parameters::of(query);
        let id = parameters.needed("client_id")?;
        let app = facebook.apps.get(id).ok_or_else(|| RequestError::UnknownApp(id.to_owned()))?;
        let redirect_uri = parameters.needed("redirect_uri")?.to_owned();
        let redirect = redirect_address(&redirect_uri, registered).ok_or(RequestError::RedirectMismatch)?;
        if parameters.one("response_type")?.is_some_and(|kind| kind != "code") {
            return Err(RequestError::ResponseType);
        }
        let (scopes, system_user) = match (parameters.one("config_id")?, parameters.one("scope")?) {
            (Some(_), Some(_)) => return Err(RequestError::Both),
            (None, scope) => (scopes_of(scope.unwrap_or_default())?, false),
            (Some(id), None) => {
                let made = app.configurations.get(id).ok_or_else(|| RequestError::Configuration(id.to_owned()))?;
                (made.permissions.clone(), made.system_user)
            }
        };
        if system_user && parameters.one("override_default_response_type")? != Some("true") {
            return Err(RequestError::DefaultResponseType);
        }
        Ok(Self {
            app: app.id.clone(),
            redirect_uri,
            redirect,
            state: parameters.text("state")?,
            scopes,
            rerequest: parameters.one("auth_type")? == Some("rerequest"),
            system_user,
        })
    }

    /// The permissions that the dialog asks this person for: not again for what was declined, unless that is wanted.
    pub(crate) fn offered(&self, facebook: &Facebook, person: &str) -> Vec<String> {
        let grant = facebook.grants.of(&self.app, person);
        let declined = |scope: &&String| grant.is_some_and(|grant| grant.permissions.get(*scope) == Some(&false));
        self.scopes.iter().filter(|scope| self.rerequest || !declined(scope)).cloned().collect()
    }
}

impl From<Wrong> for RequestError {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Missing(name) => Self::Missing(name),
            Wrong::Repeated(name) => Self::Repeated(name),
        }
    }
}

/// Separated by commas or spaces.
fn scopes_of(text: &str) -> Result<Vec<String>, RequestError> {
    let mut all: Vec<String> = Vec::new();
    for scope in text.split([',', ' ']).filter(|scope| !scope.is_empty()) {
        scopes::description(scope).ok_or_else(|| RequestError::Scope(scope.to_owned()))?;
        if scope != PUBLIC_PROFILE && !all.iter().any(|one| one == scope) {
            all.push(scope.to_owned());
        }
    }
    Ok(all)
}
