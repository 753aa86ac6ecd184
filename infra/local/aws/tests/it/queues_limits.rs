use crate::stack::{Stack, code};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, QueueAttributeName as Attribute,
    SendMessageBatchRequestEntry,
};
use embedded_aws::{Counts, Outgoing};

async fn with_queue() -> (Stack, Client, String) {
    let stack = Stack::start().await;
    let client = stack.sqs();
    let url = client.create_queue().queue_name("sync").send().await.unwrap().queue_url.unwrap();
    (stack, client, url)
}

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

#[tokio::test]
async fn creating_a_queue_again_succeeds_unless_an_attribute_differs() {
    let (stack, client, url) = with_queue().await;
    let again = client.create_queue().queue_name("sync").attributes(Attribute::VisibilityTimeout, "30");
    assert_eq!(again.send().await.unwrap().queue_url(), Some(url.as_str()));
    let other = client.create_queue().queue_name("sync").attributes(Attribute::VisibilityTimeout, "31");
    let refused = other.send().await.unwrap_err().into_service_error();
    assert!(refused.is_queue_name_exists(), "{refused:?}");
    assert!(url.starts_with(&stack.endpoint), "{url}");
}

#[tokio::test]
async fn a_missing_queue_is_named_so_everywhere() {
    let (stack, client, url) = with_queue().await;
    let missing = url.replace("sync", "missing");
    let by_name = client.get_queue_url().queue_name("missing").send().await.unwrap_err().into_service_error();
    assert!(by_name.is_queue_does_not_exist(), "{by_name:?}");
    let send = client.send_message().queue_url(&missing).message_body("x").send().await.unwrap_err();
    assert!(send.into_service_error().is_queue_does_not_exist());
    let receive = client.receive_message().queue_url(&missing).wait_time_seconds(20).send().await.unwrap_err();
    assert!(receive.into_service_error().is_queue_does_not_exist());
    let batch = client.send_message_batch().queue_url(&missing).entries(entry("a", "x")).send().await.unwrap_err();
    assert!(batch.into_service_error().is_queue_does_not_exist());
    assert_eq!(stack.aws.sqs().counts("missing").unwrap_err().code, "QueueDoesNotExist");
}

#[tokio::test]
async fn queues_are_found_by_name_and_listed_by_prefix() {
    let (_stack, client, url) = with_queue().await;
    client.create_queue().queue_name("refresh").send().await.unwrap();
    let found = client.get_queue_url().queue_name("sync").send().await.unwrap();
    assert_eq!(found.queue_url(), Some(url.as_str()));
    let listed = client.list_queues().queue_name_prefix("sy").send().await.unwrap();
    assert_eq!(listed.queue_urls(), [url]);
}

#[tokio::test]
async fn attributes_are_counted_and_described() {
    let (stack, client, url) = with_queue().await;
    stack.aws.sqs().send("sync", Outgoing::of("one")).unwrap();
    let all = client.get_queue_attributes().queue_url(&url).attribute_names(Attribute::All).send().await.unwrap();
    let all = all.attributes().unwrap();
    assert_eq!(all[&Attribute::ApproximateNumberOfMessages], "1");
    assert_eq!(all[&Attribute::ApproximateNumberOfMessagesNotVisible], "0");
    assert_eq!(all[&Attribute::ApproximateNumberOfMessagesDelayed], "0");
    assert_eq!(all[&Attribute::VisibilityTimeout], "30");
    assert_eq!(all[&Attribute::QueueArn], "arn:aws:sqs:us-east-1:000000000000:sync");
}

#[tokio::test]
async fn wrong_attributes_are_refused() {
    let (_stack, client, url) = with_queue().await;
    let set =
        |name: Attribute, value: &str| client.set_queue_attributes().queue_url(&url).attributes(name, value).send();
    assert_eq!(code(set(Attribute::VisibilityTimeout, "43201").await), "InvalidAttributeValue");
    assert_eq!(code(set(Attribute::VisibilityTimeout, "soon").await), "InvalidAttributeValue");
    assert_eq!(code(set(Attribute::from("Colour"), "blue").await), "InvalidAttributeName");
    let nowhere = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:nowhere","maxReceiveCount":2}"#;
    assert_eq!(code(set(Attribute::RedrivePolicy, nowhere).await), "InvalidParameterValue");
    let fifo = client.create_queue().queue_name("a").attributes(Attribute::FifoQueue, "true").send().await;
    assert_eq!(code(fifo), "AWS.SimpleQueueService.UnsupportedOperation");
    assert_eq!(code(client.create_queue().queue_name("a queue").send().await), "InvalidParameterValue");
}

#[tokio::test]
async fn the_form_of_a_batch_is_checked_as_a_whole() {
    let (stack, client, url) = with_queue().await;
    let send = |entries: Vec<SendMessageBatchRequestEntry>| {
        client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send()
    };
    assert_eq!(code(send(vec![]).await), "AWS.SimpleQueueService.EmptyBatchRequest");
    let eleven = (0..11).map(|n| entry(&n.to_string(), "x")).collect();
    assert_eq!(code(send(eleven).await), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
    let twice = vec![entry("a", "x"), entry("a", "y")];
    assert_eq!(code(send(twice).await), "AWS.SimpleQueueService.BatchEntryIdsNotDistinct");
    assert_eq!(code(send(vec![entry("a b", "x")]).await), "AWS.SimpleQueueService.InvalidBatchEntryId");
    let half = "x".repeat(524_289);
    let large = vec![entry("a", &half), entry("b", &half)];
    assert_eq!(code(send(large).await), "AWS.SimpleQueueService.BatchRequestTooLong");
    assert_eq!(stack.aws.sqs().counts("sync").unwrap(), Counts::default());
}

#[tokio::test]
async fn a_message_holds_one_mebibyte_and_no_more() {
    let (_stack, client, url) = with_queue().await;
    let send = |size: usize| client.send_message().queue_url(&url).message_body("x".repeat(size)).send();
    send(1_048_576).await.unwrap();
    assert_eq!(code(send(1_048_577).await), "InvalidParameterValue");
}

#[tokio::test]
async fn ten_messages_at_most_are_received_at_once() {
    let (stack, client, url) = with_queue().await;
    for n in 0..12 {
        stack.aws.sqs().send("sync", Outgoing::of(n.to_string())).unwrap();
    }
    let receive = |max: i32| client.receive_message().queue_url(&url).max_number_of_messages(max).send();
    assert_eq!(code(receive(11).await), "InvalidParameterValue");
    let ten = receive(10).await.unwrap();
    let bodies: Vec<_> = ten.messages().iter().map(|message| message.body().unwrap().to_owned()).collect();
    assert_eq!(bodies, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(receive(10).await.unwrap().messages().len(), 2);
}

#[tokio::test]
async fn messages_are_hidden_and_deleted_in_batches() {
    let (stack, client, url) = with_queue().await;
    let sqs = stack.aws.sqs();
    sqs.send("sync", Outgoing::of("a")).unwrap();
    let handle = sqs.receive("sync", 1, None).unwrap().remove(0).receipt_handle;
    let hide = |id: &str, handle: &str| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(handle);
        entry.visibility_timeout(0).build().unwrap()
    };
    let hidden = client
        .change_message_visibility_batch()
        .queue_url(&url)
        .entries(hide("good", &handle))
        .entries(hide("bad", "nonsense"))
        .send()
        .await
        .unwrap();
    assert_eq!((hidden.successful().len(), hidden.failed()[0].code()), (1, "ReceiptHandleIsInvalid"));
    assert_eq!(sqs.counts("sync").unwrap().visible, 1);
    let delete = DeleteMessageBatchRequestEntry::builder().id("a").receipt_handle(&handle).build().unwrap();
    let deleted = client.delete_message_batch().queue_url(&url).entries(delete).send().await.unwrap();
    assert_eq!(deleted.successful().len(), 1);
    assert_eq!(sqs.counts("sync").unwrap(), Counts::default());
}
