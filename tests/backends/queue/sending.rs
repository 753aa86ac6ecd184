//! Sending, alone and in batches.

use super::scene::{account, bodies, body, one, receive, send, system};
use crate::bench::{Bench, code};
use aws_sdk_sqs::types::{
    MessageSystemAttributeName as Name, MessageSystemAttributeNameForSends as Sent, MessageSystemAttributeValue,
    SendMessageBatchRequestEntry,
};
use serde_json::{Value, json};
use shared::queue::{Queue, QueueError};
use std::time::Duration;

/// The most bytes of a message and of a batch.
const MOST: usize = 1_048_576;

fn entry(id: &str, text: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(text).build().unwrap()
}

pub(super) async fn a_message_arrives_as_it_was_sent(bench: Bench) {
    let queue = bench.queue().await;
    let sent = json!({ "text": "ä \"quoted\" \\ 😀 <xml/> & \n\t", "n": 1 });
    queue.door.send(&account("acme"), &sent).await.unwrap();
    let arrived: Value = serde_json::from_str(one(&bench, &queue.url).await.body().unwrap()).unwrap();
    assert_eq!(arrived, sent);
}

/// Groups on a standard queue make it a fair one.
pub(super) async fn a_message_belongs_to_its_account(bench: Bench) {
    let queue = bench.queue().await;
    queue.door.send(&account("acme"), &body(1)).await.unwrap();
    assert_eq!(system(&one(&bench, &queue.url).await, Name::MessageGroupId), Some("acme"));
}

pub(super) async fn a_trace_is_handed_on(bench: Bench) {
    let queue = bench.queue().await;
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build().unwrap();
    let clients = bench.clients();
    let request = clients.sqs().send_message().queue_url(&queue.url).message_body("{}");
    request.message_system_attributes(Sent::AwsTraceHeader, value).send().await.unwrap();
    assert_eq!(system(&one(&bench, &queue.url).await, Name::AwsTraceHeader), Some(trace));
}

pub(super) async fn a_message_has_no_trace_of_its_own(bench: Bench) {
    let queue = bench.queue().await;
    send(&bench, &queue.url, "{}").await;
    let message = one(&bench, &queue.url).await;
    assert_eq!(system(&message, Name::AwsTraceHeader), None);
    assert_eq!(system(&message, Name::MessageGroupId), None);
}

pub(super) async fn many_messages_arrive_each_once(bench: Bench) {
    let queue = bench.queue().await;
    let sent: Vec<_> = (0..23).map(|n| (account("acme"), body(n))).collect();
    assert_eq!(queue.door.send_batch(&sent).await, Ok(vec![]));
    let expected: Vec<_> = (0..23).map(body).collect();
    assert_eq!(bodies(&bench, &queue.url, 23).await, expected);
}

pub(super) async fn a_batch_fails_entry_by_entry(bench: Bench) {
    let (queue, clients) = (bench.queue().await, bench.clients());
    let send = clients.sqs().send_message_batch().queue_url(&queue.url);
    // A character that XML 1.0 does not have, and that no message has.
    let send = send.entries(entry("good", "hello")).entries(entry("bad", "\u{1}"));
    let answer = send.send().await.unwrap();
    assert_eq!(answer.successful().iter().map(|sent| sent.id()).collect::<Vec<_>>(), ["good"]);
    let failed: Vec<_> = answer.failed().iter().map(|failed| (failed.id(), failed.sender_fault())).collect();
    assert_eq!(failed, [("bad", true)]);
    assert_eq!(one(&bench, &queue.url).await.body(), Some("hello"));
}

pub(super) async fn the_form_of_a_batch_is_checked_as_a_whole(bench: Bench) {
    let (queue, clients) = (bench.queue().await, bench.clients());
    let send = |entries: Vec<SendMessageBatchRequestEntry>| {
        clients.sqs().send_message_batch().queue_url(&queue.url).set_entries(Some(entries)).send()
    };
    let last = |code: String| code.rsplit('.').next().unwrap_or_default().to_owned();
    let eleven = (0..11).map(|n| entry(&n.to_string(), "x")).collect();
    assert_eq!(last(code(send(eleven).await)), "TooManyEntriesInBatchRequest");
    assert_eq!(last(code(send(vec![entry("a", "x"), entry("a", "y")]).await)), "BatchEntryIdsNotDistinct");
    assert!(receive(&bench, &queue.url, 0, 60).await.is_empty());
}

pub(super) async fn a_batch_holds_a_mebibyte_in_all(bench: Bench) {
    let (queue, clients) = (bench.queue().await, bench.clients());
    let send = |size: usize| {
        let text = "x".repeat(size);
        let send = clients.sqs().send_message_batch().queue_url(&queue.url);
        send.entries(entry("a", &text)).entries(entry("b", &text)).send()
    };
    let refused = code(send(MOST / 2 + 1).await);
    assert_eq!(refused.rsplit('.').next(), Some("BatchRequestTooLong"));
    assert_eq!(send(MOST / 2).await.unwrap().successful().len(), 2);
}

pub(super) async fn a_message_holds_a_mebibyte_and_no_more(bench: Bench) {
    let (queue, clients) = (bench.queue().await, bench.clients());
    let send = |size: usize| clients.sqs().send_message().queue_url(&queue.url).message_body("x".repeat(size)).send();
    assert_eq!(code(send(MOST + 1).await), "InvalidParameterValue");
    send(MOST).await.unwrap();
    assert_eq!(one(&bench, &queue.url).await.body().map(str::len), Some(MOST));
}

pub(super) async fn a_message_too_large_is_named_and_the_others_arrive(bench: Bench) {
    let queue = bench.queue().await;
    let large = json!({ "n": 1, "text": "x".repeat(MOST) });
    let sent = [body(0), large, body(2)].map(|body| (account("acme"), body));
    assert_eq!(queue.door.send_batch(&sent).await, Ok(vec![1]));
    assert_eq!(bodies(&bench, &queue.url, 2).await, [body(0), body(2)]);
}

pub(super) async fn a_delayed_message_comes_later(bench: Bench) {
    let queue = bench.queue().await;
    queue.door.send_later(&account("acme"), &body(1), Duration::from_secs(2)).await.unwrap();
    assert!(receive(&bench, &queue.url, 0, 60).await.is_empty());
    assert_eq!(bodies(&bench, &queue.url, 1).await, [body(1)]);
}

pub(super) async fn a_delay_is_fifteen_minutes_at_most(bench: Bench) {
    let (queue, clients) = (bench.queue().await, bench.clients());
    let send = clients.sqs().send_message().queue_url(&queue.url).message_body("x").delay_seconds(901).send().await;
    assert_eq!(code(send), "InvalidParameterValue");
    // The door asks for no more than that.
    queue.door.send_later(&account("acme"), &body(1), Duration::from_secs(3_600)).await.unwrap();
    assert!(receive(&bench, &queue.url, 0, 60).await.is_empty());
}

pub(super) async fn a_missing_queue_takes_nothing(bench: Bench) {
    let (queue, clients) = (bench.queue().await, bench.clients());
    let nowhere = queue.url.replace("-queue", "-nowhere");
    assert_eq!(
        Queue::new(bench.clients(), &nowhere).send(&account("acme"), &body(1)).await,
        Err(QueueError::Unavailable)
    );
    let send = clients.sqs().send_message().queue_url(&nowhere).message_body("x").send().await;
    assert!(send.unwrap_err().into_service_error().is_queue_does_not_exist());
    let named = clients.sqs().get_queue_url().queue_name(bench.name("nowhere")).send().await;
    assert!(named.unwrap_err().into_service_error().is_queue_does_not_exist());
}
