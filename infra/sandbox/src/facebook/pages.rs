//! A page: itself, who may read its leads, and the apps that are told of its changes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    access::{self, Held},
    call::Call,
    errors::GraphError,
    fields::{self, Shape},
    grants::TokenKind,
    state::{Facebook, Page},
};

const PAGE: Shape = Shape {
    node: "Page",
    known: &["id", "name", "category", "access_token", "tasks", "business", "has_lead_access"],
    usual: &["name"],
};

/// Fields of a page that an app can be told of.
const FIELDS: [&str; 6] = ["leadgen", "leadgen_update", "feed", "messages", "mention", "ratings"];

/// `GET /{page-id}`, or `/me` with its token.
pub(crate) fn page(facebook: &mut Facebook, call: &Call, id: &str, now: DateTime<Utc>) -> Result<Value, GraphError> {
    let names = PAGE.named(call.one("fields"))?;
    let held = access::caller(facebook, call, now)?.token()?;
    let page = visible(facebook, call, &held, id)?;
    let (page_id, person, token) = (page.id.clone(), held.person.id.clone(), held.token.clone());
    let lead_access = lead_access(page, &held);
    let of_page = matches!(token.kind, TokenKind::Page(_));
    let page_token = match names.iter().any(|name| name == "access_token") {
        true if of_page => Some(token.text),
        true => Some(facebook.grants.page_token(&token, &page_id, now)),
        false => None,
    };
    let page = facebook.page(&page_id).ok_or_else(|| GraphError::not_visible("get", id))?;
    Ok(fields::show(&page_id, &names, |name| match name {
        "name" => Some(json!(page.name)),
        "category" => Some(json!(page.category)),
        "tasks" => page.roles.get(&person).map(|tasks| json!(tasks)),
        "business" => Some(json!({ "id": page.business })),
        "access_token" => page_token.clone().map(Value::String),
        "has_lead_access" => Some(lead_access.clone()),
        _ => None,
    }))
}

/// A page token sees its page, a user token the pages that were chosen.
fn visible<'a>(facebook: &'a Facebook, call: &Call, held: &Held<'_>, id: &str) -> Result<&'a Page, GraphError> {
    if let TokenKind::Page(own) = &held.token.kind {
        return held.page(facebook, call, if id == "me" { own } else { id });
    }
    let has_role = |page: &&Page| page.roles.contains_key(&held.person.id) && held.grant.pages.contains(&page.id);
    let page = facebook.page(id).filter(has_role).ok_or_else(|| GraphError::not_visible(call.verb(), id))?;
    held.needs("pages_show_list", 10)?;
    Ok(page)
}

/// Whether the Leads Access Manager lets the app and the person through.
pub(crate) fn reads_leads(page: &Page, app: &str, person: &str) -> bool {
    !page.lead_access.managed || (page.lead_access.apps.contains(app) && page.lead_access.people.contains(person))
}

/// The field `has_lead_access`.
pub(crate) fn lead_access(page: &Page, held: &Held<'_>) -> Value {
    let (app, person) = (&held.token.app, &held.person.id);
    let managed = page.lead_access.managed;
    let app_may = held.grant.has("leads_retrieval") && (!managed || page.lead_access.apps.contains(app));
    let user_may = page.roles.contains_key(person) && (!managed || page.lead_access.people.contains(person));
    let mut value = json!({
        "page_id": page.id,
        "user_id": person,
        "app_has_leads_permission": app_may,
        "user_has_leads_permission": user_may,
        "can_access_lead": app_may && user_may,
        "is_page_admin": page.has_task(person, "MANAGE"),
        "enabled_lead_access_manager": managed,
    });
    let failure = match (app_may, user_may) {
        _ if !held.grant.has("leads_retrieval") => {
            Some(("The app has not been granted leads_retrieval.", "Log in again and allow access to leads."))
        }
        (false, _) => Some((
            "CRM access has been revoked from Lead Access Manager.",
            "Assign this app as a CRM under Leads Access in the settings of the business that owns the page.",
        )),
        (true, false) => Some((
            "The person has no leads access for this page.",
            "Ask an administrator of the page to assign leads access to this person.",
        )),
        (true, true) => None,
    };
    if let Some((reason, resolution)) = failure {
        value["failure_reason"] = json!(reason);
        value["failure_resolution"] = json!(resolution);
    }
    value
}

/// `GET /{page-id}/subscribed_apps`
pub(crate) fn subscribed(facebook: &Facebook, held: &Held<'_>, call: &Call, id: &str) -> Result<Value, GraphError> {
    let page = held.page(facebook, call, id)?;
    held.needs("pages_manage_metadata", 200)?;
    let entry = |(app, fields): (&String, &BTreeSet<String>)| {
        let name = facebook.apps.get(app).map(|app| &app.name);
        json!({ "category": "Business", "name": name, "id": app, "subscribed_fields": fields })
    };
    Ok(json!({ "data": page.subscribed.iter().map(entry).collect::<Vec<_>>() }))
}

/// `POST /{page-id}/subscribed_apps?subscribed_fields=…`: the fields replace the former ones.
pub(crate) fn subscribe(
    facebook: &mut Facebook,
    call: &Call,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let app = may_manage(facebook, call, id, now)?;
    let fields = call.one("subscribed_fields").ok_or_else(|| GraphError::missing("subscribed_fields"))?;
    let fields: BTreeSet<String> = fields.split(',').map(|field| field.trim().to_owned()).collect();
    if let Some(unknown) = fields.iter().find(|field| !FIELDS.contains(&field.as_str())) {
        let message = format!("Param subscribed_fields[0] must be one of {{{}}} - got {unknown}", FIELDS.join(", "));
        return Err(GraphError::parameter(message));
    }
    change(facebook, id, |page| drop(page.subscribed.insert(app, fields)));
    Ok(json!({ "success": true }))
}

/// `DELETE /{page-id}/subscribed_apps`: a page that has no subscription of this app is fine.
pub(crate) fn unsubscribe(
    facebook: &mut Facebook,
    call: &Call,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let app = may_manage(facebook, call, id, now)?;
    change(facebook, id, |page| drop(page.subscribed.remove(&app)));
    Ok(json!({ "success": true }))
}

fn change(facebook: &mut Facebook, id: &str, change: impl FnOnce(&mut Page)) {
    if let Some(page) = facebook.pages.get_mut(id) {
        change(page);
    }
}

/// The app that may change the page's subscriptions.
fn may_manage(facebook: &Facebook, call: &Call, id: &str, now: DateTime<Utc>) -> Result<String, GraphError> {
    let held = access::caller(facebook, call, now)?.token()?;
    held.page(facebook, call, id)?;
    held.needs("pages_manage_metadata", 200)?;
    Ok(held.token.app.clone())
}
