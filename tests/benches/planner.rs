//! The planner with a million integrations in the due index, on the embedded DynamoDB: `cargo bench -p tests --bench planner`.
//!
//! Prints, for each fleet and each number of syncs that are due, what one minute of schedule-sync calls and how long it
//! takes here. Calls follow what is due and not what exists: otherwise it fails. A fleet can be chosen: `-- 100000`.

use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::IntegrationId;
use domain::schedule::{DUE_SHARDS, next_sync, shard};
use local::{Options, Running};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::entry::Wires;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

const FLEETS: [u64; 3] = [10_000, 100_000, 1_000_000];
/// As many syncs are due at once.
const DUE: [usize; 4] = [0, 100, 1_000, 10_000];
/// Minutes between two syncs.
const INTERVAL: u32 = 60;
/// Items of one `BatchWriteItem`.
const BATCH: usize = 25;

/// A clock that the benchmark moves.
struct Still(Mutex<DateTime<Utc>>);

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("a time")
    }
}

/// Counts the functions' calls to AWS by operation.
#[derive(Clone, Default)]
struct Counter(Arc<Mutex<BTreeMap<String, u64>>>);

impl Counter {
    fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.0.lock().expect("calls"))
    }

    fn note(&self, request: &HttpRequest) {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        *self.0.lock().expect("calls").entry(operation).or_default() += 1;
    }
}

struct Counted<T> {
    counter: Counter,
    inner: T,
}

impl<T> fmt::Debug for Counted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

impl HttpClient for Counted<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, parts);
        SharedHttpConnector::new(Counted { counter: self.counter.clone(), inner })
    }
}

impl HttpConnector for Counted<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.counter.note(&request);
        self.inner.call(request)
    }
}

struct Bench {
    stack: Running,
    clock: Arc<Still>,
    counter: Counter,
    table: String,
}

impl Bench {
    /// A stack whose workers find nobody: only the index knows the fleet.
    async fn start() -> Self {
        let clock = Arc::new(Still(Mutex::new("2026-03-20T09:00:00Z".parse().expect("an instant"))));
        let counter = Counter::default();
        let inner = HttpBuilder::new().build_http();
        let aws = SharedHttpClient::new(Counted { counter: counter.clone(), inner });
        let wires = Wires { aws: Some(aws), ..Wires::default() };
        let options = Options { clock: clock.clone(), wires, sandbox_events: 0, ..Options::default() };
        let stack = local::start(options).await.expect("a stack");
        let table = stack.stack().tables.first().expect("a table").name.clone();
        Self { stack, clock, counter, table }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Puts the integrations of this range into the table, each due by its own phase of the interval.
    async fn connect(&self, numbers: std::ops::Range<u64>) {
        let now = self.now();
        let items: Vec<Value> = numbers.map(|number| entry(number, now)).collect();
        for batch in items.chunks(BATCH) {
            let puts: Vec<Value> = batch.iter().map(|item| json!({ "PutRequest": { "Item": item } })).collect();
            let body = json!({ "RequestItems": { (self.table.as_str()): puts } }).to_string();
            let request = http::Request::post("/").header("x-amz-target", "DynamoDB_20120810.BatchWriteItem");
            let request = request.body(Bytes::from(body)).expect("a request");
            let answer = self.stack.embedded().expect("the embedded AWS").answer(request).await;
            assert!(answer.status().is_success(), "{:?}", answer.body());
        }
    }

    /// One minute of the planner.
    async fn plan(&self, what: &str) {
        self.counter.take();
        let began = Instant::now();
        let planned = self.stack.fire("schedule-sync").await.expect("an answer");
        let took = began.elapsed();
        let calls = self.counter.take();
        self.stack.drained(Duration::from_secs(60)).await.expect("the work gets done");
        let of = |operation: &str| calls.get(operation).copied().unwrap_or_default();
        println!(
            "{what:<34} due {:>6}  sent {:>6}  Query {:>4}  TransactWriteItems {:>6}  SendMessageBatch {:>5}  {:>8.1} ms",
            planned["due"].as_u64().unwrap_or_default(),
            planned["sent"].as_u64().unwrap_or_default(),
            of("Query"),
            of("TransactWriteItems"),
            of("SendMessageBatch"),
            took.as_secs_f64() * 1_000.0,
        );
        // Whatever exists: the shards of both indices are read once, and each entry that is sent is moved once.
        assert_eq!(of("Query"), 2 * DUE_SHARDS, "{what}");
        assert_eq!(Some(of("TransactWriteItems")), planned["sent"].as_u64(), "{what}");
    }

    /// Moves the time to when so many are due.
    fn advance_until_due(&self, fleet: u64, due: usize) {
        let from = self.now();
        let mut times: Vec<DateTime<Utc>> = (0..fleet).map(|number| due_at(number, started())).collect();
        let at = *times.select_nth_unstable(due).1 - TimeDelta::milliseconds(1);
        *self.clock.0.lock().expect("a time") = at.max(from);
    }
}

/// When the benchmark's fleet was connected.
fn started() -> DateTime<Utc> {
    "2026-03-20T09:00:00Z".parse().expect("an instant")
}

fn id_of(number: u64) -> IntegrationId {
    IntegrationId::new(Uuid::from_u128(u128::from(number) + 1))
}

fn due_at(number: u64, now: DateTime<Utc>) -> DateTime<Utc> {
    next_sync(id_of(number), INTERVAL, now, 0.5)
}

/// An integration as the due index sees it.
fn entry(number: u64, now: DateTime<Utc>) -> Value {
    let (id, due) = (id_of(number), due_at(number, now).timestamp_millis());
    json!({
        "PK": { "S": format!("BENCH#{number}") },
        "SK": { "S": "ENTRY" },
        "due_pk": { "S": format!("DUE#sync#{}", shard(id)) },
        "due_sk": { "S": format!("{due:015}#{id}") },
        "due_at": { "N": due.to_string() },
        "id": { "S": id.to_string() },
        "account": { "S": format!("account-{number}") },
        "provider": { "S": "google-calendar" },
    })
}

#[tokio::main]
async fn main() {
    // `cargo test` builds and starts benchmarks as well; only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chosen = std::env::args().find_map(|argument| argument.parse::<u64>().ok());
    for fleet in FLEETS.into_iter().filter(|fleet| chosen.is_none_or(|chosen| chosen == *fleet)) {
        let bench = Bench::start().await;
        let began = Instant::now();
        for from in (0..fleet).step_by(10_000) {
            bench.connect(from..(from + 10_000).min(fleet)).await;
        }
        println!("{fleet} integrations in the table after {:.0} s", began.elapsed().as_secs_f64());
        for due in DUE.into_iter().filter(|due| (*due as u64) < fleet) {
            bench.advance_until_due(fleet, due);
            bench.plan(&format!("{fleet} exist, {due} came due so far")).await;
        }
        bench.stack.stop().await;
    }
}
