//! The consent page: choosing an account, unticking scopes, allowing and denying.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use serde::Deserialize;
use url::Url;

use super::{
    oauth::{AuthorizationError, AuthorizationRequest},
    scopes::{self, PREFIX},
    state::Account,
};
use crate::{
    Sandbox,
    parameters::Parameters,
    shell::{self, Choice, Look},
};

const LOOK: Look = Look {
    provider: "Google",
    act: ["#0b57d0", "#fff", "#a8c7fa", "#062e6f"],
    refusal: "Access blocked: the request is invalid",
    decisions: [["deny", "Deny"], ["allow", "Allow"]],
};

/// What the person in front of the consent page does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Consent {
    /// An e-mail address; `None`: the one hinted at, else the first.
    pub account: Option<String>,
    /// Refuses everything.
    pub deny: bool,
    /// Scopes that are unticked, whole or by what follows `/auth/`. Sign-in scopes have no box.
    pub untick: Vec<String>,
}

/// Why there is no redirect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// Google shows an error page.
    #[error(transparent)]
    Authorization(#[from] AuthorizationError),
    /// The sandbox has no such account.
    #[error("no such account: {0}")]
    UnknownAccount(String),
    /// The page has no box for this scope.
    #[error("the consent page has no box for {0}")]
    NoBox(String),
}

/// Answers the request in `query` as the person decided; the address to redirect to.
pub(crate) fn decide(sandbox: &Sandbox, query: &str, consent: &Consent) -> Result<Url, ConsentError> {
    let request = AuthorizationRequest::parse(query, sandbox.redirect_uris())?;
    let account = choose(sandbox, &request, consent)?;
    let granted = ticked(&request, &consent.untick)?;
    let mut url = request.redirect.clone();
    if consent.deny || granted.is_empty() {
        url.query_pairs_mut().append_pair("error", "access_denied");
    }
    if let Some(state) = &request.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    if !consent.deny && !granted.is_empty() {
        let now = sandbox.now();
        let (code, scopes) = sandbox.write(|state| state.google.grants.consent(&account, &request, granted, now));
        url.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("authuser", "0")
            .append_pair("prompt", if request.prompts_consent { "consent" } else { "none" });
    }
    Ok(url)
}

fn choose(sandbox: &Sandbox, request: &AuthorizationRequest, consent: &Consent) -> Result<String, ConsentError> {
    sandbox.read(|state| {
        let known = |email: &String| state.google.account(email).is_some();
        match &consent.account {
            Some(email) if known(email) => Ok(email.clone()),
            Some(email) => Err(ConsentError::UnknownAccount(email.clone())),
            None => {
                let hinted = request.login_hint.clone().filter(known);
                let first = || state.google.accounts.first().map(|account| account.email.clone());
                hinted.or_else(first).ok_or_else(|| ConsentError::UnknownAccount(String::new()))
            }
        }
    })
}

fn ticked(request: &AuthorizationRequest, untick: &[String]) -> Result<Vec<String>, ConsentError> {
    let is = |scope: &String, name: &String| scope == name || scope.strip_prefix(PREFIX) == Some(name);
    for name in untick {
        if !request.scopes.iter().any(|scope| is(scope, name) && !scopes::is_sign_in(scope)) {
            return Err(ConsentError::NoBox(name.clone()));
        }
    }
    Ok(request.scopes.iter().filter(|scope| !untick.iter().any(|name| is(scope, name))).cloned().collect())
}

/// `GET /google/o/oauth2/v2/auth`
pub(crate) async fn page(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery) -> Response {
    match AuthorizationRequest::parse(query.as_deref().unwrap_or_default(), sandbox.redirect_uris()) {
        Ok(request) => sandbox.read(|state| render(&request, &state.google.accounts)),
        Err(error) => LOOK.refused(&error),
    }
}

/// `POST /google/o/oauth2/v2/auth`: the page's own form; the request stands in the query still.
pub(crate) async fn answer(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery, body: String) -> Response {
    let query = query.unwrap_or_default();
    let request = AuthorizationRequest::parse(&query, sandbox.redirect_uris());
    let decided = request
        .map_err(ConsentError::from)
        .and_then(|request| decide(&sandbox, &query, &consent_of_form(&request, &Parameters::of(&body))));
    LOOK.decided(decided)
}

fn consent_of_form(request: &AuthorizationRequest, form: &Parameters) -> Consent {
    Consent {
        account: form.all("account").next().map(str::to_owned),
        deny: !form.has("decision", "allow"),
        untick: request.boxes().filter(|scope| !form.has("scope", scope)).cloned().collect(),
    }
}

fn render(request: &AuthorizationRequest, accounts: &[Account]) -> Response {
    let hinted = |account: &Account| request.login_hint.as_deref() == Some(&account.email);
    let chosen = accounts.iter().position(hinted).unwrap_or_default();
    let account = |(place, account): (usize, &Account)| {
        let (text, small) = (&account.name, &account.email);
        shell::radio(&Choice { name: "account", value: small, checked: place == chosen, text, small })
    };
    let scope = |scope: &String| {
        let text = scopes::description(scope);
        shell::tick(&Choice { name: "scope", value: scope, checked: true, text, small: scope })
    };
    let accounts = accounts.iter().enumerate().map(account).collect();
    let choices =
        [("Choose an account", accounts), ("Select what Aura can access", request.boxes().map(scope).collect())];
    LOOK.consent("Aura wants to access your Google Account", &choices)
}
