//! The person behind a token: who it is, what was granted, and the pages.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    access::{self, Caller, Held},
    call::Call,
    errors::GraphError,
    fields::{self, Shape},
    grants::TokenKind,
    pages,
    paging::List,
    state::{Facebook, Page},
};

const USER: Shape = Shape { node: "User", known: &["id", "name", "email"], usual: &["name"] };

const ACCOUNT: Shape = Shape {
    node: "Page",
    known: &["id", "name", "access_token", "tasks", "category", "business", "has_lead_access"],
    usual: &["access_token", "category", "name", "tasks"],
};

/// `GET /me` with a user token.
pub(crate) fn user(held: &Held<'_>, call: &Call) -> Result<Value, GraphError> {
    let names = USER.named(call.one("fields"))?;
    let person = held.person;
    Ok(fields::show(&person.id, &names, |name| match name {
        "name" => Some(json!(person.name)),
        "email" => held.grant.has("email").then(|| json!(person.email)),
        _ => None,
    }))
}

/// `GET /{user-id}/permissions`, by the user's own token or the app's: only the app can see that they have expired.
pub(crate) fn permissions(
    facebook: &Facebook,
    caller: &Caller<'_>,
    call: &Call,
    user: &str,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let grant = match caller {
        Caller::App(app) => facebook.grants.of(&app.id, user),
        Caller::Token(held) => Some(held.grant).filter(|_| user == "me" || user == held.person.id),
    };
    let grant = grant.ok_or_else(|| GraphError::not_visible(call.verb(), user))?;
    let status = |granted: bool| match granted {
        true if grant.data_access_expires_at <= now => "expired",
        true => "granted",
        false => "declined",
    };
    let entry =
        |(permission, granted): (&String, &bool)| json!({ "permission": permission, "status": status(*granted) });
    Ok(json!({ "data": grant.permissions.iter().map(entry).collect::<Vec<_>>() }))
}

/// `DELETE /{user-id}/permissions[/{permission}]`, by the user's own token or the app's.
pub(crate) fn revoke(
    facebook: &mut Facebook,
    call: &Call,
    user: &str,
    permission: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let (app, person) = match access::caller(facebook, call, now)? {
        Caller::App(app) => (app.id.clone(), user.to_owned()),
        Caller::Token(held) if user == "me" || user == held.person.id => {
            user_token(&held)?;
            (held.token.app.clone(), held.person.id.clone())
        }
        Caller::Token(_) => return Err(GraphError::not_visible(call.verb(), user)),
    };
    let permission = permission.or_else(|| call.one("permission"));
    let Some(grant) = facebook.grants.of_mut(&app, &person) else {
        return Err(GraphError::not_visible(call.verb(), user));
    };
    match permission {
        Some(permission) if grant.has(permission) => {
            grant.permissions.insert(permission.to_owned(), false);
        }
        Some(permission) => return Err(GraphError::parameter(format!("{permission} was not granted"))),
        None => {
            facebook.grants.remove(&app, &person);
        }
    }
    Ok(json!({ "success": true }))
}

fn user_token(held: &Held<'_>) -> Result<(), GraphError> {
    match held.token.kind {
        TokenKind::Page(_) => Err(GraphError::parameter("This method must be called with a user access token")),
        _ => Ok(()),
    }
}

/// Pages that the person may show to the app: a role, chosen in the dialog, and what the business owns only with
/// `business_management`. Without `pages_show_list` there are none, and no error.
fn visible(facebook: &Facebook, held: &Held<'_>) -> Vec<String> {
    let may_see = |page: &&Page| {
        let shown = held.grant.has("pages_show_list") && held.grant.pages.contains(&page.id);
        let owned = !page.via_business || held.grant.has("business_management");
        shown && owned && !page.gone && page.roles.contains_key(&held.person.id)
    };
    facebook.pages.values().filter(may_see).map(|page| page.id.clone()).collect()
}

/// `GET /{user-id}/accounts`
pub(crate) fn accounts(
    facebook: &mut Facebook,
    list: &List<'_>,
    user: &str,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let call = list.call;
    let names = ACCOUNT.named(call.one("fields"))?;
    let held = access::caller(facebook, call, now)?.token()?;
    user_token(&held)?;
    if user != "me" && user != held.person.id {
        return Err(GraphError::not_visible(call.verb(), user));
    }
    let shown = visible(facebook, &held);
    let (token, person) = (held.token.clone(), held.person.id.clone());
    let access: BTreeMap<&String, Value> =
        shown.iter().filter_map(|id| Some((id, pages::lead_access(facebook.page(id)?, &held)))).collect();
    list.answer(shown.iter().cloned(), false, |id| {
        let page_token = facebook.grants.page_token(&token, id, now);
        let page = facebook.page(id)?;
        Some(fields::show(id, &names, |name| match name {
            "name" => Some(json!(page.name)),
            "category" => Some(json!(page.category)),
            "tasks" => page.roles.get(&person).map(|tasks| json!(tasks)),
            "access_token" => Some(json!(page_token)),
            "business" => Some(json!({ "id": page.business })),
            "has_lead_access" => access.get(id).cloned(),
            _ => None,
        }))
    })
}
