//! Creating: one transaction with conditions on two items, and what is remembered of the request.

use super::scene::{account, create, create_knowing, draft, limit, line, outbox, provider, stored, whole};
use crate::bench::Bench;
use chrono::TimeDelta;
use domain::ids::MemberId;
use serde_json::json;
use shared::store::{NotCreated, RequestName, Store};

async fn count(store: &Store, of: &str) -> i64 {
    store.account(&account(of)).await.unwrap().count
}

pub(super) async fn an_integration_is_read_as_it_was_created(bench: Bench) {
    let store = bench.store().await;
    let created = create(&store, "acme", "a-provider").await.unwrap();
    assert_eq!(whole(&stored(&store, &created).await), whole(&created));
    assert_eq!(store.integration(&account("acme"), &provider("another")).await.unwrap().map(|it| it.id), None);
    assert_eq!(store.history(created.id, 10, None).await.unwrap().items[0].line, line());
}

pub(super) async fn an_account_has_one_integration_of_a_provider(bench: Bench) {
    let store = bench.store().await;
    let first = create(&store, "acme", "a-provider").await.unwrap();
    assert_eq!(create(&store, "acme", "a-provider").await.map(drop), Err(NotCreated::Exists));
    create(&store, "other", "a-provider").await.unwrap();
    assert_eq!(stored(&store, &first).await.id, first.id);
}

pub(super) async fn a_refused_creation_leaves_nothing(bench: Bench) {
    let store = bench.store().await;
    create(&store, "acme", "a-provider").await.unwrap();
    let refused = draft(&store, "acme", "a-provider");
    let known = store.account(&refused.account).await.unwrap();
    assert_eq!(create_knowing(&store, &refused, &known, None).await, Err(NotCreated::Exists));
    assert_eq!(count(&store, "acme").await, 1);
    assert_eq!(outbox(&store).await.len(), 1);
    assert!(store.history(refused.id, 10, None).await.unwrap().items.is_empty());
}

pub(super) async fn the_limit_of_an_account_holds(bench: Bench) {
    let store = bench.store().await;
    limit(&store, "acme", 2).await;
    // What was read before the second is no longer true when the third comes.
    let known = store.account(&account("acme")).await.unwrap();
    for name in ["first", "second"] {
        create_knowing(&store, &draft(&store, "acme", name), &known, None).await.unwrap();
    }
    let third = create_knowing(&store, &draft(&store, "acme", "third"), &known, None).await;
    assert_eq!(third, Err(NotCreated::Limit));
    assert_eq!(count(&store, "acme").await, 2);
}

pub(super) async fn of_two_creations_at_once_the_limit_lets_one_through(bench: Bench) {
    let store = bench.store().await;
    limit(&store, "acme", 1).await;
    let known = store.account(&account("acme")).await.unwrap();
    let (one, two) = (draft(&store, "acme", "one"), draft(&store, "acme", "two"));
    let outcomes = tokio::join!(create_knowing(&store, &one, &known, None), create_knowing(&store, &two, &known, None));
    let mut outcomes = [outcomes.0, outcomes.1];
    outcomes.sort_by_key(Result::is_err);
    assert_eq!(outcomes, [Ok(()), Err(NotCreated::Limit)]);
    assert_eq!(count(&store, "acme").await, 1);
}

pub(super) async fn creations_at_once_are_all_counted(bench: Bench) {
    let store = bench.store().await;
    limit(&store, "acme", -1).await;
    let known = store.account(&account("acme")).await.unwrap();
    let creations = (0..6).map(|n| {
        let (store, known, new) = (store.clone(), known.clone(), draft(&store, "acme", &format!("provider-{n}")));
        tokio::spawn(async move { create_knowing(&store, &new, &known, None).await })
    });
    for creation in futures_util::future::join_all(creations).await {
        assert_eq!(creation.unwrap(), Ok(()));
    }
    let (known, integrations) = store.catalogue(&account("acme")).await.unwrap();
    assert_eq!((known.count, integrations.len()), (6, 6));
}

pub(super) async fn a_repeated_request_is_told_from_a_taken_place(bench: Bench) {
    let store = bench.store().await;
    let known = store.account(&account("acme")).await.unwrap();
    let request = request().answered(201, json!({}), store.now());
    create_knowing(&store, &draft(&store, "acme", "one"), &known, Some(&request)).await.unwrap();
    let known = store.account(&account("acme")).await.unwrap();
    let again = create_knowing(&store, &draft(&store, "acme", "one"), &known, Some(&request)).await;
    assert_eq!(again, Err(NotCreated::Repeated));
}

fn request() -> RequestName {
    RequestName::new(&account("acme"), &MemberId::parse("m").unwrap(), "POST /integrations", "a-key", b"{}")
}

pub(super) async fn an_answer_is_remembered_for_a_day_whenever_it_is_removed(bench: Bench) {
    let store = bench.store().await;
    assert!(store.remember(&request().answered(201, json!({ "n": 1 }), store.now())).await.unwrap());
    assert!(!store.remember(&request().answered(201, json!({ "n": 2 }), store.now())).await.unwrap());
    assert_eq!(store.remembered(&request()).await.unwrap().unwrap().answer, json!({ "n": 1 }));
    bench.clock.forward(TimeDelta::hours(24) + TimeDelta::milliseconds(1));
    assert_eq!(store.remembered(&request()).await.unwrap(), None);
    assert!(store.remember(&request().answered(201, json!({ "n": 3 }), store.now())).await.unwrap());
    assert_eq!(store.remembered(&request()).await.unwrap().unwrap().answer, json!({ "n": 3 }));
}

pub(super) async fn the_table_forgets_by_the_attribute_of_the_template(bench: Bench) {
    let table = bench.table().await;
    let clients = bench.clients();
    let described = clients.dynamodb().describe_time_to_live().table_name(&table).send().await.unwrap();
    let described = described.time_to_live_description.unwrap();
    assert_eq!(described.attribute_name(), Some("expires_at"));
}
