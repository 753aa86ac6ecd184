use crate::stack::Stack;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use embedded_aws::{Counts, EmbeddedAws, OpenError, Options, Outgoing};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

async fn start(folder: &Path) -> Stack {
    Stack::start_with(|options| options.data = Some(folder.to_owned())).await
}

fn open(folder: &Path) -> Result<EmbeddedAws, OpenError> {
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse().unwrap();
    EmbeddedAws::open(Options { data: Some(folder.to_owned()), ..Options::new(Arc::new(move || now)) })
}

fn message(error: Result<EmbeddedAws, OpenError>) -> String {
    error.err().map(|error| error.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn items_messages_and_secrets_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let stack = start(folder.path()).await;
    let table = json!({
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
    });
    stack.aws.dynamodb().create_table(&table).unwrap();
    let put = stack.dynamodb().put_item().table_name("orders").item("PK", AttributeValue::S("a".to_owned()));
    put.send().await.unwrap();
    stack.aws.sqs().ensure_queue("sync", &Default::default()).unwrap();
    stack.aws.sqs().send("sync", Outgoing::of("waiting")).unwrap();
    let created = stack.secrets().create_secret().name("aura/grant").secret_string("first").send().await.unwrap();
    stack.stop().await;

    let stack = start(folder.path()).await;
    assert!(!stack.aws.dynamodb().create_table(&table).unwrap());
    let items = stack.dynamodb().scan().table_name("orders").send().await.unwrap();
    assert_eq!(items.count(), 1);
    assert_eq!(stack.aws.sqs().receive("sync", 1, None).unwrap()[0].body, "waiting");
    let got = stack.secrets().get_secret_value().secret_id("aura/grant").send().await.unwrap();
    assert_eq!((got.arn(), got.version_id()), (created.arn(), created.version_id()));
    assert_eq!(got.secret_string(), Some("first"));
}

#[tokio::test]
async fn what_was_in_flight_is_due_again_and_its_receives_still_count() {
    let folder = tempfile::tempdir().unwrap();
    let aws = open(folder.path()).unwrap();
    aws.sqs().ensure_queue("sync", &Default::default()).unwrap();
    aws.sqs().send("sync", Outgoing::of("held")).unwrap();
    aws.sqs().send("sync", Outgoing { delay: Some(Duration::from_secs(60)), ..Outgoing::of("later") }).unwrap();
    aws.sqs().receive("sync", 1, Some(Duration::from_secs(600))).unwrap();
    drop(aws);

    let aws = open(folder.path()).unwrap();
    assert_eq!(aws.sqs().counts("sync").unwrap(), Counts { visible: 1, delayed: 1, in_flight: 0 });
    assert_eq!(aws.sqs().receive("sync", 1, None).unwrap()[0].receives, 2);
}

#[tokio::test]
async fn a_folder_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).unwrap();
    assert!(message(open(folder.path())).contains("is in use by another process"));
    drop(first);
    assert!(open(folder.path()).is_ok());
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let message = message(open(&file.join("data")));
    assert!(message.contains("cannot use the data folder") && message.contains("file/data"), "{message}");
}

#[tokio::test]
async fn a_damaged_database_is_named() {
    for name in ["dynamodb.sqlite", "queues.sqlite"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), "not a database, but long enough to look at".repeat(100)).unwrap();
        let message = message(open(folder.path()));
        assert!(message.contains(name) && message.contains("cannot be read"), "{message}");
    }
}

#[tokio::test]
async fn a_damaged_secret_is_named_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).unwrap().secrets().ensure("a", "canary").unwrap();
    let file = std::fs::read_dir(folder.path().join("secrets")).unwrap().next().unwrap().unwrap().path();
    let content = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, content.replace(r#""created_ms":"#, r#""created_ms":"canary","other":"#)).unwrap();
    let message = message(open(folder.path()));
    assert!(message.contains(".json") && !message.contains("canary"), "{message}");
}

#[cfg(unix)]
#[tokio::test]
async fn secrets_on_disk_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let aws = open(folder.path()).unwrap();
    aws.secrets().ensure("a", "one").unwrap();
    aws.secrets().put("a", "two").unwrap();
    let secrets = folder.path().join("secrets");
    let files: Vec<_> = std::fs::read_dir(&secrets).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(std::fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(&secrets).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_secret_past_its_window_stays_gone_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let stack = start(folder.path()).await;
    stack.aws.secrets().ensure("a", "one").unwrap();
    stack.secrets().delete_secret().secret_id("a").force_delete_without_recovery(true).send().await.unwrap();
    stack.stop().await;
    assert!(open(folder.path()).unwrap().secrets().names().is_empty());
}
