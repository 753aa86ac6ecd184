//! Integrations, records and credentials in small, and the SDK's own words for an item.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};
use domain::history::{Actor, HistoryEvent, HistoryLine};
use domain::ids::{
    AccountId, ExternalId, GrantId, IntegrationId, MemberId, ProviderAccountId, ProviderSlug, ResourceId,
};
use domain::lifecycle::Status;
use domain::plan::Plan;
use serde_json::json;
use shared::bus::Event;
use shared::store::{
    Account, AccountNews, Change, Chunk, Connecting, Credential, Flow, FlowState, Idempotency, Integration,
    MOST_RECORDS, NotCreated, OutboxEntry, Progress, RecordWrite, Store, StoredRecord, VALID,
};
use shared::vault::Pointer;
use std::collections::HashMap;

/// How long a record's or item's text is that makes it large: a few fill what an answer holds.
pub(super) const LARGE: usize = 200 * 1024;

pub(super) fn account(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

pub(super) fn provider(text: &str) -> ProviderSlug {
    ProviderSlug::parse(text).unwrap()
}

pub(super) fn form() -> ResourceId {
    ResourceId::parse("a-form").unwrap()
}

/// Gives an account this limit; -1 = unlimited.
pub(super) async fn limit(store: &Store, of: &str, limit: i64) {
    let news = AccountNews::Plan { plan: Plan::Pro, limit: Some(limit) };
    assert!(store.account_news(&account(of), 1, &news).await.unwrap());
}

/// A fresh integration that nobody has stored.
pub(super) fn draft(store: &Store, account: &str, provider: &str) -> Integration {
    let now = store.now().timestamp_millis();
    let described = json!({
        "id": store.new_id(), "account": account, "provider": provider, "status": Status::Draft,
        "settings": { "interval_minutes": 60 }, "dataset": store.new_id(), "epoch": 0, "version": 1,
        "settled_at": now, "sync_fence": 0, "created_at": now, "updated_at": now,
    });
    serde_json::from_value(described).unwrap()
}

pub(super) fn event(store: &Store, account: &AccountId) -> OutboxEntry {
    let (id, time) = (store.new_id(), store.now());
    let detail_type = "integration.created".to_owned();
    OutboxEntry::new(Event { id, account: account.clone(), detail_type, version: 1, detail: json!({ "n": 1 }), time })
}

pub(super) fn line() -> HistoryLine {
    HistoryLine { actor: Actor::System, event: HistoryEvent::Created }
}

/// Creates the integration by what is known of its account.
pub(super) async fn create_knowing(
    store: &Store,
    new: &Integration,
    known: &Account,
    idempotency: Option<&Idempotency>,
) -> Result<(), NotCreated> {
    store.create(new, known, &line(), &event(store, &new.account), idempotency).await.expect("the table answers")
}

/// Creates an integration of an account.
pub(super) async fn create(store: &Store, account: &str, provider: &str) -> Result<Integration, NotCreated> {
    let new = draft(store, account, provider);
    let known = store.account(&new.account).await.expect("the account");
    create_knowing(store, &new, &known, None).await.map(|()| new)
}

/// The integration as the table has it.
pub(super) async fn stored(store: &Store, seen: &Integration) -> Integration {
    store.integration(&seen.account, &seen.provider).await.expect("the table").expect("an integration")
}

/// Everything of an integration, for comparing.
pub(super) fn whole(integration: &Integration) -> serde_json::Value {
    serde_json::to_value(integration).unwrap()
}

/// A record without a place in the agenda.
pub(super) fn record(store: &Store, id: &str, version: u64) -> StoredRecord {
    StoredRecord {
        resource: form(),
        id: ExternalId::parse(id).unwrap(),
        hash: format!("{version}"),
        version,
        generation: None,
        deleted: false,
        changed_at: store.now(),
        body: None,
    }
}

/// Credentials of a fresh grant, connected in all the steps of a flow.
pub(super) async fn connect(store: &Store, account: &str) -> Credential {
    try_connect(store, account).await.expect("it is connected")
}

/// The same; `None` where a revocation may be under way.
pub(super) async fn try_connect(store: &Store, account: &str) -> Option<Credential> {
    let seen = create(store, account, "a-provider").await.unwrap();
    let flow = claimed(store, &seen).await;
    let credential = credential(&seen, flow.grant);
    let change = Change::new(&seen, Integration { grant: Some(flow.grant), status: Status::Active, ..seen.clone() });
    let connecting = Connecting {
        flow: &flow,
        change: &change,
        credential: &credential,
        provider_account: &ProviderAccountId::parse("1094").unwrap(),
        former_account: None,
        cleanups: &[],
    };
    store.commit_connect(&connecting).await.expect("the table answers").then_some(credential)
}

async fn claimed(store: &Store, seen: &Integration) -> Flow {
    let flow = Flow {
        name: hex::encode([seen.id.uuid().as_bytes().as_slice(); 2].concat()),
        account: seen.account.clone(),
        member: MemberId::parse("a-member").unwrap(),
        provider: seen.provider.clone(),
        id: seen.id,
        grant_seen: None,
        disconnects_seen: 0,
        grant: GrantId::new(store.new_id()),
        verifier: None,
        state: FlowState::Started,
        valid_until: store.now() + VALID,
        code: None,
        code_until: None,
        ticket: None,
        claimed_at: None,
        outcome: None,
    };
    store.start_flow(&flow).await.unwrap();
    store.flow_returned(&flow, "sealed", "ticket").await.unwrap();
    store.claim_flow(&flow).await.unwrap();
    store.flow(&flow.name).await.unwrap().unwrap()
}

fn credential(seen: &Integration, grant: GrantId) -> Credential {
    Credential {
        id: seen.id,
        account: seen.account.clone(),
        provider: seen.provider.clone(),
        grant,
        pointer: Pointer { secret: "a-secret".into(), version: "first".into(), grant, fence: 0 },
        scopes: vec!["read".into()],
        access: None,
        fence: 0,
        lease_until: None,
        dead: vec![],
        suspected_at: None,
        journal: None,
        orphaned: false,
        attempts: 0,
        retry_at: None,
        due_at: None,
    }
}

/// The credentials as the table has them.
pub(super) async fn held(store: &Store, id: IntegrationId) -> Credential {
    store.credential(id).await.expect("the table").expect("credentials")
}

/// The age of entries of the outbox that counts as forgotten here: none.
const AT_ONCE: TimeDelta = TimeDelta::zero();

/// Everything in the outbox.
pub(super) async fn outbox(store: &Store) -> Vec<OutboxEntry> {
    let mut found = Vec::new();
    for shard in 0..store.outbox_shards() {
        found.extend(store.unpublished(shard, AT_ONCE, 100).await.expect("the outbox"));
    }
    found
}

/// A text attribute.
pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// An item of the table with a key and a text in it.
pub(super) fn item(pk: &str, sk: &str, value: &str) -> HashMap<String, AttributeValue> {
    [("PK", pk), ("SK", sk), ("text", value)].map(|(name, value)| (name.to_owned(), text(value))).into()
}

/// The same item's key.
pub(super) fn key(pk: &str, sk: &str) -> HashMap<String, AttributeValue> {
    [("PK", pk), ("SK", sk)].map(|(name, value)| (name.to_owned(), text(value))).into()
}

/// A calendar event as a record: of this start and length, with a description of this many bytes.
pub(super) fn calendar_event(
    store: &Store,
    id: &str,
    start: DateTime<Utc>,
    length: TimeDelta,
    bytes: usize,
) -> StoredRecord {
    let body = json!({
        "kind": "calendar_event", "id": id, "status": "confirmed", "description": "x".repeat(bytes),
        "start": { "kind": "instant", "at": start }, "end": { "kind": "instant", "at": start + length },
    });
    StoredRecord { body: Some(body.to_string()), ..record(store, id, 1) }
}

/// Stores records of the integration's dataset, as the worker that holds its lease.
pub(super) async fn keep(store: &Store, integration: &Integration, records: Vec<StoredRecord>) {
    let (resource, progress) = (form(), Progress::default());
    let records = records.into_iter().map(RecordWrite::Put).collect();
    let chunk = Chunk {
        integration,
        resource: &resource,
        records,
        progress: &progress,
        cursor: None,
        forget: false,
        event: None,
    };
    store.store_chunk(&chunk).await.expect("the chunk is stored");
}

/// An integration with so many small records.
pub(super) async fn filled(store: &Store, account: &str, count: usize) -> (Integration, Vec<ExternalId>) {
    let integration = create(store, account, "a-provider").await.unwrap();
    let records: Vec<_> = (0..count).map(|n| record(store, &format!("record-{n:03}"), 1)).collect();
    for chunk in records.chunks(MOST_RECORDS) {
        keep(store, &integration, chunk.to_vec()).await;
    }
    (integration, records.into_iter().map(|record| record.id).collect())
}

/// Their ids, in the order in which they came.
pub(super) fn ids(records: &[StoredRecord]) -> Vec<&str> {
    records.iter().map(|record| record.id.as_str()).collect()
}
