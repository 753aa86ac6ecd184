//! The authorization page: choosing who one is, ad accounts and permissions; confirming and cancelling.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use serde::Deserialize;
use url::Url;

use super::{
    CLIENT_ID,
    access::Scope,
    grants::Choice,
    state::{Account, Person, TikTok},
    switches::RedirectCodes,
};
use crate::{
    Sandbox,
    parameters::{Parameters, Wrong, redirect_address},
    shell::{self, Look},
};

const LOOK: Look = Look {
    provider: "TikTok",
    act: ["#b3123f", "#fff", "#ff9db4", "#4a0018"],
    refusal: "This authorization is impossible",
    decisions: [["cancel", "Cancel"], ["confirm", "Confirm"]],
};

/// What the person in front of the page does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
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
        let parameters = Parameters::of(query);
        if parameters.one("app_id")? != Some(CLIENT_ID) {
            return Err(ConsentError::UnknownApp);
        }
        let address = parameters.needed("redirect_uri")?;
        let redirect = redirect_address(address, registered).ok_or(ConsentError::RedirectMismatch)?;
        Ok(Self { redirect, state: parameters.text("state")? })
    }
}

impl From<Wrong> for ConsentError {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            // Only the address is needed by its name.
            Wrong::Missing(_) => Self::RedirectMismatch,
            Wrong::Repeated(name) => Self::Repeated(name),
        }
    }
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
        Ok(_) => sandbox.read(|state| render(&state.tiktok)),
        Err(error) => LOOK.refused(&error),
    }
}

/// `POST /tiktok/portal/auth`: the page's own form; the request stands in the query still.
pub(crate) async fn answer(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery, body: String) -> Response {
    let consent = consent_of_form(&Parameters::of(&body));
    LOOK.decided(decide(&sandbox, &query.unwrap_or_default(), &consent))
}

/// The boxes of each person's accounts have names of their own, as the page has those of all. No box ticked cancels.
fn consent_of_form(form: &Parameters) -> Consent {
    let person = form.all("person").next().map(str::to_owned);
    let field = account_field(person.as_deref().unwrap_or_default());
    let accounts: Vec<String> = form.all(&field).map(str::to_owned).collect();
    let left_out = Scope::ALL.map(Scope::id).into_iter().filter(|id| !form.has("scope", &id.to_string()));
    let cancel = !form.has("decision", "confirm") || accounts.is_empty();
    Consent { leave_out: left_out.collect(), cancel, person, accounts }
}

fn render(tiktok: &TikTok) -> Response {
    let people = tiktok.people.iter().zip(0..).map(|(it, place)| person(tiktok, it, place == 0));
    let scopes = Scope::ALL.iter().map(|scope| {
        let id = scope.id().to_string();
        shell::tick(&shell::Choice { name: "scope", value: &id, checked: true, text: scope.description(), small: &id })
    });
    let choices = [("Who you are, and your ad accounts", people.collect()), ("Permissions", scopes.collect())];
    LOOK.consent("Aura wants to access your ad accounts", &choices)
}

fn person(tiktok: &TikTok, person: &Person, checked: bool) -> String {
    let name = account_field(&person.key);
    let account = |account: &Account| {
        let role = person.roles.get(&account.id).map(|role| format!("{role:?} · {}", account.id)).unwrap_or_default();
        let (value, text) = (&account.id, &account.name);
        shell::tick(&shell::Choice { name: &name, value, checked: true, text, small: &role })
    };
    let accounts: String = tiktok.accounts_of(person).map(account).collect();
    let (value, text, small) = (&person.key, &person.name, &person.company);
    shell::person(&shell::Choice { name: "person", value, checked, text, small }, &accounts)
}

/// The name of the boxes of one person's accounts.
fn account_field(person: &str) -> String {
    format!("account-{person}")
}
