//! Transactions: all or nothing, reasons by position, and one effect however often they are asked for.

use super::scene::{account, connect, create, held, item, key, outbox};
use crate::bench::{Bench, code};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use chrono::TimeDelta;
use shared::clients::Clients;
use shared::store::{OutboxEntry, Published, StoreError};

fn put(table: &str, pk: &str, value: &str, condition: Option<&str>) -> TransactWriteItem {
    let put = Put::builder().table_name(table).set_item(Some(item(pk, "1", value)));
    let put = put.set_condition_expression(condition.map(str::to_owned)).build().unwrap();
    TransactWriteItem::builder().put(put).build()
}

fn check(table: &str, pk: &str, condition: &str) -> TransactWriteItem {
    let check = ConditionCheck::builder().table_name(table).set_key(Some(key(pk, "1"))).condition_expression(condition);
    TransactWriteItem::builder().condition_check(check.build().unwrap()).build()
}

fn delete(table: &str, pk: &str) -> TransactWriteItem {
    let delete = Delete::builder().table_name(table).set_key(Some(key(pk, "1"))).build().unwrap();
    TransactWriteItem::builder().delete(delete).build()
}

type Outcome = Result<(), SdkError<TransactWriteItemsError>>;

async fn write(clients: &Clients, writes: Vec<TransactWriteItem>, token: Option<&str>) -> Outcome {
    let request = clients.dynamodb().transact_write_items().set_transact_items(Some(writes));
    request.set_client_request_token(token.map(str::to_owned)).send().await.map(drop)
}

/// The codes of the reasons of a cancelled transaction, in their order.
fn reasons(outcome: Outcome) -> Vec<String> {
    match outcome.expect_err("a cancelled transaction").into_service_error() {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let reasons = cancelled.cancellation_reasons.unwrap_or_default();
            reasons.into_iter().map(|reason| reason.code.unwrap_or_else(|| "None".into())).collect()
        }
        other => panic!("not cancelled: {other:?}"),
    }
}

async fn value(clients: &Clients, table: &str, pk: &str) -> Option<String> {
    let get = clients.dynamodb().get_item().table_name(table).set_key(Some(key(pk, "1"))).consistent_read(true);
    get.send().await.unwrap().item.map(|item| item["text"].as_s().unwrap().clone())
}

pub(super) async fn a_lost_answer_is_no_lost_lease(bench: Bench) {
    let table = bench.table().await;
    let store = bench.store_by(bench.clients(), &table);
    let seen = connect(&store, "acme").await;
    let unlucky = bench.store_by(bench.clients_losing("TransactWriteItems"), &table);
    let leased = unlucky.lease_token(&seen, store.now() + TimeDelta::seconds(30)).await.unwrap();
    assert_eq!((leased.fence, held(&store, seen.id).await.fence), (1, 1));
}

pub(super) async fn a_lost_answer_is_no_second_count(bench: Bench) {
    let table = bench.table().await;
    let unlucky = bench.store_by(bench.clients_losing("TransactWriteItems"), &table);
    create(&unlucky, "acme", "a-provider").await.unwrap();
    assert_eq!(unlucky.account(&account("acme")).await.unwrap().count, 1);
    assert_eq!(outbox(&unlucky).await.len(), 1);
}

pub(super) async fn a_token_is_for_one_transaction(bench: Bench) {
    let (table, clients) = (bench.table().await, bench.clients());
    let token = &bench.token();
    write(&clients, vec![put(&table, "a", "first", None)], Some(token)).await.unwrap();
    write(&clients, vec![put(&table, "a", "second", None)], None).await.unwrap();
    // The same again is answered as before, and changes nothing.
    write(&clients, vec![put(&table, "a", "first", None)], Some(token)).await.unwrap();
    assert_eq!(value(&clients, &table, "a").await.as_deref(), Some("second"));
    let other = write(&clients, vec![put(&table, "a", "third", None)], Some(token)).await;
    assert_eq!(code(other), "IdempotentParameterMismatchException");
    assert_eq!(value(&clients, &table, "a").await.as_deref(), Some("second"));
}

pub(super) async fn the_reasons_stand_where_their_actions_stand(bench: Bench) {
    let (table, clients) = (bench.table().await, bench.clients());
    write(&clients, vec![put(&table, "there", "x", None)], None).await.unwrap();
    let absent = Some("attribute_not_exists(PK)");
    let writes = vec![
        put(&table, "a", "x", absent),
        put(&table, "there", "y", absent),
        put(&table, "b", "x", None),
        check(&table, "nowhere", "attribute_exists(PK)"),
    ];
    let failed = "ConditionalCheckFailed";
    assert_eq!(reasons(write(&clients, writes, None).await), ["None", failed, "None", failed]);
    assert_eq!(value(&clients, &table, "a").await, None);
    assert_eq!(value(&clients, &table, "there").await.as_deref(), Some("x"));
}

pub(super) async fn a_check_refuses_without_writing(bench: Bench) {
    let (table, clients) = (bench.table().await, bench.clients());
    let guarded = |value: &str| vec![check(&table, "guard", "attribute_exists(PK)"), put(&table, "a", value, None)];
    assert_eq!(reasons(write(&clients, guarded("1"), None).await), ["ConditionalCheckFailed", "None"]);
    write(&clients, vec![put(&table, "guard", "x", None)], None).await.unwrap();
    write(&clients, guarded("2"), None).await.unwrap();
    assert_eq!(value(&clients, &table, "a").await.as_deref(), Some("2"));
    assert_eq!(value(&clients, &table, "guard").await.as_deref(), Some("x"));
}

pub(super) async fn an_item_is_written_once_in_a_transaction(bench: Bench) {
    let (table, clients) = (bench.table().await, bench.clients());
    let twice = write(&clients, vec![put(&table, "a", "1", None), delete(&table, "a")], None).await;
    assert_eq!(code(twice), "ValidationException");
    assert_eq!(value(&clients, &table, "a").await, None);
}

pub(super) async fn a_hundred_actions_are_taken_and_one_more_is_not(bench: Bench) {
    let (table, clients) = (bench.table().await, bench.clients());
    let writes = |count: usize| (0..count).map(|n| put(&table, &format!("item-{n}"), "x", None)).collect::<Vec<_>>();
    assert_eq!(code(write(&clients, writes(101), None).await), "ValidationException");
    assert_eq!(value(&clients, &table, "item-0").await, None);
    write(&clients, writes(100), None).await.unwrap();
    assert_eq!(value(&clients, &table, "item-99").await.as_deref(), Some("x"));
}

/// The fifth refusal parks an event: deleted here and put there at the same moment.
pub(super) async fn an_item_moves_whole(bench: Bench) {
    let store = bench.store().await;
    create(&store, "acme", "a-provider").await.unwrap();
    let entry = outbox(&store).await.remove(0);
    let refused = OutboxEntry { refusals: 4, ..entry };
    assert_eq!(store.settle(&refused, Published::Refused).await, Ok(true));
    assert!(outbox(&store).await.is_empty());
}

pub(super) async fn a_missing_table_is_our_own_mistake(bench: Bench) {
    let store = bench.store_by(bench.clients(), &bench.name("nowhere"));
    let outcome = store.account(&account("acme")).await;
    let Err(StoreError::Ours(said)) = outcome else { panic!("{outcome:?}") };
    assert!(said.starts_with("ResourceNotFoundException"), "{said}");
}
