//! Instant forms.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    access::Held,
    call::Call,
    errors::GraphError,
    fields::{self, Shape},
    paging::List,
    state::{Facebook, Form},
};

const FORM: Shape = Shape {
    node: "LeadgenForm",
    known: &[
        "id",
        "name",
        "status",
        "locale",
        "leads_count",
        "expired_leads_count",
        "created_time",
        "page_id",
        "page",
        "questions",
    ],
    usual: &["locale", "name", "status"],
};

/// `GET /{page-id}/leadgen_forms`
pub(crate) fn list(
    facebook: &Facebook,
    held: &Held<'_>,
    list: &List<'_>,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let call = list.call;
    let names = FORM.named(call.one("fields"))?;
    let id = call.path.first().map(String::as_str).unwrap_or_default();
    let page = held.page(facebook, call, id)?;
    may_read(held)?;
    let of_page = facebook.forms.values().filter(|form| form.page == page.id && !form.gone);
    let shown = |id: &String| facebook.form(id).map(|form| show(form, &names, now));
    list.answer(of_page.map(|form| form.id.clone()), false, shown)
}

/// `GET /{form-id}`
pub(crate) fn form(
    facebook: &Facebook,
    held: &Held<'_>,
    call: &Call,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Value, GraphError> {
    let names = FORM.named(call.one("fields"))?;
    Ok(show(visible(facebook, held, call, id)?, &names, now))
}

/// The form, if it is one of the token's page.
pub(crate) fn visible<'a>(
    facebook: &'a Facebook,
    held: &Held<'_>,
    call: &Call,
    id: &str,
) -> Result<&'a Form, GraphError> {
    let own = held.page_id()?;
    let form = facebook.form(id).filter(|form| form.page == own);
    let form = form.ok_or_else(|| GraphError::not_visible(call.verb(), id))?;
    held.page(facebook, call, own)?;
    may_read(held)?;
    Ok(form)
}

fn may_read(held: &Held<'_>) -> Result<(), GraphError> {
    held.needs("pages_read_engagement", 10)?;
    held.needs("pages_manage_ads", 200)
}

fn show(form: &Form, names: &[String], now: DateTime<Utc>) -> Value {
    fields::show(&form.id, names, |name| match name {
        "name" => Some(json!(form.name)),
        "status" => Some(json!(form.status)),
        "locale" => Some(json!(form.locale)),
        "leads_count" => Some(json!(form.leads.len())),
        "expired_leads_count" => Some(json!(form.expired(now))),
        "created_time" => Some(json!(time(form.created))),
        "page_id" => Some(json!(form.page)),
        "page" => Some(json!({ "id": form.page })),
        "questions" => Some(json!(form.questions)),
        _ => None,
    })
}

/// ISO 8601 with an offset without colon, as Facebook writes times.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()
}
