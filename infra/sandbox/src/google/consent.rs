//! The consent page: choosing an account, unticking scopes, allowing and denying.

use axum::{
    extract::{RawQuery, State},
    response::{Html, IntoResponse, Response},
};
use http::{StatusCode, header};
use url::Url;

use super::{
    oauth::{AuthorizationError, AuthorizationRequest},
    scopes::{self, PREFIX},
    state::Account,
};
use crate::Sandbox;

const PAGE: &str = include_str!("consent.html");
const ERROR_PAGE: &str = include_str!("blocked.html");

/// What the person in front of the consent page does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    let mut url = Url::parse(&request.redirect_uri).map_err(|_| AuthorizationError::Invalid("redirect_uri"))?;
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
        Ok(request) => html(StatusCode::OK, sandbox.read(|state| render(&request, &state.google.accounts))),
        Err(error) => blocked(&error.to_string()),
    }
}

/// `POST /google/o/oauth2/v2/auth`: the page's own form; the request stands in the query still.
pub(crate) async fn answer(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery, body: String) -> Response {
    let query = query.unwrap_or_default();
    let decided = AuthorizationRequest::parse(&query, sandbox.redirect_uris())
        .map_err(ConsentError::from)
        .and_then(|request| decide(&sandbox, &query, &consent_of_form(&request, &body)));
    match decided {
        Ok(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string()), no_store()]).into_response(),
        Err(error) => blocked(&error.to_string()),
    }
}

fn consent_of_form(request: &AuthorizationRequest, body: &str) -> Consent {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let has_tick = |scope: &String| fields.iter().any(|(key, value)| key == "scope" && value == scope);
    let boxes = request.scopes.iter().filter(|scope| !scopes::is_sign_in(scope));
    Consent {
        account: field("account"),
        deny: field("decision").as_deref() != Some("allow"),
        untick: boxes.filter(|scope| !has_tick(scope)).cloned().collect(),
    }
}

fn render(request: &AuthorizationRequest, accounts: &[Account]) -> String {
    let hinted = |account: &Account| request.login_hint.as_deref() == Some(&account.email);
    let chosen = accounts.iter().position(hinted).unwrap_or_default();
    let accounts: String =
        accounts.iter().enumerate().map(|(place, account)| account_choice(account, place == chosen)).collect();
    let boxes: String =
        request.scopes.iter().filter(|scope| !scopes::is_sign_in(scope)).map(|scope| scope_box(scope)).collect();
    PAGE.replace("{{accounts}}", &accounts).replace("{{scopes}}", &boxes)
}

fn account_choice(account: &Account, checked: bool) -> String {
    let (email, name) = (escape(&account.email), escape(&account.name));
    let checked = if checked { " checked" } else { "" };
    format!(
        "<label class=\"choice\"><input type=\"radio\" name=\"account\" value=\"{email}\"{checked}>\
         <span>{name}<small>{email}</small></span></label>"
    )
}

fn scope_box(scope: &str) -> String {
    let (description, scope) = (escape(scopes::description(scope)), escape(scope));
    format!(
        "<label class=\"choice\"><input type=\"checkbox\" name=\"scope\" value=\"{scope}\" checked>\
         <span>{description}<small>{scope}</small></span></label>"
    )
}

fn blocked(message: &str) -> Response {
    html(StatusCode::BAD_REQUEST, ERROR_PAGE.replace("{{message}}", &escape(message)))
}

pub(crate) fn html(status: StatusCode, page: String) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    let headers = [(header::CONTENT_SECURITY_POLICY, policy.to_owned()), no_store()];
    (status, headers, Html(page)).into_response()
}

fn no_store() -> (http::HeaderName, String) {
    (header::CACHE_CONTROL, "no-store".to_owned())
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
