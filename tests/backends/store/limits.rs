//! Sizes, where the product comes near them.

use super::scene::{LARGE, account, calendar_event, connect, create, form, held, item, keep, record};
use crate::bench::{Bench, code};
use chrono::TimeDelta;
use domain::ids::MemberId;
use serde_json::json;
use shared::store::{Journal, RequestName, StoreError};

pub(super) async fn a_page_ends_at_a_megabyte(bench: Bench) {
    let store = bench.store().await;
    let integration = create(&store, "acme", "a-provider").await.unwrap();
    let event = |n| calendar_event(&store, &format!("event-{n}"), store.now(), TimeDelta::hours(1), LARGE);
    keep(&store, &integration, (0..8).map(event).collect()).await;
    let page = store.records_of(integration.dataset, &form(), 100, None).await.unwrap();
    assert!((4..=6).contains(&page.items.len()), "{} items of 200 KiB in a page", page.items.len());
    let rest = store.records_of(integration.dataset, &form(), 100, page.next).await.unwrap();
    assert_eq!(page.items.len() + rest.items.len(), 8);
    // Whoever reads all of them does not notice.
    let from = store.now() - TimeDelta::days(1);
    assert_eq!(store.agenda_singles(integration.dataset, from, store.now()).await.unwrap().len(), 8);
}

/// The answer of a request of this size, as it is remembered.
async fn remember(bench: &Bench, table: &str, bytes: usize) -> Result<bool, StoreError> {
    let store = bench.store_by(bench.clients(), table);
    let name = RequestName::new(&account("acme"), &MemberId::parse("m").unwrap(), "POST /", &bytes.to_string(), b"{}");
    store.remember(&name.answered(200, json!("x".repeat(bytes)), store.now())).await
}

pub(super) async fn an_item_holds_four_hundred_kibibytes_and_no_more(bench: Bench) {
    let table = bench.table().await;
    assert_eq!(remember(&bench, &table, 399 * 1024).await, Ok(true));
    let outcome = remember(&bench, &table, 400 * 1024).await;
    // Our own mistake: to try it again would not help.
    assert!(matches!(outcome, Err(StoreError::Ours(_))), "{outcome:?}");
}

pub(super) async fn an_update_makes_no_item_larger_than_that(bench: Bench) {
    let store = bench.store().await;
    let seen = connect(&store, "acme").await;
    let journal = |bytes| Journal { sealed: "x".repeat(bytes), fence: 1, at: store.now() };
    let outcome = store.park(&seen, &journal(400 * 1024)).await;
    assert!(matches!(outcome, Err(StoreError::Ours(_))), "{outcome:?}");
    assert_eq!(held(&store, seen.id).await.journal, None);
    store.park(&seen, &journal(300 * 1024)).await.unwrap();
}

pub(super) async fn a_sort_key_holds_a_kibibyte_and_no_more(bench: Bench) {
    let (table, clients) = (bench.table().await, bench.clients());
    let store = bench.store_by(clients.clone(), &table);
    let integration = create(&store, "acme", "a-provider").await.unwrap();
    // The longest id that is not hashed, and one that is.
    let (longest, hashed) = ("l".repeat(900), "h".repeat(1_024));
    keep(&store, &integration, vec![record(&store, &longest, 1), record(&store, &hashed, 1)]).await;
    let changed = store.changed_since(integration.dataset, store.now(), 10, None).await.unwrap();
    assert_eq!(changed.items.len(), 2);
    let put = |sk: String| clients.dynamodb().put_item().table_name(&table).set_item(Some(item("a", &sk, "x"))).send();
    put("s".repeat(1_024)).await.unwrap();
    assert_eq!(code(put("s".repeat(1_025)).await), "ValidationException");
}

pub(super) async fn an_empty_text_is_kept_but_is_no_key(bench: Bench) {
    let (table, clients) = (bench.table().await, bench.clients());
    let put = |sk: &str| clients.dynamodb().put_item().table_name(&table).set_item(Some(item("a", sk, ""))).send();
    put("1").await.unwrap();
    assert_eq!(code(put("").await), "ValidationException");
}
