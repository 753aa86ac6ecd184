use crate::stack::{Stack, code};
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_eventbridge::types::builders::PutEventsRequestEntryBuilder;
use serde_json::json;

fn entry() -> PutEventsRequestEntryBuilder {
    PutEventsRequestEntry::builder().source("aura.integrations").detail_type("lead.received").detail(r#"{"id":1}"#)
}

#[tokio::test]
async fn accepted_events_reach_the_log_and_every_subscriber() {
    let stack = Stack::start().await;
    stack.aws.events().ensure_bus("aura").unwrap();
    let mut subscriber = stack.aws.events().subscribe();
    let entry = entry().event_bus_name("arn:aws:events:us-east-1:000000000000:event-bus/aura").resources("one");
    let answer = stack.events().put_events().entries(entry.build()).send().await.unwrap();
    assert_eq!(answer.failed_entry_count(), 0);
    let event = subscriber.recv().await.unwrap();
    assert_eq!(answer.entries()[0].event_id(), Some(event.id.as_str()));
    assert_eq!(
        event.envelope(),
        json!({
            "version": "0", "id": event.id, "detail-type": "lead.received", "source": "aura.integrations",
            "account": "000000000000", "time": "2026-11-22T09:00:00Z", "region": "us-east-1",
            "resources": ["one"], "detail": {"id": 1},
        })
    );
    assert_eq!(event.bus, "aura");
    assert_eq!(stack.aws.events().events(), [event]);
}

#[tokio::test]
async fn each_entry_has_its_result_at_its_own_position() {
    let stack = Stack::start().await;
    let answer = stack
        .events()
        .put_events()
        .entries(PutEventsRequestEntry::builder().detail_type("t").detail("{}").build())
        .entries(PutEventsRequestEntry::builder().source("s").detail("{}").build())
        .entries(entry().time(DateTime::from_secs(1_700_000_000)).build())
        .entries(PutEventsRequestEntry::builder().source("s").detail_type("t").build())
        .entries(entry().detail("[1]").build())
        .entries(entry().detail("{").build())
        .entries(entry().event_bus_name("misspelt").build())
        .entries(entry().source("aws.ours").build())
        .send()
        .await
        .unwrap();
    let codes: Vec<_> = answer.entries().iter().map(|entry| entry.error_code().unwrap_or("accepted")).collect();
    let expected = [
        "InvalidArgument",
        "InvalidArgument",
        "accepted",
        "InvalidArgument",
        "MalformedDetail",
        "MalformedDetail",
        "ResourceNotFoundException",
        "NotAuthorizedForSourceException",
    ];
    assert_eq!(codes, expected);
    assert_eq!(answer.failed_entry_count(), 7);
    let accepted = stack.aws.events().events();
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].time.timestamp(), 1_700_000_000);
}

#[tokio::test]
async fn a_request_takes_ten_entries_and_one_mebibyte() {
    let stack = Stack::start().await;
    let eleven = stack.events().put_events().set_entries(Some(vec![entry().build(); 11])).send().await;
    assert_eq!(code(eleven), "ValidationException");
    let large = format!(r#"{{"text":"{}"}}"#, "x".repeat(600 * 1024));
    let two_large = vec![entry().detail(large).build(); 2];
    let too_large = stack.events().put_events().set_entries(Some(two_large)).send().await;
    assert_eq!(code(too_large), "ValidationException");
    assert!(stack.aws.events().events().is_empty());
}

#[tokio::test]
async fn buses_are_made_once_and_listed() {
    let stack = Stack::start().await;
    let client = stack.events();
    let made = client.create_event_bus().name("aura").send().await.unwrap();
    assert_eq!(made.event_bus_arn(), Some("arn:aws:events:us-east-1:000000000000:event-bus/aura"));
    assert_eq!(code(client.create_event_bus().name("aura").send().await), "ResourceAlreadyExistsException");
    let buses = client.list_event_buses().send().await.unwrap();
    let names: Vec<_> = buses.event_buses().iter().map(|bus| bus.name().unwrap()).collect();
    assert_eq!(names, ["aura", "default"]);
}

#[tokio::test]
async fn a_deleted_bus_is_gone_and_the_default_one_stays() {
    let stack = Stack::start().await;
    let client = stack.events();
    stack.aws.events().ensure_bus("aura").unwrap();
    client.delete_event_bus().name("aura").send().await.unwrap();
    assert_eq!(code(client.describe_event_bus().name("aura").send().await), "ResourceNotFoundException");
    assert_eq!(code(client.delete_event_bus().name("default").send().await), "ValidationException");
    client.describe_event_bus().send().await.unwrap();
}
