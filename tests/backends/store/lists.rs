//! Ordered reads, their pages and their cursors.

use super::scene::{account, calendar_event, create, filled, form, ids, keep, limit, line, record};
use crate::bench::Bench;
use chrono::TimeDelta;
use domain::ids::DatasetId;
use shared::store::{Change, Integration, Store, StoredRecord};

/// All records of a dataset in pages of this size; how many pages there were.
async fn all(store: &Store, dataset: DatasetId, limit: usize) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let page = store.records_of(dataset, &form(), limit, after).await.unwrap();
        assert!(page.items.len() <= limit);
        found.extend(ids(&page.items).into_iter().map(str::to_owned));
        pages += 1;
        after = page.next;
        if after.is_none() {
            return (found, pages);
        }
    }
}

/// As bytes of UTF-8: capitals before small letters, and what has no place in ASCII after all of it.
pub(super) async fn texts_are_sorted_by_their_bytes(bench: Bench) {
    let store = bench.store().await;
    let integration = create(&store, "acme", "a-provider").await.unwrap();
    let sorted = ["!", "10", "9", "A", "Z", "_", "a", "ä", "中", "\u{ff5e}", "😀"];
    let mut mixed: Vec<_> = sorted.iter().map(|id| record(&store, id, 1)).collect();
    mixed.rotate_left(4);
    mixed.swap(0, 3);
    keep(&store, &integration, mixed).await;
    assert_eq!(all(&store, integration.dataset, 100).await.0, sorted);
}

pub(super) async fn a_list_is_read_page_by_page(bench: Bench) {
    let store = bench.store().await;
    let (integration, made) = filled(&store, "acme", 25).await;
    let (found, pages) = all(&store, integration.dataset, 10).await;
    assert_eq!(found, made.iter().map(|id| id.as_str()).collect::<Vec<_>>());
    assert_eq!(pages, 3);
}

pub(super) async fn the_newest_comes_first_where_it_is_asked_for(bench: Bench) {
    let store = bench.store().await;
    let mut seen = create(&store, "acme", "a-provider").await.unwrap();
    for _ in 0..4 {
        bench.clock.forward(TimeDelta::seconds(1));
        let change = Change::new(&seen, seen.clone()).line(line());
        store.commit(&change).await.unwrap();
        seen = change.next().clone();
    }
    let first = store.history(seen.id, 3, None).await.unwrap();
    let second = store.history(seen.id, 3, first.next.clone()).await.unwrap();
    let times: Vec<_> =
        first.items.iter().chain(&second.items).map(|line| (store.now() - line.at).num_seconds()).collect();
    assert_eq!(times, [0, 1, 2, 3, 4]);
    assert_eq!(second.next, None);
}

pub(super) async fn a_page_goes_on_where_an_item_was_deleted(bench: Bench) {
    let store = bench.store().await;
    let (integration, _) = filled(&store, "acme", 6).await;
    let first = store.records_of(integration.dataset, &form(), 3, None).await.unwrap();
    let gone = store.some_records(integration.dataset).await.unwrap();
    let gone: Vec<_> =
        gone.into_iter().filter(|record| ["record-002", "record-003"].contains(&record.id.as_str())).collect();
    store.erase_these(&gone).await.unwrap();
    let second = store.records_of(integration.dataset, &form(), 3, first.next).await.unwrap();
    assert_eq!(ids(&second.items), ["record-004", "record-005"]);
}

pub(super) async fn changes_come_by_their_time_and_each_record_once(bench: Bench) {
    let store = bench.store().await;
    let (integration, _) = filled(&store, "acme", 5).await;
    let begun = store.now();
    bench.clock.forward(TimeDelta::seconds(1));
    keep(&store, &integration, vec![record(&store, "record-001", 2)]).await;
    bench.clock.forward(TimeDelta::seconds(1));
    let deleted = StoredRecord { deleted: true, ..record(&store, "record-000", 2) };
    keep(&store, &integration, vec![deleted]).await;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.changed_since(integration.dataset, begun, 2, after).await.unwrap();
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids(&found), ["record-002", "record-003", "record-004", "record-001", "record-000"]);
    let since = begun + TimeDelta::milliseconds(1_500);
    let later = store.changed_since(integration.dataset, since, 10, None).await.unwrap();
    assert_eq!((ids(&later.items), later.items[0].deleted), (vec!["record-000"], true));
}

pub(super) async fn an_agenda_has_what_overlaps(bench: Bench) {
    let store = bench.store().await;
    let integration = create(&store, "acme", "a-provider").await.unwrap();
    let day = |days: i64| store.now() + TimeDelta::days(days);
    let one = |id: &str, from: i64, hours: i64| calendar_event(&store, id, day(from), TimeDelta::hours(hours), 0);
    let events = vec![
        one("long-ago", -30, 1),
        one("at-the-beginning", 0, 1),
        one("in-it", 3, 1),
        one("too-late", 8, 1),
        one("over-weeks", -20, 24 * 40),
        one("over-weeks-and-over", -20, 24 * 10),
    ];
    keep(&store, &integration, events).await;
    let mut found = store.agenda_singles(integration.dataset, day(0), day(7)).await.unwrap();
    found.sort_by(|one, two| one.id.cmp(&two.id));
    assert_eq!(ids(&found), ["at-the-beginning", "in-it", "over-weeks"]);
}

pub(super) async fn a_prefix_keeps_kinds_of_items_apart(bench: Bench) {
    let store = bench.store().await;
    limit(&store, "acme", 2).await;
    let made = create(&store, "acme", "a-provider").await.unwrap();
    create(&store, "acme", "another").await.unwrap();
    // The account's own item stands in the same partition, a longer name of an account in another.
    create(&store, "acme-2", "a-provider").await.unwrap();
    let (known, mut integrations) = store.catalogue(&account("acme")).await.unwrap();
    integrations.sort_by(|one, two| one.provider.cmp(&two.provider));
    let names: Vec<_> = integrations.iter().map(|integration: &Integration| integration.provider.as_str()).collect();
    assert_eq!((known.count, names), (2, vec!["a-provider", "another"]));
    assert!(store.runs(made.id, 10, None).await.unwrap().items.is_empty());
    assert_eq!(store.history(made.id, 10, None).await.unwrap().items.len(), 1);
}
