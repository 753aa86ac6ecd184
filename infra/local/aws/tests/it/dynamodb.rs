use crate::stack::{Stack, code};
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Put, TransactWriteItem};
use aws_sdk_dynamodb::{Client, error::SdkError};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::HashMap;

fn template() -> Value {
    json!({
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
            {"AttributeName": "due_pk", "AttributeType": "S"},
            {"AttributeName": "due_sk", "AttributeType": "S"},
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": "due",
            "KeySchema": [
                {"AttributeName": "due_pk", "KeyType": "HASH"},
                {"AttributeName": "due_sk", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }],
        "BillingMode": "PAY_PER_REQUEST",
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": true},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
        "SSESpecification": {"SSEEnabled": true},
    })
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn item(pairs: &[(&str, &str)]) -> HashMap<String, AttributeValue> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect()
}

async fn with_table() -> (Stack, Client) {
    let stack = Stack::start().await;
    assert!(stack.aws.dynamodb().create_table(&template()).unwrap());
    let client = stack.dynamodb();
    (stack, client)
}

#[tokio::test]
async fn a_table_from_a_template_is_made_once_and_kept() {
    let (stack, client) = with_table().await;
    assert!(!stack.aws.dynamodb().create_table(&template()).unwrap());
    let table = client.describe_table().table_name("orders").send().await.unwrap().table.unwrap();
    assert_eq!(table.global_secondary_indexes().len(), 1);
    let ttl = client.describe_time_to_live().table_name("orders").send().await.unwrap();
    assert_eq!(ttl.time_to_live_description().unwrap().attribute_name(), Some("expires_at"));
}

#[tokio::test]
async fn a_kept_table_gains_an_index_that_the_template_gained() {
    let (stack, client) = with_table().await;
    let mut wider = template();
    let mut second = wider["GlobalSecondaryIndexes"][0].clone();
    second["IndexName"] = json!("late");
    wider["GlobalSecondaryIndexes"].as_array_mut().unwrap().push(second);
    assert!(!stack.aws.dynamodb().create_table(&wider).unwrap());
    let table = client.describe_table().table_name("orders").send().await.unwrap().table.unwrap();
    assert_eq!(table.global_secondary_indexes().len(), 2);
}

#[tokio::test]
async fn a_table_with_other_keys_is_refused() {
    let (stack, _client) = with_table().await;
    let mut other = template();
    other["KeySchema"].as_array_mut().unwrap().pop();
    let error = stack.aws.dynamodb().create_table(&other).unwrap_err();
    assert!(error.message.contains("other keys"), "{error}");
}

#[tokio::test]
async fn a_conditional_put_wins_once() {
    let (_stack, client) = with_table().await;
    let put = || {
        client
            .put_item()
            .table_name("orders")
            .set_item(Some(item(&[("PK", "a"), ("SK", "1")])))
            .condition_expression("attribute_not_exists(PK)")
            .send()
    };
    put().await.unwrap();
    let refused = put().await.unwrap_err().into_service_error();
    assert!(refused.is_conditional_check_failed_exception(), "{refused:?}");
}

#[tokio::test]
async fn a_cancelled_transaction_gives_its_reasons_in_order() {
    let (_stack, client) = with_table().await;
    let put = Put::builder().table_name("orders").set_item(Some(item(&[("PK", "a"), ("SK", "1")]))).build().unwrap();
    let check = ConditionCheck::builder()
        .table_name("orders")
        .set_key(Some(item(&[("PK", "absent"), ("SK", "1")])))
        .condition_expression("attribute_exists(PK)")
        .build()
        .unwrap();
    let refused = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put).build())
        .transact_items(TransactWriteItem::builder().condition_check(check).build())
        .send()
        .await
        .unwrap_err();
    let SdkError::ServiceError(refused) = refused else { panic!("{refused:?}") };
    let refused = refused.into_err();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = refused
    else {
        panic!("{refused:?}")
    };
    let codes: Vec<_> = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
}

#[tokio::test]
async fn an_index_is_queried_in_pages() {
    let (_stack, client) = with_table().await;
    for n in 0..5 {
        let key = n.to_string();
        let item = item(&[("PK", &key), ("SK", "1"), ("due_pk", "DUE"), ("due_sk", &key)]);
        client.put_item().table_name("orders").set_item(Some(item)).send().await.unwrap();
    }
    let mut pages = client
        .query()
        .table_name("orders")
        .index_name("due")
        .key_condition_expression("due_pk = :due")
        .expression_attribute_values(":due", text("DUE"))
        .limit(2)
        .into_paginator()
        .send();
    let mut sizes = Vec::new();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.items().len());
        keys.extend(page.items().iter().map(|item| item["PK"].as_s().unwrap().clone()));
    }
    assert_eq!(keys, ["0", "1", "2", "3", "4"]);
    assert_eq!(sizes[..3], [2, 2, 1]);
}

#[tokio::test]
async fn a_sweep_deletes_what_has_expired_by_the_clock() {
    let (stack, client) = with_table().await;
    let soon = stack.clock.now() + TimeDelta::hours(1);
    let mut item = item(&[("PK", "a"), ("SK", "1")]);
    item.insert("expires_at".to_owned(), AttributeValue::N(soon.timestamp().to_string()));
    client.put_item().table_name("orders").set_item(Some(item)).send().await.unwrap();
    assert_eq!(stack.aws.dynamodb().sweep_ttl().unwrap(), 0);
    stack.clock.forward(TimeDelta::hours(2));
    assert_eq!(stack.aws.dynamodb().sweep_ttl().unwrap(), 1);
}

#[tokio::test]
async fn a_missing_table_is_a_resource_not_found() {
    let stack = Stack::start().await;
    let missing = stack.dynamodb().scan().table_name("nothing").send().await;
    assert_eq!(code(missing), "ResourceNotFoundException");
}
