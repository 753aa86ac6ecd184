//! How long a change takes from one side to the other on the local stack, without waiting for any schedule:
//! `cargo bench -p tests`. Prints percentiles in milliseconds; nothing fails by being slow.

use local::issuer::Member;
use local::{Options, Running};
use sandbox::Consent;
use sandbox::facebook::{BAKERY, NEWSLETTER_FORM};
use sandbox::google::ADA;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use url::Url;

/// Changes of each side that are measured, one after the other.
const ROUNDS: usize = 100;
/// How often the other side is looked at.
const LOOK: Duration = Duration::from_millis(2);
const OWN: &str = "integrations/google-calendar";
const LEADS: &str = "integrations/facebook-lead-ads";

struct Stack {
    running: Running,
    http: reqwest::Client,
    token: String,
}

impl Stack {
    async fn start() -> Self {
        let running = local::start(Options { sandbox_events: 100, ..Options::default() }).await.expect("a stack");
        #[expect(clippy::disallowed_methods, reason = "a benchmark stands where a browser would, outside the product")]
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let token = running.token(Member::Admin, "demo").expect("a token");
        let stack = Self { running, http, token };
        stack.connect().await;
        stack
    }

    async fn call(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let url = self.running.api.join(path).expect("a URL");
        let request = self.http.request(method, url).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        serde_json::from_slice(&answer.bytes().await.expect("a body")).unwrap_or_default()
    }

    async fn connect(&self) {
        let started = self.call(reqwest::Method::POST, &format!("{OWN}/connect"), Some(&json!({}))).await;
        let url = Url::parse(started["authorizationUrl"].as_str().expect("a URL")).expect("a URL");
        self.finish(self.running.imitation().consent(&url, &Consent::default()).expect("allowed")).await;
        self.running.drained(Duration::from_secs(60)).await.expect("the first sync ends");
    }

    /// Follows the browser back from the provider, and finishes.
    async fn finish(&self, back: Url) {
        let answer = self.http.get(back).send().await.expect("an answer");
        let location = answer.headers()["location"].to_str().expect("a text");
        let location = Url::parse(location).expect("a URL");
        let pairs = url::form_urlencoded::parse(location.fragment().expect("a fragment").as_bytes());
        let back: Value = pairs.map(|(name, value)| (name.into_owned(), json!(value))).collect();
        let body = json!({ "flow": back["flow"], "ticket": back["ticket"] });
        self.call(reqwest::Method::POST, "oauth/complete", Some(&body)).await;
    }

    /// From a change at the provider to the records of the API.
    async fn inward(&self) -> Duration {
        let calendar = self.running.imitation().google().calendar(ADA, ADA).expect("a calendar");
        let since = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::milliseconds(now_millis() - 5_000);
        let path = format!("{OWN}/records?updatedSince={}&limit=500", since.to_rfc3339().replace("+00:00", "Z"));
        let began = Instant::now();
        let event = calendar.insert(json!({
            "summary": "Tea", "start": { "dateTime": "2026-11-24T15:00:00Z" }, "end": { "dateTime": "2026-11-24T16:00:00Z" },
        }));
        let id = event.expect("inserted")["id"].clone();
        loop {
            let shown = self.call(reqwest::Method::GET, &path, None).await;
            if shown["records"].as_array().expect("records").iter().any(|record| record["id"] == id) {
                return began.elapsed();
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// From an appointment put into the API to the provider's calendar.
    async fn outward(&self, round: usize) -> Duration {
        let calendar = self.running.imitation().google().calendar(ADA, ADA).expect("a calendar");
        let title = format!("Appointment {round}");
        let body = json!({
            "title": title,
            "start": { "kind": "instant", "at": "2026-11-24T15:00:00Z" },
            "end": { "kind": "instant", "at": "2026-11-24T16:00:00Z" },
        });
        let began = Instant::now();
        self.call(reqwest::Method::PUT, &format!("{OWN}/events/bench-{round}"), Some(&body)).await;
        while !calendar.events().iter().any(|event| event["summary"] == json!(title)) {
            tokio::time::sleep(LOOK).await;
        }
        began.elapsed()
    }
}

/// Facebook, with a form chosen.
struct LeadWay<'a> {
    stack: &'a Stack,
    seen: std::collections::HashSet<String>,
}

impl<'a> LeadWay<'a> {
    async fn connect(stack: &'a Stack) -> Self {
        let facebook = stack.running.imitation().facebook();
        facebook.set_notify(sandbox::Notify::Queue);
        let started = stack.call(reqwest::Method::POST, &format!("{LEADS}/connect"), Some(&json!({}))).await;
        let url = Url::parse(started["authorizationUrl"].as_str().expect("a URL")).expect("a URL");
        stack.finish(facebook.consent(&url, &sandbox::facebook::Consent::default()).expect("allowed")).await;
        let body = json!({ "resources": [format!("page:{BAKERY}/{NEWSLETTER_FORM}")] });
        stack.call(reqwest::Method::PATCH, &format!("{LEADS}/settings"), Some(&body)).await;
        stack.running.drained(Duration::from_secs(60)).await.expect("the first reading ends");
        let mut way = Self { stack, seen: Default::default() };
        way.seen = way.shown().await;
        way
    }

    async fn shown(&self) -> std::collections::HashSet<String> {
        let since = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::milliseconds(now_millis() - 5_000);
        let since = since.to_rfc3339().replace("+00:00", "Z");
        let path = format!("{LEADS}/records?updatedSince={since}&limit=500");
        let shown = self.stack.call(reqwest::Method::GET, &path, None).await;
        let ids = shown["records"].as_array().expect("records").iter();
        ids.map(|record| record["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// How long the acknowledgement of one lead's delivery takes, and how long it is until the API shows the lead.
    async fn lead(&mut self) -> (Duration, Duration) {
        let facebook = self.stack.running.imitation().facebook();
        facebook.add_leads(&sandbox::facebook::LeadOrder::of(NEWSLETTER_FORM, 1)).expect("a lead");
        let delivery = facebook.take_deliveries().pop().expect("a delivery");
        let began = Instant::now();
        assert_eq!(delivery.deliver().await.expect("an answer").0, 200);
        let acknowledged = began.elapsed();
        loop {
            let shown = self.shown().await;
            if !shown.is_subset(&self.seen) {
                self.seen.extend(shown);
                return (acknowledged, began.elapsed());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn now_millis() -> i64 {
    let now = shared::clock::Clock::now(&shared::clock::SystemClock);
    now.timestamp_millis()
}

fn percentiles(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
    println!("{what}: p50 {:.0} ms, p90 {:.0} ms, p99 {:.0} ms, most {:.0} ms", at(50), at(90), at(99), at(100));
}

#[tokio::main]
async fn main() {
    // `cargo test` builds and starts benchmarks as well; only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut stack = Stack::start().await;
    let (mut inward, mut outward) = (vec![], vec![]);
    for round in 0..ROUNDS {
        inward.push(stack.inward().await);
        outward.push(stack.outward(round).await);
        stack.running.drained(Duration::from_secs(60)).await.expect("the work gets done");
    }
    percentiles("provider -> records of the API", inward);
    percentiles("API -> provider's calendar", outward);
    // The plan of the first account allows one integration.
    stack.token = stack.running.token(Member::Admin, "leads").expect("a token");
    let mut way = LeadWay::connect(&stack).await;
    let (mut acknowledged, mut shown) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        let (answer, lead) = way.lead().await;
        acknowledged.push(answer);
        shown.push(lead);
    }
    percentiles("delivery of a lead -> acknowledgement", acknowledged);
    percentiles("lead -> records of the API", shown);
    stack.running.stop().await;
}
