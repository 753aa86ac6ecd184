use super::*;
use crate::template::{Schedule, ScheduleKind};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use chrono::DateTime;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

fn failed(answer: serde_json::Value) -> Vec<String> {
    failed_messages(&answer, &["a", "b"]).into_iter().collect()
}

#[test]
fn a_partial_answer_names_what_failed_and_nonsense_fails_the_whole_batch() {
    let none: Vec<String> = Vec::new();
    assert_eq!(failed(json!(null)), none);
    assert_eq!(failed(json!({})), none);
    assert_eq!(failed(json!({"batchItemFailures": []})), none);
    assert_eq!(failed(json!({"batchItemFailures": null})), none);
    assert_eq!(failed(json!({"batchItemFailures": [{"itemIdentifier": "b"}]})), ["b"]);
    for nonsense in [
        json!({"batchItemFailures": [{"itemIdentifier": ""}]}),
        json!({"batchItemFailures": [{"itemIdentifier": null}]}),
        json!({"batchItemFailures": [{"itemIdentifier": "elsewhere"}]}),
        json!({"batchItemFailures": [{"id": "a"}]}),
        json!({"batchItemFailures": "a"}),
        json!("done"),
    ] {
        assert_eq!(failed(nonsense.clone()), ["a", "b"], "{nonsense}");
    }
    assert_eq!(failed_messages(&json!([]), &["a"]), BTreeSet::from(["a".to_owned()]));
}

#[test]
fn a_batch_becomes_the_event_that_lambda_sends() {
    let message = Message::builder()
        .message_id("id-1")
        .receipt_handle("handle-1")
        .body("{\"a\":1}")
        .md5_of_body("md5")
        .attributes(MessageSystemAttributeName::SentTimestamp, "1795305600000")
        .attributes(MessageSystemAttributeName::ApproximateReceiveCount, "1")
        .build();
    insta::assert_json_snapshot!(queue_event(&[message], "arn:aws:sqs:eu-central-1:000000000000:jobs", "eu-central-1"));
}

#[test]
fn a_schedule_sends_the_event_of_its_service() {
    let at = DateTime::from_timestamp(1_795_305_600, 0).unwrap();
    let of = |kind| {
        let schedule = Schedule {
            name: "every-minute".to_owned(),
            event: "EveryMinute".to_owned(),
            every: Duration::from_secs(60),
            function: "worker".to_owned(),
            input: None,
            enabled: true,
            kind,
        };
        schedule_event(&schedule, "id-1", at, "eu-central-1", "000000000000")
    };
    insta::assert_json_snapshot!("schedule_of_a_rule", of(ScheduleKind::Rule));
    insta::assert_json_snapshot!("schedule_of_the_scheduler", of(ScheduleKind::Scheduler));
}
