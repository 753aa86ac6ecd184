//! Whose call it is, and what it may touch.

use chrono::{DateTime, Utc};

use super::{
    call::Call,
    errors::GraphError,
    grants::{Grant, Token, TokenKind},
    state::{App, Facebook, Page, Person},
};
use crate::secrets::hex_hmac;

/// Who calls.
pub(crate) enum Caller<'a> {
    /// The app itself.
    App(&'a App),
    /// A person, a system user or a page, with what was granted.
    Token(Held<'a>),
}

/// A token that is alive, and what it stands on.
pub(crate) struct Held<'a> {
    pub(crate) token: &'a Token,
    pub(crate) grant: &'a Grant,
    pub(crate) person: &'a Person,
}

/// The caller, if the token is alive and the app secret is proven: `appsecret_proof` is HMAC-SHA256 of the token with
/// the app secret, in lowercase hex.
pub(crate) fn caller<'a>(facebook: &'a Facebook, call: &Call, now: DateTime<Utc>) -> Result<Caller<'a>, GraphError> {
    let is_me = call.path.first().is_some_and(|first| first == "me");
    let nobody = || if is_me { GraphError::nobody_is_me() } else { GraphError::no_token() };
    let text = call.token().ok_or_else(nobody)?;
    if let Some(app) = app_of(facebook, text) {
        prove(app, text, call)?;
        return Ok(Caller::App(app));
    }
    let token = facebook.grants.token(text).ok_or_else(GraphError::unreadable_token)?;
    let app = facebook.apps.get(&token.app).ok_or_else(GraphError::unknown_app)?;
    prove(app, text, call)?;
    held(facebook, token, now).map(Caller::Token)
}

/// The app whose token `id|secret` this is.
pub(crate) fn app_of<'a>(facebook: &'a Facebook, token: &str) -> Option<&'a App> {
    let (id, secret) = token.split_once('|')?;
    facebook.apps.get(id).filter(|app| app.secret == secret)
}

fn prove(app: &App, token: &str, call: &Call) -> Result<(), GraphError> {
    let given = call.one("appsecret_proof").ok_or_else(GraphError::proof_missing)?;
    if given == hex_hmac(&app.secret, token.as_bytes()) { Ok(()) } else { Err(GraphError::proof_wrong()) }
}

/// What the token stands on, if it is alive. Otherwise the first reason, in the order in which Facebook finds them.
pub(crate) fn held<'a>(facebook: &'a Facebook, token: &'a Token, now: DateTime<Utc>) -> Result<Held<'a>, GraphError> {
    let person = facebook.people.get(&token.person).ok_or_else(|| GraphError::dead_token(492))?;
    let grant = facebook.grants.of(&token.app, &token.person).filter(|grant| token.is_of(grant));
    let dead = |subcode| Err(GraphError::dead_token(subcode));
    let Some(grant) = grant else { return dead(458) };
    if person.checkpointed {
        return dead(459);
    }
    if person.unconfirmed {
        return dead(464);
    }
    if token.outlived_password(person) {
        return dead(460);
    }
    if token.outlived_session(person) {
        return dead(467);
    }
    if token.expires_at.is_some_and(|at| at <= now) {
        return dead(463);
    }
    if grant.data_access_expires_at <= now {
        return Err(GraphError::data_access_expired());
    }
    if let TokenKind::Page(page) = &token.kind
        && facebook.pages.get(page).is_some_and(|page| !page.roles.contains_key(&token.person))
    {
        return dead(492);
    }
    Ok(Held { token, grant, person })
}

impl<'a> Caller<'a> {
    pub(crate) fn token(self) -> Result<Held<'a>, GraphError> {
        match self {
            Self::Token(held) => Ok(held),
            Self::App(_) => Err(GraphError::page_token_needed()),
        }
    }

    pub(crate) fn app(self) -> Result<&'a App, GraphError> {
        match self {
            Self::App(app) => Ok(app),
            Self::Token(_) => Err(GraphError::app_token_needed()),
        }
    }
}

impl Held<'_> {
    /// The page whose token this is.
    pub(crate) fn page_id(&self) -> Result<&str, GraphError> {
        match &self.token.kind {
            TokenKind::Page(page) => Ok(page),
            _ => Err(GraphError::page_token_needed()),
        }
    }

    /// The page of the token, if it is this one and the person has chosen it for the app.
    pub(crate) fn page<'a>(&self, facebook: &'a Facebook, call: &Call, id: &str) -> Result<&'a Page, GraphError> {
        let own = self.page_id()?;
        let page = facebook.page(id).filter(|page| page.id == own);
        let page = page.ok_or_else(|| GraphError::not_visible(call.verb(), id))?;
        if self.grant.pages.contains(id) { Ok(page) } else { Err(GraphError::not_of_this_page()) }
    }

    /// Refuses when the permission was not granted; `code` as Facebook has it for this permission.
    pub(crate) fn needs(&self, permission: &str, code: u32) -> Result<(), GraphError> {
        if self.grant.has(permission) { Ok(()) } else { Err(GraphError::missing_permission(code, permission)) }
    }
}
