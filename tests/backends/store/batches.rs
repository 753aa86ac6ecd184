//! Reads and deletions of many items at once.

use super::scene::{LARGE, calendar_event, create, filled, form, item, keep, key};
use crate::bench::{Bench, code};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use chrono::TimeDelta;
use domain::ids::ExternalId;
use std::collections::HashMap;

pub(super) async fn known_records_are_read_together(bench: Bench) {
    let store = bench.store().await;
    let (integration, mut all) = filled(&store, "acme", 99).await;
    all.push(ExternalId::parse("nobody-knows-this").unwrap());
    let asked: Vec<&ExternalId> = all.iter().collect();
    let found = store.existing(integration.dataset, &form(), &asked).await.unwrap();
    assert_eq!(found.len(), 99);
    assert!(all[..99].iter().all(|id| found[id].version == 1 && found[id].hash == "1"));
}

/// An answer holds 16 MB; the keys of what it does not hold are named in it. Items count with all that is in them,
/// whatever is asked for.
pub(super) async fn a_hundred_large_records_are_read_in_several_answers(bench: Bench) {
    let table = bench.table().await;
    let store = bench.store_by(bench.clients(), &table);
    let integration = create(&store, "acme", "a-provider").await.unwrap();
    let all: Vec<String> = (0..98).map(|n| format!("record-{n:02}")).collect();
    for some in all.chunks(14) {
        let large = |id: &String| calendar_event(&store, id, store.now(), TimeDelta::hours(1), LARGE);
        keep(&store, &integration, some.iter().map(large).collect()).await;
    }
    let asked: Vec<ExternalId> = all.iter().map(|id| ExternalId::parse(id.as_str()).unwrap()).collect();
    let asked: Vec<&ExternalId> = asked.iter().collect();
    assert_eq!(store.existing(integration.dataset, &form(), &asked).await.unwrap().len(), 98);
    let left = left_over(&bench, &table, keys_of(&bench, &table, "RECORDS#").await).await;
    assert!(left > 0, "98 items of 200 KiB came in one answer");
}

/// The keys of the items whose partition begins so.
async fn keys_of(bench: &Bench, table: &str, partition: &str) -> Vec<HashMap<String, AttributeValue>> {
    let clients = bench.clients();
    let scan = clients.dynamodb().scan().table_name(table).filter_expression("begins_with(PK, :pk)");
    let scan = scan.expression_attribute_values(":pk", AttributeValue::S(partition.to_owned()));
    let mut pages = scan.projection_expression("PK, SK").into_paginator().items().send();
    let mut keys = Vec::new();
    while let Some(key) = pages.next().await {
        keys.push(key.unwrap());
    }
    keys
}

/// How many keys of one reading of them all are left for the next.
async fn left_over(bench: &Bench, table: &str, keys: Vec<HashMap<String, AttributeValue>>) -> usize {
    let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).projection_expression("SK").build().unwrap();
    let clients = bench.clients();
    let answer = clients.dynamodb().batch_get_item().request_items(table, wanted).send().await.unwrap();
    answer.unprocessed_keys.unwrap_or_default().remove(table).map_or(0, |left| left.keys.len())
}

pub(super) async fn a_partition_is_erased_with_more_than_one_batch(bench: Bench) {
    let store = bench.store().await;
    let (erased, _) = filled(&store, "acme", 180).await;
    let (kept, _) = filled(&store, "other", 1).await;
    assert!(store.erase_records(erased.dataset).await.unwrap());
    // Nothing is left to erase, and that is no error.
    assert!(store.erase_records(erased.dataset).await.unwrap());
    assert!(store.records_of(erased.dataset, &form(), 10, None).await.unwrap().items.is_empty());
    assert_eq!(store.records_of(kept.dataset, &form(), 10, None).await.unwrap().items.len(), 1);
}

pub(super) async fn a_batch_has_a_hundred_reads_at_most(bench: Bench) {
    let (table, clients) = (bench.table().await, bench.clients());
    let read = |count| {
        let keys = (0..count).map(|n| key(&format!("item-{n}"), "1")).collect();
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).build().unwrap();
        clients.dynamodb().batch_get_item().request_items(&table, wanted).send()
    };
    assert_eq!(code(read(101).await), "ValidationException");
    read(100).await.unwrap();
}

pub(super) async fn a_batch_has_twenty_five_writes_at_most(bench: Bench) {
    let (table, clients) = (bench.table().await, bench.clients());
    let put = |n: usize| {
        let put = PutRequest::builder().set_item(Some(item(&format!("item-{n}"), "1", "x"))).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let write =
        |count| clients.dynamodb().batch_write_item().request_items(&table, (0..count).map(put).collect()).send();
    assert_eq!(code(write(26).await), "ValidationException");
    write(25).await.unwrap();
}
