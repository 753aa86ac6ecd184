//! What there is, for people and scripts: ids, names, and what stands. No token and no secret.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    state::{Facebook, Form, Lead, Page, Person},
    webhooks,
};
use crate::State;

/// People, pages with their forms, and apps.
pub(crate) fn overview(state: &State, now: DateTime<Utc>) -> Value {
    let facebook = &state.facebook;
    let people: Vec<Value> = facebook.people.values().map(|it| person(facebook, it)).collect();
    let pages: Vec<Value> = facebook.pages.values().map(|it| page(facebook, it, now)).collect();
    let apps: Vec<Value> = facebook
        .apps
        .values()
        .map(|app| {
            let callback = webhooks::target(state, app).map(|(address, _)| address);
            json!({ "id": app.id, "name": app.name, "callback": callback, "webhooksDisabled": app.webhooks_disabled })
        })
        .collect();
    json!({ "people": people, "pages": pages, "apps": apps })
}

fn person(facebook: &Facebook, person: &Person) -> Value {
    let grants: Vec<Value> = facebook
        .grants
        .apps_of(&person.id)
        .iter()
        .filter_map(|app| facebook.grants.of(app, &person.id))
        .map(|grant| {
            json!({
                "app": grant.app,
                "permissions": grant.permissions,
                "pages": grant.pages,
                "dataAccessExpiresAt": grant.data_access_expires_at,
            })
        })
        .collect();
    json!({
        "id": person.id,
        "name": person.name,
        "checkpointed": person.checkpointed,
        "unconfirmed": person.unconfirmed,
        "grants": grants,
    })
}

fn page(facebook: &Facebook, page: &Page, now: DateTime<Utc>) -> Value {
    let forms = facebook.forms.values().filter(|form| form.page == page.id);
    let people: Vec<&String> = page.roles.keys().collect();
    json!({
        "id": page.id,
        "name": page.name,
        "gone": page.gone,
        "people": people,
        "subscribed": page.subscribed,
        "leadAccessManaged": page.lead_access.managed,
        "forms": forms.map(|it| form(it, now)).collect::<Vec<_>>(),
    })
}

fn form(form: &Form, now: DateTime<Utc>) -> Value {
    json!({
        "id": form.id,
        "name": form.name,
        "status": form.status,
        "gone": form.gone,
        "leads": form.leads.len(),
        "expired": form.expired(now),
    })
}

/// The form's readable leads, the newest first, as the Graph API would show them to somebody who may see all.
pub(crate) fn leads(facebook: &Facebook, form: &str, now: DateTime<Utc>) -> Option<Vec<Value>> {
    let form = facebook.forms.get(form)?;
    let readable = form.leads.iter().rev().filter_map(|(_, id)| facebook.lead(id, now));
    Some(readable.map(lead).collect())
}

fn lead(lead: &Lead) -> Value {
    let named = ["created_time", "form_id", "is_organic", "platform", "field_data", "custom_disclaimer_responses"];
    super::leads::show(lead, &named.map(str::to_owned))
}
