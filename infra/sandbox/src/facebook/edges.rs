//! Which node or edge a call names, and who answers for it.

use http::Method;
use serde_json::{Value, json};

use super::{
    access::{self, Caller},
    call::Call,
    debug,
    errors::GraphError,
    forms,
    grants::TokenKind,
    graph::Meeting,
    leads, me, oauth, pages,
    paging::List,
    subscriptions, test_leads, webhooks,
};
use crate::{Sandbox, State};

/// The answer of the Graph API.
pub(crate) fn answer(
    sandbox: &Sandbox,
    state: &mut State,
    call: &Call,
    meeting: &Meeting,
) -> Result<Value, GraphError> {
    let parts: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (&call.method, parts.as_slice()) {
        (&Method::GET | &Method::POST, ["oauth", "access_token"]) => {
            oauth::answer(&mut state.facebook, call, sandbox.now())
        }
        (&Method::GET, ["debug_token"]) => {
            let app = access::caller(&state.facebook, call, sandbox.now())?.app()?;
            debug::answer(&state.facebook, app, call, sandbox.now())
        }
        (&Method::GET, [node]) => node_of(sandbox, state, call, node),
        (&Method::GET, [node, edge]) => edge_of(sandbox, state, call, meeting, (node, edge)),
        (&Method::POST | &Method::DELETE, _) => change(sandbox, state, call, &parts),
        _ => Err(GraphError::unknown_path(&call.path.join("/"))),
    }
}

/// `GET /{id}`
fn node_of(sandbox: &Sandbox, state: &mut State, call: &Call, id: &str) -> Result<Value, GraphError> {
    let (facebook, now) = (&mut state.facebook, sandbox.now());
    let of_page = match access::caller(facebook, call, now)? {
        Caller::Token(held) if id == "me" || id == held.person.id => match &held.token.kind {
            TokenKind::Page(_) if id == "me" => true,
            TokenKind::Page(_) => return Err(GraphError::not_visible("get", id)),
            _ => return me::user(&held, call),
        },
        Caller::App(app) if app.id == id => return Ok(json!({ "name": app.name, "id": app.id })),
        Caller::App(_) => return Err(GraphError::not_visible("get", id)),
        Caller::Token(_) => facebook.pages.contains_key(id),
    };
    if of_page {
        return pages::page(facebook, call, id, now);
    }
    let held = access::caller(facebook, call, now)?.token()?;
    if facebook.forms.contains_key(id) {
        forms::form(facebook, &held, call, id, now)
    } else if id.bytes().all(|byte| byte.is_ascii_digit()) {
        leads::lead(facebook, &held, call, id, now)
    } else {
        Err(GraphError::unknown_alias(id))
    }
}

/// `GET /{id}/{edge}`
fn edge_of(
    sandbox: &Sandbox,
    state: &mut State,
    call: &Call,
    meeting: &Meeting,
    (id, edge): (&str, &str),
) -> Result<Value, GraphError> {
    let (facebook, now) = (&mut state.facebook, sandbox.now());
    let list = List { sandbox, call, version: meeting.version, most: state.desk.switches.page_size };
    match edge {
        "accounts" => return me::accounts(facebook, &list, id, now),
        "subscriptions" => return subscriptions::list(facebook, call, id, now),
        _ => {}
    }
    let caller = access::caller(facebook, call, now)?;
    if edge == "permissions" {
        return me::permissions(facebook, &caller, call, id, now);
    }
    let held = caller.token()?;
    match edge {
        "subscribed_apps" => pages::subscribed(facebook, &held, call, id),
        "leadgen_forms" => forms::list(facebook, &held, &list, now),
        "leads" => leads::list(facebook, &held, &list, now),
        "test_leads" => test_leads::list(facebook, &held, call, id, now),
        _ => Err(GraphError::unknown_path(&format!("{id}/{edge}"))),
    }
}

/// `POST` and `DELETE`
fn change(sandbox: &Sandbox, state: &mut State, call: &Call, parts: &[&str]) -> Result<Value, GraphError> {
    let (facebook, now) = (&mut state.facebook, sandbox.now());
    let deletes = call.method == Method::DELETE;
    match parts {
        [user, "permissions"] if deletes => me::revoke(facebook, call, user, None, now),
        [user, "permissions", permission] if deletes => me::revoke(facebook, call, user, Some(permission), now),
        [page, "subscribed_apps"] if deletes => pages::unsubscribe(facebook, call, page, now),
        [page, "subscribed_apps"] => pages::subscribe(facebook, call, page, now),
        [app, "subscriptions"] if deletes => subscriptions::end(facebook, call, app, now),
        [lead] if deletes => leads::delete(facebook, call, lead, now),
        [form, "test_leads"] if !deletes => {
            let id = test_leads::create(facebook, call, form, now)?;
            webhooks::announce(state, std::slice::from_ref(&id), now);
            Ok(json!({ "id": id }))
        }
        _ => Err(GraphError::unknown_path(&parts.join("/"))),
    }
}
