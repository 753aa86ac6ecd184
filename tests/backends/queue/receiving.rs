//! Receiving, giving back, deleting.

use super::scene::{PATIENCE, receipt, receive, send, system, with_message};
use crate::bench::{Bench, OwnQueue, code};
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, MessageSystemAttributeName as Name,
};
use shared::clock::{Clock, SystemClock};
use std::time::{Duration, Instant};

/// Whether nothing can be received now.
async fn is_empty(bench: &Bench, queue: &OwnQueue) -> bool {
    receive(bench, &queue.url, 0, 60).await.is_empty()
}

pub(super) async fn a_message_says_when_it_was_sent_and_how_often_received(bench: Bench) {
    let queue = with_message(&bench).await;
    for times in ["1", "2", "3"] {
        let messages = receive(&bench, &queue.url, PATIENCE, 0).await;
        let message = &messages[0];
        assert_eq!(system(message, Name::ApproximateReceiveCount), Some(times));
        let sent: i64 = system(message, Name::SentTimestamp).unwrap().parse().unwrap();
        assert!((SystemClock.now().timestamp_millis() - sent).abs() < 120_000, "sent at {sent}");
        let first: i64 = system(message, Name::ApproximateFirstReceiveTimestamp).unwrap().parse().unwrap();
        assert!(first >= sent);
    }
}

pub(super) async fn a_received_message_is_hidden_until_it_is_given_back(bench: Bench) {
    let queue = with_message(&bench).await;
    let message = receive(&bench, &queue.url, PATIENCE, 60).await.remove(0);
    assert!(is_empty(&bench, &queue).await);
    let clients = bench.clients();
    let change = clients.sqs().change_message_visibility().queue_url(&queue.url).visibility_timeout(0);
    change.receipt_handle(receipt(&message)).send().await.unwrap();
    let again = receive(&bench, &queue.url, PATIENCE, 60).await.remove(0);
    assert_eq!(again.message_id, message.message_id);
}

pub(super) async fn a_hidden_message_comes_back_by_itself(bench: Bench) {
    let queue = with_message(&bench).await;
    let message = receive(&bench, &queue.url, PATIENCE, 1).await.remove(0);
    let again = receive(&bench, &queue.url, PATIENCE, 60).await;
    assert_eq!(again.len(), 1, "it did not come back");
    assert_eq!(again[0].message_id, message.message_id);
}

pub(super) async fn a_deleted_message_is_gone(bench: Bench) {
    let queue = with_message(&bench).await;
    let message = receive(&bench, &queue.url, PATIENCE, 0).await.remove(0);
    let clients = bench.clients();
    let delete = || clients.sqs().delete_message().queue_url(&queue.url).receipt_handle(receipt(&message)).send();
    delete().await.unwrap();
    assert!(is_empty(&bench, &queue).await);
    assert_eq!(code(delete().await), "no error", "deleting it once more");
    let nonsense = clients.sqs().delete_message().queue_url(&queue.url).receipt_handle("nonsense").send().await;
    assert_eq!(code(nonsense), "ReceiptHandleIsInvalid");
}

/// Whoever was too slow is not told; whether the message goes is not promised.
pub(super) async fn an_old_receipt_is_no_error(bench: Bench) {
    let queue = with_message(&bench).await;
    let slow = receive(&bench, &queue.url, PATIENCE, 0).await.remove(0);
    let now = receive(&bench, &queue.url, PATIENCE, 60).await.remove(0);
    assert_ne!(receipt(&slow), receipt(&now));
    let clients = bench.clients();
    let deleted = clients.sqs().delete_message().queue_url(&queue.url).receipt_handle(receipt(&slow)).send().await;
    assert_eq!(code(deleted), "no error", "deleting by the old receipt");
}

pub(super) async fn messages_are_deleted_and_given_back_in_batches(bench: Bench) {
    let queue = with_message(&bench).await;
    let message = receive(&bench, &queue.url, PATIENCE, 60).await.remove(0);
    let clients = bench.clients();
    let give_back = |id: &str, receipt: &str| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(receipt);
        entry.visibility_timeout(0).build().unwrap()
    };
    let given = clients.sqs().change_message_visibility_batch().queue_url(&queue.url);
    let given = given.entries(give_back("good", &receipt(&message))).entries(give_back("bad", "nonsense"));
    let given = given.send().await.unwrap();
    let ids = |ids: Vec<&str>| ids.join(" ");
    assert_eq!(ids(given.successful().iter().map(|entry| entry.id()).collect()), "good");
    assert_eq!(ids(given.failed().iter().map(|entry| entry.id()).collect()), "bad");
    let again = receive(&bench, &queue.url, PATIENCE, 60).await.remove(0);
    let delete = DeleteMessageBatchRequestEntry::builder().id("a").receipt_handle(receipt(&again)).build().unwrap();
    let deleted = clients.sqs().delete_message_batch().queue_url(&queue.url).entries(delete).send().await.unwrap();
    assert_eq!((deleted.successful().len(), deleted.failed().len()), (1, 0));
}

pub(super) async fn ten_messages_come_at_once_at_most(bench: Bench) {
    let queue = bench.queue().await;
    for _ in 0..12 {
        send(&bench, &queue.url, "x").await;
    }
    let clients = bench.clients();
    let eleven = clients.sqs().receive_message().queue_url(&queue.url).max_number_of_messages(11).send().await;
    assert_eq!(code(eleven), "InvalidParameterValue");
    let mut found = 0;
    while found < 12 {
        let some = receive(&bench, &queue.url, PATIENCE, 60).await.len();
        assert!((1..=10).contains(&some), "{some} at once");
        found += some;
    }
}

pub(super) async fn whoever_waits_is_woken_by_a_message(bench: Bench) {
    let queue = bench.queue().await;
    let begun = Instant::now();
    let (received, ()) = tokio::join!(receive(&bench, &queue.url, 20, 60), send(&bench, &queue.url, "hello"));
    assert_eq!(received.len(), 1);
    assert!(begun.elapsed() < Duration::from_secs(15));
}

pub(super) async fn an_empty_queue_answers_at_once_unless_it_is_asked_to_wait(bench: Bench) {
    let queue = bench.queue().await;
    let begun = Instant::now();
    assert!(receive(&bench, &queue.url, 1, 60).await.is_empty());
    assert!(begun.elapsed() >= Duration::from_millis(900), "it did not wait");
}

pub(super) async fn a_message_that_is_not_in_flight_cannot_be_hidden(bench: Bench) {
    let queue = with_message(&bench).await;
    let message = receive(&bench, &queue.url, PATIENCE, 0).await.remove(0);
    let clients = bench.clients();
    let change = clients.sqs().change_message_visibility().queue_url(&queue.url).visibility_timeout(60);
    let change = change.receipt_handle(receipt(&message)).send().await;
    let refused = code(change);
    assert!(refused.ends_with("MessageNotInflight"), "{refused}");
}
