//! Connecting: what the consent, the callback and the finish may and may not do.

mod binding;
mod callback;
mod exchange;
mod failures;
mod first;
mod issuer;
mod outcome;
mod reconnect;
mod replace;
mod secrets;

use crate::world::{Answer, Client, DEMO, GOOGLE, Person, Plan, Tap, World};
use chrono::TimeDelta;
use sandbox::{Consent, PathKind};
use serde_json::{Map, Value, json};
use shared::entry::Wires;
use std::collections::HashMap;
use std::sync::Arc;
use url::Url;

/// The administrator of the demo account, as the issuer names her.
pub(crate) const ADA: &str = "ada";

/// A flow that was started.
pub(crate) struct Started {
    /// The consent page.
    pub(crate) url: Url,
    /// The flow's name.
    pub(crate) flow: String,
}

impl Started {
    pub(crate) fn of(answer: Answer) -> Self {
        let body = answer.ok();
        let text = |name: &str| body[name].as_str().expect("a text").to_owned();
        Self { url: Url::parse(&text("authorizationUrl")).expect("a URL"), flow: text("flow") }
    }

    /// A parameter of the consent page's address.
    pub(crate) fn parameter(&self, name: &str) -> String {
        parameter(&self.url, name)
    }
}

/// A parameter of an address.
pub(crate) fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no {name} in the address")).1.into_owned()
}

/// Starts to connect Google Calendar.
pub(crate) async fn start(client: &Client) -> Started {
    Started::of(client.post("/integrations/google-calendar/connect", &json!({})).await)
}

/// The person at the provider agrees; where the browser is sent.
pub(crate) fn agree(world: &World, started: &Started) -> Url {
    world.consent(started.url.as_str(), &Consent::default())
}

/// Start, consent and callback for a client; flow and ticket of the fragment.
pub(crate) async fn returned(world: &World, client: &Client) -> HashMap<String, String> {
    let started = start(client).await;
    world.follow(&agree(world, &started)).await
}

/// The provider's answer with these parameters, by a browser without a token: the return page's fragment. Whatever
/// was sent, the browser goes to the fixed page and leaves nothing behind.
pub(crate) async fn callback(world: &World, provider: &str, query: &[(&str, &str)]) -> HashMap<String, String> {
    let mut url = world.stack.api.join(&format!("oauth/callback/{provider}")).expect("a path");
    url.query_pairs_mut().extend_pairs(query);
    let answer = world.stranger(None).get_url(url).await;
    assert_eq!((answer.status, answer.text.as_str()), (303, ""), "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    let mut location = Url::parse(answer.header("location")).expect("a location");
    let fragment = location.fragment().unwrap_or_default().to_owned();
    location.set_fragment(None);
    assert_eq!(location.as_str(), world.setup("oauth-callback").vars.required("RETURN_PAGE_URL").expect("a page"));
    url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}

/// What a callback answers when it refuses: a code and no ticket.
pub(crate) fn refusal(fragment: &HashMap<String, String>) -> &str {
    assert!(!fragment.contains_key("ticket"), "{fragment:?}");
    fragment["error"].as_str()
}

/// The body of `/oauth/complete`.
pub(crate) fn finish_body(fragment: &HashMap<String, String>) -> Value {
    json!({ "flow": fragment["flow"], "ticket": fragment["ticket"] })
}

pub(crate) async fn complete(client: &Client, fragment: &HashMap<String, String>) -> Answer {
    client.post("/oauth/complete", &finish_body(fragment)).await
}

/// Complete as this person, past the gateway.
pub(crate) async fn complete_as(world: &World, person: &Person, fragment: &HashMap<String, String>) -> Answer {
    world.call(&shared::api::routes::COMPLETE, &[], person, &finish_body(fragment)).await
}

/// How often the provider's token endpoint was asked.
pub(crate) fn exchanges(world: &World) -> u64 {
    world.sandbox().counters().of(PathKind::Token)
}

/// Everything that is stored, but for the flows, the history and what is on its way to the bus.
#[derive(Debug, PartialEq)]
pub(crate) struct Picture {
    items: Vec<Value>,
    secrets: Vec<(String, String)>,
}

/// What is stored now.
pub(crate) async fn picture(world: &World) -> Picture {
    let passing = |item: &Value| {
        let (pk, sk) = (item["PK"]["S"].as_str().expect("PK"), item["SK"]["S"].as_str().expect("SK"));
        pk.starts_with("FLOW#") || pk.starts_with("OUTBOX#") || sk.starts_with("HISTORY#")
    };
    let mut items: Vec<Value> = world.items().await.into_iter().filter(|item| !passing(item)).collect();
    items.sort_by_key(|item| format!("{} {}", item["PK"]["S"], item["SK"]["S"]));
    Picture { items, secrets: world.secrets() }
}

/// The secrets that hold grants.
pub(crate) fn grants(world: &World) -> Vec<(String, String)> {
    world.secrets().into_iter().filter(|(name, _)| name.contains("/grants/")).collect()
}

/// The flow's item, as JSON.
pub(crate) async fn flow_item(world: &World, flow: &str) -> Value {
    plain(&raw_flow(world, flow).await)
}

/// The flow's item, as DynamoDB's JSON.
pub(crate) async fn raw_flow(world: &World, flow: &str) -> Value {
    world.items_of(&format!("FLOW#{flow}")).await.pop().expect("the flow")
}

/// The history of every integration: when and what, oldest first.
pub(crate) async fn history(world: &World) -> Vec<Value> {
    let items = world.items_of("INTEGRATION#").await.iter().map(plain).collect::<Vec<_>>();
    let mut lines: Vec<Value> =
        items.into_iter().filter(|item| item["SK"].as_str().is_some_and(|sk| sk.starts_with("HISTORY#"))).collect();
    lines.sort_by_key(|line| line["SK"].as_str().map(str::to_owned));
    lines
}

/// The kinds and codes of the history's lines that are not among these.
pub(crate) async fn added_to(world: &World, before: &[Value]) -> Vec<String> {
    let now = history(world).await;
    assert!(before.iter().all(|line| now.contains(line)), "a line of the history was lost");
    let added = now.iter().filter(|line| !before.contains(line)).map(|line| told(&line["line"]["event"]));
    let mut added: Vec<String> = added.collect();
    added.sort();
    added
}

/// A line in short: `status_changed Draft Configuring`, `connect_ended denied`.
pub(crate) fn told(event: &Value) -> String {
    let words = ["type", "from", "to", "reason", "code"].iter().filter_map(|name| event[*name].as_str());
    words.collect::<Vec<_>>().join(" ")
}

/// DynamoDB's JSON as JSON.
pub(crate) fn plain(item: &Value) -> Value {
    let fields = item.as_object().into_iter().flatten();
    Value::Object(fields.map(|(name, value)| (name.clone(), plain_value(value))).collect::<Map<_, _>>())
}

fn plain_value(value: &Value) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|object| object.iter().next()) else { return value.clone() };
    match kind.as_str() {
        "M" => plain(inner),
        "L" => inner.as_array().into_iter().flatten().map(plain_value).collect(),
        "N" => serde_json::from_str(inner.as_str().unwrap_or_default()).unwrap_or_default(),
        "NULL" => Value::Null,
        _ => inner.clone(),
    }
}

/// A world by hand with a tap on the providers' wire.
pub(crate) async fn tapped() -> (World, Arc<Tap>) {
    let tap = Arc::new(Tap::default());
    let wires = Wires { providers: Some(tap.clone()), ..Wires::default() };
    (World::of(Plan { by_hand: true, events: 20, wires, ..Plan::default() }).await, tap)
}

/// Lets a worker do the account's work.
pub(crate) async fn work(world: &World) {
    world.work(DEMO, TimeDelta::seconds(110)).await;
}

/// Google Calendar connected, tested and synced once.
pub(crate) async fn active() -> World {
    let world = World::by_hand().await;
    world.connect(DEMO).await.ok();
    work(&world).await;
    assert_eq!(detail(&world).await["status"], "Active");
    world
}

/// The demo account's Google integration, as the API shows it.
pub(crate) async fn detail(world: &World) -> Value {
    world.admin(DEMO).get(&format!("/integrations/{GOOGLE}")).await.ok()
}
