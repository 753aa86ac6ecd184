//! Webhooks of pages: what is told of leads, and how it is signed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ring::hmac;
use serde_json::{Map, Value, json};

use super::{
    CLIENT_ID,
    deliveries::{Delivery, DeliveryKind},
    state::{App, Lead},
};
use crate::{
    State,
    secrets::{self, hex, hex_hmac},
};

/// Changes that one POST tells of at most.
pub(crate) const MOST_CHANGES: usize = 1_000;

/// Tells every subscribed app of these leads, in as few messages as possible.
pub(crate) fn announce(state: &mut State, leads: &[String], now: DateTime<Utc>) {
    for delivery in deliveries(state, leads, now) {
        let (mode, reorder) = (state.desk.switches.webhooks, state.desk.switches.reorder);
        state.desk.outbox.post(delivery, mode, reorder);
    }
    state.desk.wake.notify_one();
}

/// The messages for all apps.
pub(crate) fn deliveries(state: &State, leads: &[String], now: DateTime<Utc>) -> Vec<Delivery> {
    let mut messages = Vec::new();
    for app in state.facebook.apps.values() {
        let Some((address, with_values)) = target(state, app) else { continue };
        let is_told = |lead: &&Lead| {
            let page = state.facebook.page(&lead.page);
            page.and_then(|page| page.subscribed.get(&app.id)).is_some_and(|fields| fields.contains("leadgen"))
        };
        let told: Vec<&Lead> = leads.iter().filter_map(|id| state.facebook.leads.get(id)).filter(is_told).collect();
        for part in told.chunks(MOST_CHANGES) {
            let body = escaped(&body(state, part, with_values));
            let about = part.iter().map(|lead| lead.id.clone()).collect();
            messages.push(webhook(app, &address, body, about, now));
        }
    }
    messages
}

/// Where the app's webhooks go, and whether with values.
pub(crate) fn target(state: &State, app: &App) -> Option<(String, bool)> {
    if app.webhooks_disabled {
        return None;
    }
    match &app.subscription {
        Some(own) => own.fields.contains("leadgen").then(|| (own.callback_url.clone(), own.include_values)),
        None if app.id == CLIENT_ID => state.desk.setup.callback.as_ref().map(|to| (to.url.to_string(), true)),
        None => None,
    }
}

/// A signed message.
pub(crate) fn webhook(app: &App, address: &str, body: String, about: Vec<String>, now: DateTime<Utc>) -> Delivery {
    let headers = vec![
        ("Content-Type".to_owned(), "application/json".to_owned()),
        ("User-Agent".to_owned(), "facebookexternalua".to_owned()),
        ("X-Hub-Signature".to_owned(), format!("sha1={}", sha1(&app.secret, &body))),
        ("X-Hub-Signature-256".to_owned(), format!("sha256={}", hex_hmac(&app.secret, body.as_bytes()))),
    ];
    let (app, address) = (app.id.clone(), address.to_owned());
    let kind = DeliveryKind::Webhook;
    Delivery { app, kind, address, headers, body, about, first_at: now, due_at: now, attempts: 0 }
}

fn sha1(secret: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    hex(hmac::sign(&key, body.as_bytes()).as_ref())
}

/// One entry for each page. The same leads give the same text: a repeated message is equal byte for byte.
fn body(state: &State, leads: &[&Lead], with_values: bool) -> Value {
    let pages: BTreeSet<&str> = leads.iter().map(|lead| lead.page.as_str()).collect();
    let entry = |page: &str| {
        let of_page: Vec<&&Lead> = leads.iter().filter(|lead| lead.page == page).collect();
        let time = of_page.iter().map(|lead| lead.created.timestamp() + 1).max();
        let mut entry = json!({ "id": id(state, page), "time": time });
        if with_values {
            entry["changes"] = of_page.iter().map(|lead| change(state, lead)).collect();
        } else {
            entry["changed_fields"] = json!(["leadgen"]);
        }
        entry
    };
    json!({ "object": "page", "entry": pages.into_iter().map(entry).collect::<Vec<_>>() })
}

fn change(state: &State, lead: &Lead) -> Value {
    let mut value = Map::new();
    value.insert("leadgen_id".to_owned(), id(state, &lead.id));
    value.insert("form_id".to_owned(), id(state, &lead.form));
    value.insert("page_id".to_owned(), id(state, &lead.page));
    if let Some(ad) = &lead.ad {
        value.insert("ad_id".to_owned(), id(state, &ad.ad_id));
        value.insert("adgroup_id".to_owned(), id(state, &ad.adset_id));
    }
    value.insert("created_time".to_owned(), json!(lead.created.timestamp()));
    if let Some(note) = &state.desk.switches.note {
        value.insert("note".to_owned(), json!(note));
    }
    json!({ "field": "leadgen", "value": value })
}

/// Text or a number: it depends on the age of the app.
fn id(state: &State, text: &str) -> Value {
    match text.parse::<u64>() {
        Ok(number) if state.desk.switches.numeric_ids => json!(number),
        _ => json!(text),
    }
}

/// JSON in the form that is sent and signed: all that is not ASCII, and `/ < % @`, escaped, with lowercase digits.
pub(crate) fn escaped(value: &Value) -> String {
    let text = secrets::escaped(&value.to_string());
    [("/", "\\/"), ("<", "\\u003c"), ("%", "\\u0025"), ("@", "\\u0040")]
        .into_iter()
        .fold(text, |text, (plain, escape)| text.replace(plain, escape))
}
