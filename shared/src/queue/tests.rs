use super::{Queue, QueueError};
use crate::clients::fake::{Answer, Call, FakeAws};
use domain::ids::AccountId;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

const URL: &str = "https://sqs.eu-central-1.amazonaws.com/123456789012/sync";

fn account(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

fn messages(count: usize) -> Vec<(AccountId, Value)> {
    (0..count).map(|n| (account("acme"), json!({ "n": n }))).collect()
}

fn ids(call: &Call) -> Vec<String> {
    call.body["Entries"].as_array().unwrap().iter().map(|entry| entry["Id"].as_str().unwrap().to_owned()).collect()
}

/// The answer that confirms every entry but those for which `failure` has a sender fault to report.
fn confirm(call: &Call, failure: impl Fn(&str) -> Option<bool>) -> Answer {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for id in ids(call) {
        match failure(&id) {
            None => successful.push(json!({ "Id": id, "MessageId": id, "MD5OfMessageBody": "" })),
            Some(sender) => failed.push(json!({ "Id": id, "SenderFault": sender, "Code": "InternalError" })),
        }
    }
    Answer::ok(json!({ "Successful": successful, "Failed": failed }))
}

#[tokio::test]
async fn a_message_is_json_in_the_group_of_its_account() {
    let aws = FakeAws::answering(|_| Answer::ok(json!({ "MessageId": "m1" })));
    Queue::new(aws.clients(), URL).send(&account("acme"), &json!({ "run": 1 })).await.unwrap();
    let call = &aws.calls()[0];
    assert_eq!(call.op, "SendMessage");
    assert_eq!(call.body, json!({ "QueueUrl": URL, "MessageBody": r#"{"run":1}"#, "MessageGroupId": "acme" }));
}

#[tokio::test]
async fn a_message_without_an_answer_is_not_confirmed() {
    let aws = FakeAws::answering(|_| Answer::Lost);
    let outcome = Queue::new(aws.clients(), URL).send(&account("acme"), &json!({})).await;
    assert_eq!(outcome, Err(QueueError::Unavailable));
}

#[tokio::test]
async fn many_messages_go_in_tens_and_each_in_its_accounts_group() {
    let aws = FakeAws::answering(|call| confirm(call, |_| None));
    let mut all = messages(20);
    all.push((account("other"), json!({ "n": 20 })));
    assert_eq!(Queue::new(aws.clients(), URL).send_batch(&all).await, Ok(vec![]));
    let sizes: Vec<usize> = aws.calls().iter().map(|call| ids(call).len()).collect();
    assert_eq!(sizes, [10, 10, 1]);
    let last = json!({ "Id": "20", "MessageBody": r#"{"n":20}"#, "MessageGroupId": "other" });
    assert_eq!(aws.calls()[2].body["Entries"][0], last);
}

#[tokio::test]
async fn only_what_was_refused_is_sent_again() {
    let rounds = AtomicUsize::new(0);
    let aws = FakeAws::answering(move |call| match rounds.fetch_add(1, Ordering::SeqCst) {
        0 => confirm(call, |id| ["1", "3"].contains(&id).then_some(false)),
        _ => confirm(call, |_| None),
    });
    assert_eq!(Queue::new(aws.clients(), URL).send_batch(&messages(5)).await, Ok(vec![]));
    assert_eq!(aws.calls().iter().map(ids).collect::<Vec<_>>(), [vec!["0", "1", "2", "3", "4"], vec!["1", "3"]]);
}

#[tokio::test]
async fn what_stays_refused_is_named_after_three_rounds() {
    let aws = FakeAws::answering(|call| confirm(call, |id| (id == "11").then_some(false)));
    assert_eq!(Queue::new(aws.clients(), URL).send_batch(&messages(12)).await, Ok(vec![11]));
    assert_eq!(aws.calls().len(), 4);
}

#[tokio::test]
async fn a_message_that_the_queue_will_never_take_is_not_sent_again() {
    let aws = FakeAws::answering(|call| confirm(call, |id| (id == "0").then_some(true)));
    assert_eq!(Queue::new(aws.clients(), URL).send_batch(&messages(2)).await, Ok(vec![0]));
    assert_eq!(aws.calls().len(), 1);
}

#[tokio::test]
async fn a_batch_without_an_answer_does_not_stop_the_next() {
    let aws = FakeAws::answering(|call| match ids(call).contains(&"0".to_owned()) {
        true => Answer::Lost,
        false => confirm(call, |_| None),
    });
    let failed = Queue::new(aws.clients(), URL).send_batch(&messages(12)).await;
    assert_eq!(failed, Ok((0..10).collect()));
}
