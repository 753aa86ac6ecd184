//! The login dialog: choosing the person, the pages and the permissions, allowing and denying.

use std::collections::BTreeSet;

use axum::response::Response;
use http::Method;
use serde::Deserialize;
use url::Url;

use super::{
    call::Call,
    dialog_page::{self, LOOK},
    grants::Decision,
    request::{DialogRequest, RequestError},
    scopes::PUBLIC_PROFILE,
    state::{Facebook, Page},
};
use crate::Sandbox;

/// What the person in front of the dialog does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Consent {
    /// The person's id; `None`: the first.
    pub person: Option<String>,
    /// Refuses everything.
    pub deny: bool,
    /// Permissions that are declined.
    pub decline: Vec<String>,
    /// Pages that the app may see from now on; `None`: all of the person's.
    pub pages: Option<Vec<String>>,
}

/// Why there is no redirect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialogError {
    /// Facebook shows an error page.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The sandbox has no such person.
    #[error("no such person: {0}")]
    UnknownPerson(String),
    /// The dialog has no box for this permission.
    #[error("the dialog has no box for {0}")]
    NoBox(String),
    /// The person has no role on this page.
    #[error("the dialog does not show the page {0} to this person")]
    NoPage(String),
}

/// Answers the request in `query` as the person decided; the address to redirect to.
pub(crate) fn decide(sandbox: &Sandbox, query: &str, consent: &Consent) -> Result<Url, DialogError> {
    let now = sandbox.now();
    let decided = sandbox.read(|state| decision(&state.facebook, query, sandbox.redirect_uris(), consent));
    let (request, decision) = decided?;
    let mut url = request.redirect.clone();
    match decision {
        Some(decision) => {
            let code = sandbox.write(|state| state.facebook.grants.consent(decision, now));
            url.query_pairs_mut().append_pair("code", &code);
        }
        None => {
            url.query_pairs_mut()
                .append_pair("error", "access_denied")
                .append_pair("error_code", "200")
                .append_pair("error_description", "Permissions error")
                .append_pair("error_reason", "user_denied");
        }
    }
    if let Some(state) = &request.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    url.set_fragment(Some("_=_"));
    Ok(url)
}

/// What the person decided; `None`: nothing is granted.
fn decision(
    facebook: &Facebook,
    query: &str,
    registered: &[String],
    consent: &Consent,
) -> Result<(DialogRequest, Option<Decision>), DialogError> {
    let request = DialogRequest::parse(query, facebook, registered)?;
    let person = match &consent.person {
        Some(id) => facebook.people.get(id).ok_or_else(|| DialogError::UnknownPerson(id.clone()))?,
        None => facebook.people.values().next().ok_or_else(|| DialogError::UnknownPerson(String::new()))?,
    };
    if consent.deny {
        return Ok((request, None));
    }
    let offered = request.offered(facebook, &person.id);
    if let Some(unknown) = consent.decline.iter().find(|scope| !offered.contains(scope)) {
        return Err(DialogError::NoBox(unknown.clone()));
    }
    let shown: BTreeSet<String> = pages_of(facebook, &person.id).map(|page| page.id.clone()).collect();
    let pages = match &consent.pages {
        None => shown,
        Some(chosen) => match chosen.iter().find(|id| !shown.contains(*id)) {
            Some(unknown) => return Err(DialogError::NoPage(unknown.clone())),
            None => chosen.iter().cloned().collect(),
        },
    };
    let (declined, mut granted): (Vec<_>, Vec<_>) = offered.into_iter().partition(|it| consent.decline.contains(it));
    granted.push(PUBLIC_PROFILE.to_owned());
    let decision = Decision {
        app: request.app.clone(),
        person: person.id.clone(),
        granted,
        declined,
        pages,
        redirect_uri: request.redirect_uri.clone(),
        system_user: request.system_user,
    };
    Ok((request, Some(decision)))
}

/// The pages that the dialog shows to the person.
pub(crate) fn pages_of<'a>(facebook: &'a Facebook, person: &'a str) -> impl Iterator<Item = &'a Page> {
    facebook.pages.values().filter(move |page| !page.gone && page.roles.contains_key(person))
}

/// `GET|POST /{version}/dialog/oauth`; the page's own form posts, and the request stands in the query still.
pub(crate) fn answer(sandbox: &Sandbox, call: &Call, query: &str) -> Response {
    if call.method == Method::POST {
        return LOOK.decided(decide(sandbox, query, &consent_of_form(sandbox, call, query)));
    }
    sandbox.read(|state| match DialogRequest::parse(query, &state.facebook, sandbox.redirect_uris()) {
        Ok(request) => dialog_page::render(&request, &state.facebook),
        Err(error) => LOOK.refused(&error),
    })
}

/// What the form says: of one person's boxes, those that are ticked. Boxes of other people do not count.
fn consent_of_form(sandbox: &Sandbox, call: &Call, query: &str) -> Consent {
    let person = call.one("person").map(str::to_owned);
    let chosen = person.clone().unwrap_or_default();
    let (offered, pages) = sandbox.read(|state| {
        let request = DialogRequest::parse(query, &state.facebook, sandbox.redirect_uris());
        let offered = request.map(|request| request.offered(&state.facebook, &chosen)).unwrap_or_default();
        (offered, pages_of(&state.facebook, &chosen).map(|page| page.id.clone()).collect::<Vec<_>>())
    });
    let ticked = |name: &str, value: &str| call.has(name, value);
    Consent {
        deny: call.one("decision") != Some("allow"),
        decline: offered.into_iter().filter(|scope| !ticked("permission", scope)).collect(),
        pages: Some(pages.into_iter().filter(|page| ticked(&format!("page-{chosen}"), page)).collect()),
        person,
    }
}
