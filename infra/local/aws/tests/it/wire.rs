use crate::stack::{Stack, code};
use embedded_aws::{AwsError, Call, Service, Target};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One request without an SDK; the whole answer as text.
async fn raw(stack: &Stack, target: &str, body: &str) -> String {
    let address = stack.endpoint.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\nx-amz-target: {target}\r\ncontent-type: application/x-amz-json-1.1\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn what_is_not_known_is_an_error_of_aws() {
    let stack = Stack::start().await;
    for target in
        ["AmazonSQS.Juggle", "DynamoDB_20120810.Juggle", "secretsmanager.Juggle", "AWSEvents.Juggle", "Other.Call", ""]
    {
        let answer = raw(&stack, target, "{}").await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{target}: {answer}");
        assert!(answer.contains("UnknownOperationException"), "{target}: {answer}");
        assert!(answer.contains("x-amzn-requestid: "), "{target}: {answer}");
    }
}

#[tokio::test]
async fn what_is_not_a_json_object_is_a_serialization_exception() {
    let stack = Stack::start().await;
    for (target, body) in [
        ("AmazonSQS.ListQueues", "{"),
        ("DynamoDB_20120810.ListTables", "nonsense"),
        ("secretsmanager.ListSecrets", "[]"),
        ("AWSEvents.PutEvents", ""),
        ("secretsmanager.GetSecretValue", r#"{"SecretId": 7}"#),
        ("DynamoDB_20120810.DescribeTable", r#"{"TableName": {}}"#),
    ] {
        let answer = raw(&stack, target, body).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{target}: {answer}");
        assert!(answer.contains("SerializationException"), "{target}: {answer}");
    }
}

#[tokio::test]
async fn dynamodb_answers_carry_a_checksum_of_their_body() {
    let stack = Stack::start().await;
    let answer = raw(&stack, "DynamoDB_20120810.ListTables", "{}").await;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let checksum = crc32fast::hash(body.as_bytes());
    assert!(answer.contains(&format!("x-amz-crc32: {checksum}\r\n")), "{answer}");
}

#[tokio::test]
async fn no_mark_of_the_database_reaches_the_wire() {
    let stack = Stack::start().await;
    let answer = raw(&stack, "DynamoDB_20120810.GetItem", r#"{"TableName": "t"}"#).await;
    assert!(answer.contains("ValidationException") && !answer.contains("VALIDATION"), "{answer}");
}

#[tokio::test]
async fn every_call_is_observed_with_its_caller_and_what_it_touches() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let observe = move |call: &Call| log.lock().unwrap().push(call.clone());
    let stack = Stack::start_with(|options| options.observe = Some(Arc::new(observe))).await;
    let _ = stack.secrets_as("refresh-worker").get_secret_value().secret_id("aura/x").send().await;
    let transaction = r#"{"TransactItems": [{"Put": {"TableName": "one"}}, {"ConditionCheck": {"TableName": "two"}}]}"#;
    raw(&stack, "DynamoDB_20120810.TransactWriteItems", transaction).await;
    raw(&stack, "DynamoDB_20120810.Query", r#"{"TableName": "one", "IndexName": "due"}"#).await;
    raw(&stack, "AmazonSQS.SendMessageBatch", r#"{"QueueUrl": "http://x/0/sync", "Entries": []}"#).await;
    let calls = seen.lock().unwrap();
    let target = |action: &str, resource: &str| Target { action: action.to_owned(), resource: resource.to_owned() };
    assert_eq!(calls[0].access_key_id.as_deref(), Some("refresh-worker"));
    assert_eq!(calls[0].service, Service::SecretsManager);
    assert_eq!(calls[0].targets, [target("GetSecretValue", "aura/x")]);
    assert_eq!(calls[1].targets, [target("PutItem", "one"), target("ConditionCheckItem", "two")]);
    assert_eq!(calls[1].table(), Some("one"));
    assert_eq!(calls[2].targets, [target("Query", "one/index/due")]);
    assert_eq!(calls[2].table(), Some("one"));
    assert_eq!(calls[3].targets, [target("SendMessage", "sync")]);
}

#[tokio::test]
async fn a_caller_can_be_refused_and_a_service_made_to_fail() {
    let admit = |call: &Call| match (call.access_key_id.as_deref(), call.operation.as_str()) {
        (Some("nobody"), _) => Err(AwsError::access_denied("nobody may not do this")),
        (_, "ListSecrets") => Err(AwsError::new(503, "ThrottlingException", "slow down")),
        _ => Ok(()),
    };
    let stack = Stack::start_with(|options| options.admit = Some(Arc::new(admit))).await;
    let refused = stack.secrets_as("nobody").create_secret().name("a").secret_string("x").send().await;
    assert_eq!(code(refused), "AccessDeniedException");
    assert!(stack.aws.secrets().names().is_empty());
    let failed = stack.secrets().list_secrets().send().await.unwrap_err();
    assert_eq!(failed.raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(code::<(), _>(Err(failed)), "ThrottlingException");
    stack.secrets().create_secret().name("a").secret_string("x").send().await.unwrap();
}
