use super::{Bus, Event, Publish};
use crate::clients::fake::{Answer, Call, FakeAws};
use chrono::DateTime;
use domain::ids::AccountId;
use serde_json::{Value, json};
use uuid::Uuid;

fn event(n: u128, detail: Value) -> Event {
    Event {
        id: Uuid::from_u128(n),
        account: AccountId::parse("acme").unwrap(),
        detail_type: "record.changed".to_owned(),
        version: 7,
        detail,
        time: DateTime::from_timestamp_millis(1_795_305_600_250).unwrap(),
    }
}

fn events(count: u128) -> Vec<Event> {
    (0..count).map(|n| event(n, json!({ "n": n.to_string() }))).collect()
}

fn details(call: &Call) -> Vec<Value> {
    let entries = call.body["Entries"].as_array().unwrap();
    entries.iter().map(|entry| serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap()).collect()
}

/// The positional answer that accepts every event but those that `code` names a refusal for.
fn accept(call: &Call, code: impl Fn(&Value) -> Option<&'static str>) -> Answer {
    let results: Vec<Value> = details(call)
        .iter()
        .map(|detail| match code(detail) {
            Some(code) => json!({ "ErrorCode": code, "ErrorMessage": "" }),
            None => json!({ "EventId": "e" }),
        })
        .collect();
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    Answer::ok(json!({ "FailedEntryCount": failed, "Entries": results }))
}

fn refused(code: &str) -> Publish {
    Publish::Refused { code: code.to_owned() }
}

#[tokio::test]
async fn an_event_says_what_happened_to_whom_and_when() {
    let aws = FakeAws::answering(|call| accept(call, |_| None));
    let detail = json!({ "record": "r1", "account": "forged" });
    let outcomes = Bus::new(aws.clients(), "aura-test").publish(&[event(1, detail)]).await;
    assert_eq!(outcomes, [Publish::Accepted]);
    let call = &aws.calls()[0];
    assert_eq!(call.op, "PutEvents");
    let entry = &call.body["Entries"][0];
    assert_eq!(entry["EventBusName"], "aura-test");
    assert_eq!(entry["Source"], "aura.integrations");
    assert_eq!(entry["DetailType"], "record.changed");
    assert_eq!(entry["Time"].as_f64(), Some(1_795_305_600.25));
    let expected = json!({
        "id": "00000000-0000-0000-0000-000000000001",
        "account": "acme",
        "version": 7,
        "occurredAt": "2026-11-22T00:00:00.250Z",
        "record": "r1",
    });
    assert_eq!(details(call), [expected]);
}

#[tokio::test]
async fn each_event_has_its_own_outcome() {
    let aws = FakeAws::answering(|call| accept(call, |detail| (detail["n"] == "1").then_some("ThrottlingException")));
    let outcomes = Bus::new(aws.clients(), "aura-test").publish(&events(3)).await;
    assert_eq!(outcomes, [Publish::Accepted, refused("ThrottlingException"), Publish::Accepted]);
}

#[tokio::test]
async fn a_batch_without_an_answer_is_unknown_and_the_next_goes_on() {
    let aws = FakeAws::answering(|call| match details(call)[0]["n"] == "0" {
        true => Answer::Lost,
        false => accept(call, |_| None),
    });
    let outcomes = Bus::new(aws.clients(), "aura-test").publish(&events(12)).await;
    assert_eq!(outcomes[..10], vec![Publish::Unknown; 10]);
    assert_eq!(outcomes[10..], [Publish::Accepted, Publish::Accepted]);
}

#[tokio::test]
async fn an_answer_that_is_too_short_leaves_the_rest_unknown() {
    let aws = FakeAws::answering(|_| Answer::ok(json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "e" }] })));
    let outcomes = Bus::new(aws.clients(), "aura-test").publish(&events(2)).await;
    assert_eq!(outcomes, [Publish::Accepted, Publish::Unknown]);
}

#[tokio::test]
async fn batches_stay_below_a_megabyte_and_what_cannot_fit_is_refused_without_a_call() {
    let aws = FakeAws::answering(|call| accept(call, |_| None));
    let long = |bytes: usize| event(1, json!({ "text": "x".repeat(bytes) }));
    let list = [long(500_000), long(500_000), long(1_000_000), event(4, json!("no object"))];
    let outcomes = Bus::new(aws.clients(), "aura-test").publish(&list).await;
    assert_eq!(outcomes, [Publish::Accepted, Publish::Accepted, refused("TooLarge"), refused("MalformedDetail")]);
    assert_eq!(aws.calls().len(), 2);
}
