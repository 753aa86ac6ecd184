//! Receiving by hand.

use crate::bench::{Bench, OwnQueue};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as Name};
use domain::ids::AccountId;
use serde_json::{Value, json};

/// The longest that one asking waits for what must come.
pub(super) const PATIENCE: i32 = 10;

pub(super) fn account(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

/// A message as the product sends it.
pub(super) fn body(n: usize) -> Value {
    json!({ "n": n })
}

/// What is there now, or within `wait` seconds; it is hidden for `visibility` seconds.
pub(super) async fn receive(bench: &Bench, url: &str, wait: i32, visibility: i32) -> Vec<Message> {
    let clients = bench.clients();
    let request = clients.sqs().receive_message().queue_url(url).max_number_of_messages(10);
    let request = request.message_system_attribute_names(Name::All).wait_time_seconds(wait);
    request.visibility_timeout(visibility).send().await.expect("an answer").messages.unwrap_or_default()
}

/// The one message that must come, hidden for a minute.
pub(super) async fn one(bench: &Bench, url: &str) -> Message {
    let mut messages = receive(bench, url, PATIENCE, 60).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    messages.remove(0)
}

/// Everything in the queue, which must be so many messages: their bodies, sorted.
pub(super) async fn bodies(bench: &Bench, url: &str, count: usize) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    while found.len() < count {
        let messages = receive(bench, url, PATIENCE, 60).await;
        assert!(!messages.is_empty(), "{} of {count} messages came", found.len());
        found.extend(messages.iter().map(|message| serde_json::from_str(message.body().unwrap()).unwrap()));
    }
    assert!(receive(bench, url, 0, 60).await.is_empty(), "more than {count} messages came");
    found.sort_by_key(|body| body["n"].as_u64());
    found
}

/// An attribute that the system gave the message.
pub(super) fn system(message: &Message, name: Name) -> Option<&str> {
    message.attributes.as_ref()?.get(&name).map(String::as_str)
}

/// A queue with one message in it.
pub(super) async fn with_message(bench: &Bench) -> OwnQueue {
    let queue = bench.queue().await;
    send(bench, &queue.url, "hello").await;
    queue
}

/// Sends a text without anything around it.
pub(super) async fn send(bench: &Bench, url: &str, text: &str) {
    bench.clients().sqs().send_message().queue_url(url).message_body(text).send().await.expect("it is sent");
}

/// The message's receipt.
pub(super) fn receipt(message: &Message) -> String {
    message.receipt_handle().expect("a receipt").to_owned()
}
