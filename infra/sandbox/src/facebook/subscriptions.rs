//! The app's own subscription: one callback for all pages, which proves by a handshake that it wants to be told.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::{
    access,
    call::Call,
    errors::GraphError,
    state::{App, Facebook, Subscription},
};
use crate::{DeliveryError, Sandbox, notifications::exchange};

/// `GET /{app-id}/subscriptions`
pub(crate) fn list(facebook: &Facebook, call: &Call, id: &str, now: DateTime<Utc>) -> Result<Value, GraphError> {
    let app = own(facebook, call, id, now)?;
    let entry = |made: &Subscription| {
        let fields: Vec<Value> = made.fields.iter().map(|name| json!({ "name": name, "version": "v26.0" })).collect();
        json!({
            "object": "page",
            "callback_url": made.callback_url,
            "active": !app.webhooks_disabled,
            "fields": fields,
        })
    };
    Ok(json!({ "data": app.subscription.iter().map(entry).collect::<Vec<_>>() }))
}

/// `DELETE /{app-id}/subscriptions`
pub(crate) fn end(facebook: &mut Facebook, call: &Call, id: &str, now: DateTime<Utc>) -> Result<Value, GraphError> {
    let app = own(facebook, call, id, now)?.id.clone();
    if call.one("object").is_some_and(|object| object != "page") {
        return Err(GraphError::parameter("Param object must be one of {page}"));
    }
    if let Some(app) = facebook.apps.get_mut(&app) {
        app.subscription = None;
    }
    Ok(json!({ "success": true }))
}

/// `POST /{app-id}/subscriptions`: the handshake first. One callback replaces another.
pub(crate) async fn make(sandbox: &Sandbox, call: &Call, id: &str) -> Result<Value, GraphError> {
    let now = sandbox.now();
    let (app, made, verify_token) = sandbox.read(|state| asked(&state.facebook, call, id, now))?;
    let challenge = 1_000_000_000 + now.timestamp() % 899_999_999;
    let url = Url::parse(&made.callback_url).map_err(|_| GraphError::parameter("Param callback_url is no URL"))?;
    handshake(&url, &verify_token, challenge).await.map_err(|why| GraphError::callback_failed(&why))?;
    sandbox.write(|state| {
        if let Some(app) = state.facebook.apps.get_mut(&app) {
            app.subscription = Some(made);
            app.webhooks_disabled = false;
        }
    });
    Ok(json!({ "success": true }))
}

fn asked(
    facebook: &Facebook,
    call: &Call,
    id: &str,
    now: DateTime<Utc>,
) -> Result<(String, Subscription, String), GraphError> {
    let app = own(facebook, call, id, now)?;
    let needed = |name: &str| call.one(name).map(str::to_owned).ok_or_else(|| GraphError::missing(name));
    if needed("object")? != "page" {
        return Err(GraphError::parameter("Param object must be one of {page}"));
    }
    let fields: BTreeSet<String> = needed("fields")?.split(',').map(|field| field.trim().to_owned()).collect();
    let include_values = matches!(call.one("include_values"), Some("true" | "1"));
    let made = Subscription { callback_url: needed("callback_url")?, fields, include_values };
    Ok((app.id.clone(), made, needed("verify_token")?))
}

fn own<'a>(facebook: &'a Facebook, call: &Call, id: &str, now: DateTime<Utc>) -> Result<&'a App, GraphError> {
    let app = access::caller(facebook, call, now)?.app()?;
    if app.id == id { Ok(app) } else { Err(GraphError::not_visible(call.verb(), id)) }
}

/// Asks the callback whether it is meant; why not, in words.
pub(crate) async fn handshake(callback: &Url, verify_token: &str, challenge: i64) -> Result<(), String> {
    let mut url = callback.clone();
    let challenge = challenge.to_string();
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", verify_token);
    let headers = [("User-Agent".to_owned(), "facebookplatform/1.0".to_owned())];
    match exchange::send("GET", url.as_str(), &headers, "").await {
        Ok(reply) if reply.status != 200 => Err(format!("HTTP Status Code = {}", reply.status)),
        Ok(reply) if reply.body != challenge => {
            Err("The response does not match challenge, expected value and nothing else".to_owned())
        }
        Ok(_) => Ok(()),
        Err(why @ (DeliveryError::Address(_) | DeliveryError::Connection(_) | DeliveryError::Answer)) => {
            Err(format!("Could not connect: {why}"))
        }
    }
}
