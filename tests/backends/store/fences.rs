//! Conditional writes: revisions, leases with their fences, and comparisons of numbers and of whole maps.

use super::scene::{account, connect, create, form, held, ids, keep, outbox, provider, record, stored, try_connect};
use crate::bench::Bench;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, ProviderAccountId};
use domain::plan::Plan;
use shared::store::{
    AccountNews, Change, Chunk, Conflict, Credential, Integration, Journal, Progress, Published, RecordWrite, Revoking,
    SealedAccess, Store, StoreError,
};
use shared::vault::Pointer;

/// The action of this position was refused.
fn refused(position: usize) -> StoreError {
    StoreError::Conflict(Conflict(vec![position]))
}

fn soon(store: &Store) -> DateTime<Utc> {
    store.now() + TimeDelta::seconds(30)
}

async fn commit(store: &Store, leased: &Credential, version: &str) -> Result<(), StoreError> {
    let pointer = Pointer { version: version.into(), fence: leased.fence, ..leased.pointer.clone() };
    let sealed = SealedAccess { sealed: "s".into(), fence: leased.fence, expires_at: None, consent_ends: None };
    store.commit_refresh(leased, &pointer, &sealed, &["read".into()], None).await
}

pub(super) async fn a_change_needs_the_latest_copy(bench: Bench) {
    let store = bench.store().await;
    let seen = create(&store, "acme", "a-provider").await.unwrap();
    store.commit(&Change::new(&seen, Integration { version: 2, ..seen.clone() })).await.unwrap();
    let late = Change::new(&seen, Integration { version: 9, ..seen.clone() });
    assert_eq!(store.commit(&late).await, Err(refused(0)));
    let now = stored(&store, &seen).await;
    assert_eq!((now.version, now.rev), (2, 1));
}

pub(super) async fn a_lease_is_taken_by_one_of_two(bench: Bench) {
    let store = bench.store().await;
    let seen = connect(&store, "acme").await;
    let until = soon(&store);
    let both = tokio::join!(store.lease_token(&seen, until), store.lease_token(&seen, until));
    let mut both = [both.0.map(|taken| taken.fence), both.1.map(|taken| taken.fence)];
    both.sort_by_key(Result::is_err);
    assert_eq!(both, [Ok(1), Err(refused(0))]);
    assert_eq!(held(&store, seen.id).await.fence, 1);
}

pub(super) async fn a_lease_can_be_taken_once_it_has_ended(bench: Bench) {
    let store = bench.store().await;
    let seen = connect(&store, "acme").await;
    let first = store.lease_token(&seen, soon(&store)).await.unwrap();
    assert_eq!(store.lease_token(&first, soon(&store)).await.map(|taken| taken.fence), Err(refused(0)));
    bench.clock.forward(TimeDelta::seconds(31));
    let second = store.lease_token(&first, soon(&store)).await.unwrap();
    // Whoever held it is dead, and what it received may be lost.
    assert_eq!((second.fence, second.orphaned), (2, true));
}

pub(super) async fn an_old_fence_commits_nothing(bench: Bench) {
    let store = bench.store().await;
    let seen = connect(&store, "acme").await;
    let first = store.lease_token(&seen, soon(&store)).await.unwrap();
    bench.clock.forward(TimeDelta::seconds(31));
    let second = store.lease_token(&first, soon(&store)).await.unwrap();
    assert_eq!(commit(&store, &first, "of-the-first").await, Err(refused(0)));
    commit(&store, &second, "of-the-second").await.unwrap();
    let now = held(&store, seen.id).await;
    assert_eq!((now.pointer.version.as_str(), now.lease_until), ("of-the-second", None));
}

pub(super) async fn whoever_lost_the_lease_stores_no_record(bench: Bench) {
    let store = bench.store().await;
    let seen = create(&store, "acme", "a-provider").await.unwrap();
    let taken = Change::new(&seen, Integration { sync_fence: 1, ..seen.clone() });
    store.commit(&taken).await.unwrap();
    let (resource, progress) = (form(), Progress::default());
    let late = Chunk {
        integration: &seen,
        resource: &resource,
        records: vec![RecordWrite::Put(record(&store, "of-the-former", 1))],
        progress: &progress,
        cursor: None,
        forget: false,
        event: None,
    };
    assert_eq!(store.store_chunk(&late).await, Err(refused(Chunk::INTEGRATION)));
    keep(&store, taken.next(), vec![record(&store, "of-the-holder", 1)]).await;
    let found = store.records_of(seen.dataset, &form(), 10, None).await.unwrap().items;
    assert_eq!(ids(&found), ["of-the-holder"]);
}

pub(super) async fn a_journal_is_compared_as_a_whole(bench: Bench) {
    let store = bench.store().await;
    let seen = connect(&store, "acme").await;
    let journal = Journal { sealed: "received".into(), fence: 1, at: store.now() };
    store.park(&seen, &journal).await.unwrap();
    // Whoever read before cannot take the lease without having seen what was parked.
    assert_eq!(store.lease_token(&seen, soon(&store)).await.map(drop), Err(refused(0)));
    let now = held(&store, seen.id).await;
    assert_eq!(now.journal.as_ref(), Some(&journal));
    let other = Credential { journal: Some(Journal { sealed: "another".into(), ..journal.clone() }), ..now.clone() };
    assert_eq!(store.lease_token(&other, soon(&store)).await.map(drop), Err(refused(0)));
    store.lease_token(&now, soon(&store)).await.unwrap();
}

async fn news(store: &Store, of: &AccountId, version: u64, plan: Plan) -> bool {
    store.account_news(of, version, &AccountNews::Plan { plan, limit: None }).await.unwrap()
}

pub(super) async fn older_news_change_nothing(bench: Bench) {
    let (store, acme) = (bench.store().await, account("acme"));
    assert!(news(&store, &acme, 7, Plan::Pro).await);
    assert!(!news(&store, &acme, 6, Plan::Free).await);
    assert!(news(&store, &acme, 7, Plan::Pro).await);
    assert!(news(&store, &acme, 10, Plan::Starter).await);
    assert_eq!(store.account(&acme).await.unwrap().plan(), Plan::Starter);
}

/// A float would hold neither the number nor its neighbour.
pub(super) async fn large_numbers_are_compared_exactly(bench: Bench) {
    let (store, acme) = (bench.store().await, account("acme"));
    assert!(news(&store, &acme, u64::MAX - 1, Plan::Pro).await);
    assert!(!news(&store, &acme, u64::MAX - 2, Plan::Free).await);
    assert!(news(&store, &acme, u64::MAX, Plan::Starter).await);
    assert_eq!(store.account(&acme).await.unwrap().plan(), Plan::Starter);
}

pub(super) async fn a_counter_begins_at_nought_and_needs_its_item(bench: Bench) {
    let store = bench.store().await;
    let seen = create(&store, "acme", "a-provider").await.unwrap();
    let entry = outbox(&store).await.remove(0);
    for refusals in 1..=2 {
        assert_eq!(store.settle(&entry, Published::Refused).await, Ok(false));
        assert_eq!(outbox(&store).await[0].refusals, refusals);
    }
    // Accepted twice is no error, and a refusal that comes late does not bring the entry back.
    for outcome in [Published::Accepted, Published::Accepted, Published::Refused] {
        assert_eq!(store.settle(&entry, outcome).await, Ok(false));
    }
    assert!(outbox(&store).await.is_empty());
    assert_eq!(stored(&store, &seen).await.id, seen.id);
}

/// By a counter that begins anew with each hour, whoever is first in it.
pub(super) async fn an_hour_has_so_many_deactivations(bench: Bench) {
    let (store, provider) = (bench.store().await, provider("a-provider"));
    for allowed in [true, true, false, false] {
        assert_eq!(store.reserve_deactivation(&provider, 2).await, Ok(allowed));
    }
    bench.clock.forward(TimeDelta::hours(1));
    assert_eq!(store.reserve_deactivation(&provider, 2).await, Ok(true));
}

pub(super) async fn nobody_connects_while_a_revocation_may_be_under_way(bench: Bench) {
    let store = bench.store().await;
    let (slug, person) = (provider("a-provider"), ProviderAccountId::parse("1094").unwrap());
    store.begin_revoking(&slug, &person).await.unwrap();
    assert_eq!(try_connect(&store, "acme").await.map(drop), None);
    assert!(!store.is_used(&slug, &person).await.unwrap());
    bench.clock.forward(Revoking::WINDOW + TimeDelta::milliseconds(1));
    connect(&store, "other").await;
    assert!(store.is_used(&slug, &person).await.unwrap());
}

pub(super) async fn a_lead_that_was_erased_is_known_for_good(bench: Bench) {
    let store = bench.store().await;
    let marks: Vec<String> = (0..120).map(|n| format!("mark-{n}")).collect();
    assert!(store.seen_leads(&marks[..50]).await.unwrap().is_empty());
    store.mark_erased(&marks[..70]).await.unwrap();
    store.mark_erased(&marks[60..]).await.unwrap();
    let seen = store.seen_leads(&marks[..100]).await.unwrap();
    assert_eq!(seen.len(), 100);
    assert!(seen.values().all(|seen| seen.erased));
}
