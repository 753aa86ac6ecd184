//! The due index: sparse, sorted by time, and a nomination only.

use super::scene::{account, create, draft, provider};
use crate::bench::Bench;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::IntegrationId;
use domain::schedule;
use shared::store::{Change, Due, Integration, Nominated, Store};

/// Creates an integration whose sync is due at this time, in the shard of the first one.
async fn due_at(store: &Store, of: &str, shard: u64, at: DateTime<Utc>) -> Integration {
    let mut new = draft(store, of, "a-provider");
    while schedule::shard(new.id) != shard {
        new.id = IntegrationId::new(store.new_id());
    }
    let known = store.account(&account(of)).await.unwrap();
    let new = Integration { due_at: Some(at), ..new };
    super::scene::create_knowing(store, &new, &known, None).await.unwrap();
    new
}

const SHARD: u64 = 3;

async fn nominated(store: &Store, limit: usize, after: Option<String>) -> (Vec<Nominated>, Option<String>) {
    let page = store.nominated(Due::Sync, SHARD, store.now(), limit, after).await.unwrap();
    (page.items, page.next)
}

fn accounts(found: &[Nominated]) -> Vec<&str> {
    found.iter().map(|entry| entry.account.as_str()).collect()
}

pub(super) async fn what_is_due_comes_oldest_first(bench: Bench) {
    let store = bench.store().await;
    let ago = |seconds: i64| store.now() - TimeDelta::seconds(seconds);
    for (of, seconds) in [("second", 60), ("third", 0), ("not-yet", -1), ("first", 3_600)] {
        due_at(&store, of, SHARD, ago(seconds)).await;
    }
    due_at(&store, "elsewhere", SHARD + 1, ago(60)).await;
    create(&store, "never", "a-provider").await.unwrap();
    assert_eq!(accounts(&nominated(&store, 10, None).await.0), ["first", "second", "third"]);
}

pub(super) async fn an_entry_moves_on_for_one_planner(bench: Bench) {
    let store = bench.store().await;
    due_at(&store, "acme", SHARD, store.now()).await;
    let (found, _) = nominated(&store, 10, None).await;
    let both = tokio::join!(store.move_on(&found[0], store.now()), store.move_on(&found[0], store.now()));
    let mut both = [both.0.unwrap(), both.1.unwrap()];
    both.sort_unstable();
    assert_eq!(both, [false, true]);
    assert!(nominated(&store, 10, None).await.0.is_empty());
    bench.clock.forward(TimeDelta::minutes(5));
    assert_eq!(accounts(&nominated(&store, 10, None).await.0), ["acme"]);
}

pub(super) async fn what_is_not_due_leaves_the_index(bench: Bench) {
    let store = bench.store().await;
    let by_update = due_at(&store, "by-update", SHARD, store.now()).await;
    let by_put = due_at(&store, "by-put", SHARD, store.now()).await;
    assert_eq!(nominated(&store, 10, None).await.0.len(), 2);
    assert!(store.forget_due(&by_update).await.unwrap());
    // Whoever read it before knows nothing of that.
    assert!(!store.forget_due(&by_update).await.unwrap());
    store.commit(&Change::new(&by_put, Integration { due_at: None, ..by_put.clone() })).await.unwrap();
    assert!(nominated(&store, 10, None).await.0.is_empty());
    let (_, kept) = store.catalogue(&account("by-update")).await.unwrap();
    assert_eq!((kept.len(), kept[0].due_at), (1, None));
}

pub(super) async fn an_index_is_counted_by_provider(bench: Bench) {
    let store = bench.store().await;
    for n in 0..5 {
        due_at(&store, &format!("account-{n}"), n, store.now() + TimeDelta::hours(1)).await;
    }
    let known = store.account(&account("other")).await.unwrap();
    let other = Integration { due_at: Some(store.now()), ..draft(&store, "other", "another") };
    super::scene::create_knowing(&store, &other, &known, None).await.unwrap();
    assert_eq!(store.scheduled(&provider("a-provider")).await.unwrap(), 5);
    assert_eq!(store.scheduled(&provider("another")).await.unwrap(), 1);
}

pub(super) async fn the_same_instant_comes_in_pages_without_a_gap(bench: Bench) {
    let store = bench.store().await;
    let mut made = Vec::new();
    for n in 0..7 {
        made.push(due_at(&store, &format!("account-{n}"), SHARD, store.now()).await.id);
    }
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = nominated(&store, 3, after).await;
        assert!(page.len() <= 3);
        found.extend(page.iter().map(|entry| entry.id));
        after = next;
        if after.is_none() {
            break;
        }
    }
    made.sort_unstable();
    assert_eq!(found, made);
}
