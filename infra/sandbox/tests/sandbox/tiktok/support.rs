//! A client of TikTok's API, small enough to show every byte it sends.

use sandbox::{
    Notification, Notify,
    tiktok::{CLIENT_ID, CLIENT_SECRET, Consent, LeadOrder, SwitchChange},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use url::Url;

use crate::support::{Answer, World, encoded, parameter, text};

pub(crate) const BACK: &str = "http://127.0.0.1:8787/oauth/callback/tiktok-lead-ads";
pub(crate) const HOOK: &str = "https://hooks.example.com/tiktok";

/// A tenant: a world and an access token in it.
pub(crate) struct Tenant<'a> {
    pub(crate) world: &'a World,
    pub(crate) token: String,
}

/// A world whose webhooks wait to be taken.
pub(crate) async fn queued() -> World {
    World::with(|options| options.notify = Notify::Queue).await
}

pub(crate) fn path(endpoint: &str) -> String {
    format!("/tiktok/open_api/v1.3/{endpoint}/")
}

pub(crate) fn authorization_url(world: &World, more: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(&world.sandbox.tiktok_vars()["TIKTOK_AUTH_URL"]).unwrap();
    url.query_pairs_mut()
        .extend_pairs([("app_id", CLIENT_ID), ("state", "s t&a=te"), ("redirect_uri", BACK)])
        .extend_pairs(more);
    url
}

pub(crate) fn code(world: &World, consent: &Consent) -> String {
    let redirect = world.sandbox.tiktok().consent(&authorization_url(world, &[]), consent).unwrap();
    parameter(&redirect, "auth_code").unwrap()
}

pub(crate) async fn post(world: &World, endpoint: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let mut headers = headers.to_vec();
    headers.push(("content-type", "application/json"));
    world.send("POST", &path(endpoint), &headers, &body.to_string()).await
}

pub(crate) async fn exchange(world: &World, code: &str) -> Value {
    let body = json!({ "app_id": CLIENT_ID, "secret": CLIENT_SECRET, "auth_code": code });
    envelope(&post(world, "oauth2/access_token", &[], &body).await)
}

/// The envelope of an answer that has one.
pub(crate) fn envelope(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let whole = answer.json();
    assert_eq!(answer.header("x-tt-logid"), whole["request_id"].as_str());
    whole
}

/// `data` of a success.
#[track_caller]
pub(crate) fn data(envelope: &Value) -> Value {
    assert_eq!(envelope["code"], 0, "{envelope}");
    assert_eq!(envelope["message"], "OK");
    envelope["data"].clone()
}

/// A person who has granted everything.
pub(crate) async fn connect<'a>(world: &'a World, person: &str) -> Tenant<'a> {
    connect_as(world, &Consent { person: Some(person.to_owned()), ..Consent::default() }).await
}

pub(crate) async fn connect_as<'a>(world: &'a World, consent: &Consent) -> Tenant<'a> {
    let reply = data(&exchange(world, &code(world, consent)).await);
    Tenant { world, token: text(&reply, "access_token").to_owned() }
}

impl Tenant<'_> {
    pub(crate) async fn get(&self, endpoint: &str, query: &[(&str, &str)]) -> Value {
        let path = format!("{}?{}", path(endpoint), encoded(query));
        envelope(&self.world.send("GET", &path, &[("access-token", &self.token)], "").await)
    }

    /// As [`Tenant::get`], for values that were made on the way.
    pub(crate) async fn get_owned(&self, endpoint: &str, query: Vec<(&str, String)>) -> Value {
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.get(endpoint, &query).await
    }

    pub(crate) async fn post(&self, endpoint: &str, body: &Value) -> Value {
        envelope(&post(self.world, endpoint, &[("access-token", &self.token)], body).await)
    }

    /// With the header of a region, if there is one.
    pub(crate) async fn post_in(&self, region: Option<&str>, endpoint: &str, body: &Value) -> Value {
        let mut headers = vec![("access-token", self.token.as_str())];
        headers.extend(region.map(|region| ("x-lead-region", region)));
        envelope(&post(self.world, endpoint, &headers, body).await)
    }

    /// Subscribes to what `detail` names.
    pub(crate) async fn subscribe(&self, detail: Value) -> Value {
        self.subscribe_at(HOOK, detail).await
    }

    pub(crate) async fn subscribe_at(&self, address: &str, mut detail: Value) -> Value {
        detail["access_token"] = json!(self.token);
        let body = json!({
            "app_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "subscribe_entity": "LEAD",
            "callback_url": address,
            "subscription_detail": detail,
        });
        envelope(&post(self.world, "subscription/subscribe", &[], &body).await)
    }

    pub(crate) async fn subscriptions(&self) -> Vec<Value> {
        let query =
            [("app_id", CLIENT_ID), ("secret", CLIENT_SECRET), ("subscribe_entity", "LEAD"), ("page_size", "1000")];
        data(&self.get("subscription/get", &query).await)["subscriptions"].as_array().unwrap().clone()
    }
}

pub(crate) fn switch(world: &World, change: Value) {
    let change: SwitchChange = serde_json::from_value(change).unwrap();
    world.sandbox.tiktok().switch(change);
}

pub(crate) fn generate(world: &World, order: Value) -> Vec<String> {
    let order: LeadOrder = serde_json::from_value(order).unwrap();
    world.sandbox.tiktok().generate(&order).unwrap()
}

pub(crate) fn taken(world: &World) -> Vec<Notification> {
    world.sandbox.tiktok().take_webhooks()
}

pub(crate) fn event(webhook: &Notification) -> Value {
    serde_json::from_str(&webhook.body).unwrap()
}

/// The ids of the leads that a webhook tells of.
pub(crate) fn lead_ids(webhook: &Notification) -> Vec<String> {
    event(webhook)["entry"].as_array().unwrap().iter().map(|lead| lead["id"].as_u64().unwrap().to_string()).collect()
}

/// Head and body of an answer whose body is no text.
pub(crate) async fn fetch(world: &World, path: &str, headers: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(&world.address).await.unwrap();
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", world.address);
    headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
    stream.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase(), answer[end + 4..].to_vec())
}

/// The rows of a CSV file (RFC 4180, line feeds alone allowed).
pub(crate) fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(!quoted && cell.is_empty(), "the file ends in the middle");
    rows
}
