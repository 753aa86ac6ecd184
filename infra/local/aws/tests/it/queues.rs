use crate::stack::{Stack, code};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeName as System, QueueAttributeName as Attribute,
    SendMessageBatchRequestEntry,
};
use chrono::TimeDelta;
use embedded_aws::{Call, Counts, Outgoing};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

async fn with_queue() -> (Stack, Client, String) {
    let stack = Stack::start().await;
    let client = stack.sqs();
    let url = client.create_queue().queue_name("sync").send().await.unwrap().queue_url.unwrap();
    (stack, client, url)
}

#[tokio::test]
async fn a_message_is_received_with_what_was_sent_and_gone_when_deleted() {
    let (stack, client, url) = with_queue().await;
    let attribute = MessageAttributeValue::builder().data_type("String").string_value("blue").build().unwrap();
    let sent = client
        .send_message()
        .queue_url(&url)
        .message_body("hello")
        .message_group_id("account-1")
        .message_attributes("colour", attribute)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("5d41402abc4b2a76b9719d911017c592"));
    assert_eq!(sent.md5_of_message_attributes(), Some("bc0c801a65630e65331bf6be2b53a05e"));
    let received = client
        .receive_message()
        .queue_url(&url)
        .message_system_attribute_names(System::All)
        .message_attribute_names("All")
        .send()
        .await
        .unwrap();
    let message = &received.messages()[0];
    assert_eq!(message.body(), Some("hello"));
    assert_eq!(message.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(message.md5_of_message_attributes(), sent.md5_of_message_attributes());
    assert_eq!(message.message_attributes().unwrap()["colour"].string_value(), Some("blue"));
    let system = message.attributes().unwrap();
    assert_eq!(system[&System::MessageGroupId], "account-1");
    assert_eq!(system[&System::ApproximateReceiveCount], "1");
    assert_eq!(system[&System::SentTimestamp], stack.clock.now().timestamp_millis().to_string());
    client.delete_message().queue_url(&url).receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
    assert_eq!(stack.aws.sqs().counts("sync").unwrap(), Counts::default());
}

#[tokio::test]
async fn attributes_come_only_when_asked_for() {
    let (stack, client, url) = with_queue().await;
    stack.aws.sqs().send("sync", Outgoing::of("hello")).unwrap();
    let received = client.receive_message().queue_url(&url).send().await.unwrap();
    assert!(received.messages()[0].attributes().is_none());
}

#[tokio::test]
async fn a_received_message_is_hidden_until_its_time_has_passed() {
    let (stack, client, url) = with_queue().await;
    client.send_message().queue_url(&url).message_body("hello").send().await.unwrap();
    let receive = || client.receive_message().queue_url(&url).visibility_timeout(60).send();
    assert_eq!(receive().await.unwrap().messages().len(), 1);
    assert_eq!(receive().await.unwrap().messages().len(), 0);
    assert_eq!(stack.aws.sqs().counts("sync").unwrap(), Counts { in_flight: 1, ..Counts::default() });
    stack.clock.forward(TimeDelta::seconds(60));
    let again = receive().await.unwrap();
    assert_eq!(again.messages().len(), 1);
}

#[tokio::test]
async fn only_the_latest_receipt_handle_deletes() {
    let (stack, client, url) = with_queue().await;
    let sqs = stack.aws.sqs();
    sqs.send("sync", Outgoing::of("hello")).unwrap();
    let first = sqs.receive("sync", 1, Some(Duration::ZERO)).unwrap().remove(0).receipt_handle;
    let second = sqs.receive("sync", 1, Some(Duration::from_secs(9))).unwrap().remove(0);
    assert_eq!(second.receives, 2);
    client.delete_message().queue_url(&url).receipt_handle(&first).send().await.unwrap();
    assert_eq!(sqs.counts("sync").unwrap().in_flight, 1);
    client.delete_message().queue_url(&url).receipt_handle(&second.receipt_handle).send().await.unwrap();
    assert_eq!(sqs.counts("sync").unwrap(), Counts::default());
    let nonsense = client.delete_message().queue_url(&url).receipt_handle("nonsense").send().await;
    assert_eq!(code(nonsense), "ReceiptHandleIsInvalid");
}

#[tokio::test]
async fn visibility_can_be_changed_while_a_message_is_in_flight() {
    let (stack, client, url) = with_queue().await;
    let sqs = stack.aws.sqs();
    sqs.send("sync", Outgoing::of("hello")).unwrap();
    let handle = sqs.receive("sync", 1, None).unwrap().remove(0).receipt_handle;
    let change = |seconds: i32| {
        client.change_message_visibility().queue_url(&url).receipt_handle(&handle).visibility_timeout(seconds).send()
    };
    change(600).await.unwrap();
    stack.clock.forward(TimeDelta::seconds(599));
    assert_eq!(sqs.counts("sync").unwrap().in_flight, 1);
    change(0).await.unwrap();
    assert_eq!(sqs.counts("sync").unwrap().visible, 1);
    assert_eq!(code(change(5).await), "MessageNotInflight");
}

#[tokio::test]
async fn a_delayed_message_appears_when_its_delay_has_passed() {
    let (stack, client, url) = with_queue().await;
    client.send_message().queue_url(&url).message_body("later").delay_seconds(10).send().await.unwrap();
    let sqs = stack.aws.sqs();
    assert_eq!(sqs.counts("sync").unwrap(), Counts { delayed: 1, ..Counts::default() });
    assert_eq!(sqs.next_visible_at("sync").unwrap(), Some(stack.clock.now() + TimeDelta::seconds(10)));
    assert!(sqs.receive("sync", 1, None).unwrap().is_empty());
    stack.clock.forward(TimeDelta::seconds(10));
    assert_eq!(sqs.receive("sync", 1, None).unwrap()[0].body, "later");
}

#[tokio::test]
async fn a_message_outlives_its_retention_period_by_nothing() {
    let (stack, client, url) = with_queue().await;
    let set = client.set_queue_attributes().queue_url(&url);
    set.attributes(Attribute::MessageRetentionPeriod, "60").send().await.unwrap();
    let sqs = stack.aws.sqs();
    sqs.send("sync", Outgoing::of("old")).unwrap();
    stack.clock.forward(TimeDelta::seconds(59));
    sqs.send("sync", Outgoing::of("young")).unwrap();
    stack.clock.forward(TimeDelta::seconds(1));
    let bodies: Vec<_> = sqs.receive("sync", 10, None).unwrap().into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, ["young"]);
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letter_queue() {
    let (stack, client, url) = with_queue().await;
    client.create_queue().queue_name("dead").send().await.unwrap();
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":2}"#;
    let set = client.set_queue_attributes().queue_url(&url);
    set.attributes(Attribute::RedrivePolicy, policy).send().await.unwrap();
    let sqs = stack.aws.sqs();
    let id = sqs.send("sync", Outgoing::of("poison")).unwrap().id;
    for _ in 0..2 {
        assert_eq!(sqs.receive("sync", 1, Some(Duration::ZERO)).unwrap().len(), 1);
    }
    assert!(sqs.receive("sync", 1, None).unwrap().is_empty());
    let dead = sqs.receive("dead", 1, None).unwrap().remove(0);
    assert_eq!((dead.id, dead.body.as_str(), dead.receives), (id, "poison", 3));
    assert_eq!(dead.system["DeadLetterQueueSourceArn"], sqs.queue_arn("sync"));
}

#[tokio::test]
async fn a_long_poll_is_woken_by_a_message() {
    let (stack, _client, _url) = with_queue().await;
    let sqs = stack.aws.sqs();
    let begun = std::time::Instant::now();
    // The first of the two looks, finds nothing and waits before the second sends.
    let waiting = sqs.receive_within("sync", 1, None, Duration::from_secs(20));
    let (received, sent) = tokio::join!(waiting, async { sqs.send("sync", Outgoing::of("hello")) });
    assert_eq!(received.unwrap()[0].id, sent.unwrap().id);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_long_poll_ends_empty_when_its_time_is_over() {
    let stack = Stack::start().await;
    let sqs = stack.aws.sqs();
    sqs.ensure_queue("sync", &Default::default()).unwrap();
    let begun = std::time::Instant::now();
    let wait = Duration::from_millis(30);
    let received = sqs.receive_within("sync", 1, None, wait).await.unwrap();
    assert!(received.is_empty());
    assert!(begun.elapsed() >= wait);
}

#[tokio::test]
async fn a_long_poll_sees_that_the_clock_was_moved() {
    let stack = Stack::start().await;
    let sqs = stack.aws.sqs();
    sqs.ensure_queue("sync", &Default::default()).unwrap();
    sqs.send("sync", Outgoing { delay: Some(Duration::from_secs(900)), ..Outgoing::of("later") }).unwrap();
    let waiting = sqs.receive_within("sync", 1, None, Duration::from_secs(600));
    let (received, ()) = tokio::join!(waiting, async {
        stack.clock.forward(TimeDelta::seconds(900));
        sqs.clock_moved();
    });
    assert_eq!(received.unwrap().len(), 1);
}

#[tokio::test]
async fn changes_tell_of_a_message_that_was_sent_before_waiting() {
    let stack = Stack::start().await;
    let sqs = stack.aws.sqs();
    sqs.ensure_queue("sync", &Default::default()).unwrap();
    let mut changes = sqs.changes();
    sqs.send("sync", Outgoing::of("hello")).unwrap();
    changes.changed().await;
    assert_eq!(sqs.counts("sync").unwrap().visible, 1);
}

#[tokio::test]
async fn stopping_ends_a_long_poll_that_is_under_way() {
    let arrived = Arc::new(Notify::new());
    let notify = Arc::clone(&arrived);
    let observe = move |call: &Call| {
        if call.operation == "ReceiveMessage" {
            notify.notify_one();
        }
    };
    let stack = Stack::start_with(|options| options.observe = Some(Arc::new(observe))).await;
    stack.aws.sqs().ensure_queue("sync", &Default::default()).unwrap();
    let url = stack.aws.sqs().queue_url("sync");
    let waiting = tokio::spawn(stack.sqs().receive_message().queue_url(url).wait_time_seconds(20).send());
    arrived.notified().await;
    let begun = std::time::Instant::now();
    stack.stop().await;
    assert!(waiting.await.unwrap().unwrap().messages().is_empty());
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_purged_queue_is_empty_and_a_deleted_one_is_gone() {
    let (stack, client, url) = with_queue().await;
    stack.aws.sqs().send("sync", Outgoing::of("hello")).unwrap();
    client.purge_queue().queue_url(&url).send().await.unwrap();
    assert_eq!(stack.aws.sqs().counts("sync").unwrap(), Counts::default());
    client.delete_queue().queue_url(&url).send().await.unwrap();
    assert!(stack.aws.sqs().queue_names().unwrap().is_empty());
}

#[tokio::test]
async fn a_batch_succeeds_and_fails_entry_by_entry() {
    let (stack, client, url) = with_queue().await;
    let entry =
        |id: &str, body: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap();
    let answer = client
        .send_message_batch()
        .queue_url(&url)
        .entries(entry("good", "hello"))
        .entries(entry("bad", "\u{0}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.successful()[0].id(), "good");
    assert_eq!((answer.failed()[0].id(), answer.failed()[0].code()), ("bad", "InvalidMessageContents"));
    assert!(answer.failed()[0].sender_fault());
    assert_eq!(stack.aws.sqs().counts("sync").unwrap().visible, 1);
}
