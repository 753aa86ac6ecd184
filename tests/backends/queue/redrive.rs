//! Messages that nobody can handle, and what a queue says of itself.

use super::scene::{PATIENCE, one, receive, send, system, with_message};
use crate::bench::{Bench, OwnQueue};
use aws_sdk_sqs::types::MessageSystemAttributeName as Name;

/// Receives the queue's message as often as its policy allows, giving it back each time.
async fn wear_out(bench: &Bench, queue: &OwnQueue) {
    for _ in 0..queue.max_receives {
        assert_eq!(receive(bench, &queue.url, PATIENCE, 0).await.len(), 1);
    }
}

pub(super) async fn a_message_received_too_often_goes_to_the_dead_letters(bench: Bench) {
    let queue = with_message(&bench).await;
    wear_out(&bench, &queue).await;
    assert!(receive(&bench, &queue.dead_letters, 0, 0).await.is_empty(), "it went too early");
    assert!(receive(&bench, &queue.url, 0, 0).await.is_empty(), "it was received once more");
    assert_eq!(one(&bench, &queue.dead_letters).await.body(), Some("hello"));
}

pub(super) async fn a_dead_letter_says_where_it_comes_from(bench: Bench) {
    let queue = with_message(&bench).await;
    wear_out(&bench, &queue).await;
    assert!(receive(&bench, &queue.url, 0, 0).await.is_empty());
    let arn = bench.queue_arn(&queue.url).await;
    let letter = one(&bench, &queue.dead_letters).await;
    assert_eq!(system(&letter, Name::DeadLetterQueueSourceArn), Some(arn.as_str()));
}

pub(super) async fn a_queue_has_the_attributes_of_the_template(bench: Bench) {
    let queue = bench.queue().await;
    let attributes = bench.queue_attributes(&queue.url).await;
    let declared = bench.declared_queue();
    assert_eq!(attributes["VisibilityTimeout"], declared.visibility.as_secs().to_string());
    assert_eq!(attributes["MessageRetentionPeriod"], declared.retention.as_secs().to_string());
    assert_eq!(attributes["DelaySeconds"], declared.delay.as_secs().to_string());
    let policy: serde_json::Value = serde_json::from_str(&attributes["RedrivePolicy"]).unwrap();
    let most = policy["maxReceiveCount"].as_u64().or_else(|| policy["maxReceiveCount"].as_str()?.parse().ok());
    assert_eq!(most, Some(u64::from(queue.max_receives)));
    assert_eq!(policy["deadLetterTargetArn"].as_str(), Some(bench.queue_arn(&queue.dead_letters).await.as_str()));
}

pub(super) async fn messages_are_counted_by_where_they_are(bench: Bench) {
    let queue = with_message(&bench).await;
    receive(&bench, &queue.url, PATIENCE, 60).await;
    send(&bench, &queue.url, "visible").await;
    let later = bench.clients();
    later.sqs().send_message().queue_url(&queue.url).message_body("later").delay_seconds(900).send().await.unwrap();
    let attributes = bench.queue_attributes(&queue.url).await;
    let counts =
        ["", "NotVisible", "Delayed"].map(|of| attributes[&format!("ApproximateNumberOfMessages{of}")].as_str());
    assert_eq!(counts, ["1", "1", "1"]);
}
