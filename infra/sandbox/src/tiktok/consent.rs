//! The authorization page: choosing who one is, ad accounts and permissions; confirming and cancelling.

use axum::{
    extract::{RawQuery, State},
    response::{Html, IntoResponse, Response},
};
use http::{StatusCode, header};
use url::{Host, Url};

use super::{
    CLIENT_ID,
    access::Scope,
    grants::Choice,
    state::{Person, TikTok},
    switches::RedirectCodes,
};
use crate::Sandbox;

const PAGE: &str = include_str!("consent.html");
const ERROR_PAGE: &str = include_str!("blocked.html");

/// What the person in front of the page does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// A person's key; `None`: the first.
    pub person: Option<String>,
    /// Advertiser ids that are ticked; none: all of the person's.
    pub accounts: Vec<String>,
    /// Numbers of permissions that are left out.
    pub leave_out: Vec<u32>,
    /// Grants nothing.
    pub cancel: bool,
}

/// Why there is no redirect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// The app id is missing or not the sandbox's.
    #[error("app_id: the app does not exist")]
    UnknownApp,
    /// The address is missing, or not registered.
    #[error("redirect_uri: the address is not one of the app's")]
    RedirectMismatch,
    /// A parameter was given twice.
    #[error("{0}: given more than once")]
    Repeated(&'static str),
    /// The sandbox has no such person.
    #[error("no such person: {0}")]
    UnknownPerson(String),
    /// The page has no box for this ad account.
    #[error("the page has no box for the ad account {0}")]
    NoAccount(String),
    /// The page has no box for this permission.
    #[error("the page has no box for the permission {0}")]
    NoPermission(u32),
}

/// What the page was asked for.
struct Asked {
    redirect: Url,
    state: Option<String>,
}

impl Asked {
    /// Parameters that are not known, such as `rid`, mean nothing here.
    fn parse(query: &str, registered: &[String]) -> Result<Self, ConsentError> {
        if one(query, "app_id")?.as_deref() != Some(CLIENT_ID) {
            return Err(ConsentError::UnknownApp);
        }
        let address = one(query, "redirect_uri")?.ok_or(ConsentError::RedirectMismatch)?;
        let redirect = Url::parse(&address).map_err(|_| ConsentError::RedirectMismatch)?;
        let is_known = if registered.is_empty() { may_redirect_to(&redirect) } else { registered.contains(&address) };
        if !is_known {
            return Err(ConsentError::RedirectMismatch);
        }
        Ok(Self { redirect, state: one(query, "state")? })
    }
}

fn one(query: &str, name: &'static str) -> Result<Option<String>, ConsentError> {
    let mut values = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    let first = values.next().map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty());
    if values.next().is_some() { Err(ConsentError::Repeated(name)) } else { Ok(first) }
}

fn may_redirect_to(address: &Url) -> bool {
    let is_loopback = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    address.fragment().is_none() && (address.scheme() == "https" || (address.scheme() == "http" && is_loopback))
}

/// Answers the request in `query` as the person decided; the address to redirect to.
pub(crate) fn decide(sandbox: &Sandbox, query: &str, consent: &Consent) -> Result<Url, ConsentError> {
    let Asked { mut redirect, state: given } = Asked::parse(query, sandbox.redirect_uris())?;
    let now = sandbox.now();
    let chosen = sandbox.read(|state| choose(&state.tiktok, consent))?;
    if consent.cancel || chosen.accounts.is_empty() {
        if !sandbox.read(|state| state.tiktok_live.switches.silent_cancel) {
            redirect.query_pairs_mut().append_pair("error", "access_denied");
        }
    } else {
        let (code, names) = sandbox
            .write(|state| (state.tiktok.grants.consent(chosen, now), state.tiktok_live.switches.redirect_codes));
        redirect.query_pairs_mut().extend_pairs(code_names(names).iter().map(|name| (name, &code)));
    }
    if let Some(given) = &given {
        redirect.query_pairs_mut().append_pair("state", given);
    }
    Ok(redirect)
}

fn code_names(names: RedirectCodes) -> &'static [&'static str] {
    match names {
        RedirectCodes::Both => &["auth_code", "code"],
        RedirectCodes::AuthCode => &["auth_code"],
        RedirectCodes::Code => &["code"],
    }
}

fn choose(tiktok: &TikTok, consent: &Consent) -> Result<Choice, ConsentError> {
    let unknown = || ConsentError::UnknownPerson(consent.person.clone().unwrap_or_default());
    let person = match &consent.person {
        Some(key) => tiktok.person(key),
        None => tiktok.people.first(),
    };
    let person = person.ok_or_else(unknown)?;
    let all: Vec<String> = tiktok.accounts_of(person).map(|account| account.id.clone()).collect();
    if let Some(strange) = consent.accounts.iter().find(|id| !all.contains(id)) {
        return Err(ConsentError::NoAccount(strange.clone()));
    }
    let known = Scope::ALL.map(Scope::id);
    if let Some(strange) = consent.leave_out.iter().find(|id| !known.contains(id)) {
        return Err(ConsentError::NoPermission(*strange));
    }
    let accounts = if consent.accounts.is_empty() { all } else { consent.accounts.clone() };
    let scopes = known.into_iter().filter(|id| !consent.leave_out.contains(id)).collect();
    Ok(Choice { person: person.key.clone(), accounts, scopes })
}

/// `GET /tiktok/portal/auth`
pub(crate) async fn page(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery) -> Response {
    match Asked::parse(query.as_deref().unwrap_or_default(), sandbox.redirect_uris()) {
        Ok(_) => html(StatusCode::OK, sandbox.read(|state| render(&state.tiktok))),
        Err(error) => blocked(&error.to_string()),
    }
}

/// `POST /tiktok/portal/auth`: the page's own form; the request stands in the query still.
pub(crate) async fn answer(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery, body: String) -> Response {
    match decide(&sandbox, &query.unwrap_or_default(), &consent_of_form(&body)) {
        Ok(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string()), no_store()]).into_response(),
        Err(error) => blocked(&error.to_string()),
    }
}

/// The boxes of each person's accounts have names of their own, as the page has those of all. No box ticked cancels.
fn consent_of_form(body: &str) -> Consent {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let all =
        |name: &str| -> Vec<&String> { fields.iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect() };
    let person = all("person").first().map(|key| (*key).clone());
    let accounts: Vec<String> =
        all(&account_field(person.as_deref().unwrap_or_default())).into_iter().cloned().collect();
    let ticked = all("scope");
    let left_out = Scope::ALL.map(Scope::id).into_iter().filter(|id| !ticked.iter().any(|one| **one == id.to_string()));
    let confirms = all("decision").iter().any(|decision| *decision == "confirm");
    Consent { person, leave_out: left_out.collect(), cancel: !confirms || accounts.is_empty(), accounts }
}

fn render(tiktok: &TikTok) -> String {
    let people: String =
        tiktok.people.iter().zip(0..).map(|(person, place)| person_choice(person, place == 0)).collect();
    let accounts: String = tiktok.people.iter().map(|person| account_boxes(tiktok, person)).collect();
    let scopes: String = Scope::ALL.iter().map(|scope| scope_box(*scope)).collect();
    PAGE.replace("{{people}}", &people).replace("{{accounts}}", &accounts).replace("{{scopes}}", &scopes)
}

fn person_choice(person: &Person, is_first: bool) -> String {
    choice("radio", "person", &person.key, if is_first { " checked" } else { "" }, &person.name, &person.company)
}

fn account_boxes(tiktok: &TikTok, person: &Person) -> String {
    let boxes = tiktok.accounts_of(person).map(|account| {
        let role = person.roles.get(&account.id).map(|role| format!("{role:?} · {}", account.id)).unwrap_or_default();
        choice("checkbox", &account_field(&person.key), &account.id, " checked", &account.name, &role)
    });
    let boxes: String = boxes.collect();
    let (key, name) = (escape(&person.key), escape(&person.name));
    format!(
        "<style>form:not(:has([name=person][value={key}]:checked)) [data-person={key}] {{ display: none; }}</style>\
         <fieldset data-person=\"{key}\"><legend>Ad accounts of {name}</legend>{boxes}</fieldset>"
    )
}

/// The name of the boxes of one person's accounts.
fn account_field(person: &str) -> String {
    format!("account-{person}")
}

fn scope_box(scope: Scope) -> String {
    let id = scope.id().to_string();
    choice("checkbox", "scope", &id, " checked", scope.description(), &id)
}

fn choice(kind: &str, name: &str, value: &str, checked: &str, text: &str, small: &str) -> String {
    let (value, text, small) = (escape(value), escape(text), escape(small));
    format!(
        "<label class=\"choice\"><input type=\"{kind}\" name=\"{name}\" value=\"{value}\"{checked}>\
         <span>{text}<small>{small}</small></span></label>"
    )
}

fn blocked(message: &str) -> Response {
    html(StatusCode::BAD_REQUEST, ERROR_PAGE.replace("{{message}}", &escape(message)))
}

fn html(status: StatusCode, page: String) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    let headers = [(header::CONTENT_SECURITY_POLICY, policy.to_owned()), no_store()];
    (status, headers, Html(page)).into_response()
}

fn no_store() -> (http::HeaderName, String) {
    (header::CACHE_CONTROL, "no-store".to_owned())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
