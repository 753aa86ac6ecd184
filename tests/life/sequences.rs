//! Whatever people, the clock, the provider and crashes do, in any order: what is there is what the model says.
//!
//! `AURA_LIFE_CASES` is the number of sequences; what an ordinary run has fits into half a minute.

use super::OWN;
use super::model::{Act, Consents, Model, PATIENCE, Seen};
use crate::sync::scene::{BEYOND_THE_LEASE, Scene, WHOLE};
use crate::world::{Answer, DEMO, Fault, GOOGLE, Person, Plan, http_event, sqs_event};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::test_runner::{Config, TestError, TestRunner};
use sandbox::google::{ADA, GRACE};
use sandbox::{Consent, Fault as Bad, FaultKind, PathKind};
use serde_json::{Value, json};
use shared::api::routes::{self, Route};
use tokio::runtime::Handle;

mod agreement;
mod drawn;

/// Numbers of the policy by which a sequence can reach a deactivation.
const POLICY: &str = r#"{ "warnAfterFailures": 2, "deactivateAfterFailures": 3, "deactivateAfterHours": 6,
    "probeEveryHours": 24, "probeForDays": 5, "backoffMinutes": [1, 5, 30] }"#;

/// One step of a sequence.
#[derive(Debug, Clone)]
enum Step {
    Act(Act),
    /// The process that does it dies at one of its calls, before or after it; the person does it again, with its key.
    Dies(Act, usize, bool),
    /// The worker of the next sync dies so, and its message is delivered again.
    WorkerDies(usize, bool),
    Pass(TimeDelta),
    Revoked,
    Outage,
    Throttled,
    Works,
    Plan(bool),
}

/// A world and what it should be.
struct Sequence {
    scene: Scene,
    model: Model,
    keys: u64,
    plans: u64,
}

/// Method, rest of the path, body and route of an act.
fn request(act: Act) -> (&'static str, &'static str, Value, Route) {
    match act {
        Act::Create => ("POST", "", json!({ "provider": GOOGLE }), routes::CREATE),
        Act::Connect(_) => ("POST", "/connect", json!({}), routes::CONNECT),
        Act::Interval(minutes) => ("PATCH", "/settings", json!({ "intervalMinutes": minutes }), routes::SETTINGS),
        Act::Pause => ("POST", "/pause", json!({}), routes::PAUSE),
        Act::Resume => ("POST", "/resume", json!({}), routes::RESUME),
        Act::Disconnect => ("POST", "/disconnect", json!({}), routes::DISCONNECT),
        Act::Delete => ("DELETE", "", json!({}), routes::DELETE),
        Act::Sync => ("POST", "/sync", json!({}), routes::SYNC),
        Act::Test => ("POST", "/test", json!({}), routes::TEST),
    }
}

fn path(act: Act) -> String {
    let rest = request(act).1;
    if act == Act::Create { "/integrations".into() } else { format!("{OWN}{rest}") }
}

fn short(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.body["code"].as_str().filter(|_| answer.status >= 400))
}

impl Sequence {
    async fn new() -> Self {
        let scene = Scene::of(Plan { events: 8, policy: Some(POLICY), ..Plan::default() }).await;
        Self { scene, model: Model::new(), keys: 0, plans: 0 }
    }

    async fn found(&self) -> Option<Value> {
        let answer = self.scene.admin(DEMO).get(OWN).await;
        (answer.status == 200).then_some(answer.body)
    }

    async fn step(&mut self, step: &Step) {
        let before = self.scene.requests(PathKind::Token);
        let (now, running) = (self.scene.now(), self.running().await);
        match step {
            Step::Act(Act::Connect(how)) => self.connect(*how).await,
            Step::Act(Act::Test) => self.test().await,
            Step::Act(act) => {
                let (method, _, body, _) = request(*act);
                let answer = self.scene.admin(DEMO).json(method, &path(*act), &body, &[]).await;
                assert_eq!(short(&answer), self.model.act(*act, running, now), "{answer:?}");
            }
            Step::Dies(act, call, before) => self.dies(*act, *call, *before, running).await,
            Step::WorkerDies(call, before) => self.worker_dies(*call, *before, running).await,
            Step::Pass(span) => self.scene.clock.advance(*span),
            Step::Revoked => {
                self.scene.sandbox().google().revoke(ADA).expect("revoked");
                let of_ada = self.model.life.as_ref().is_some_and(|it| it.grant == Some(super::model::Who::Ada));
                self.model.alive &= !of_ada;
            }
            Step::Outage => self.breaks(Bad::always(FaultKind::ServerError), true),
            Step::Throttled => self.breaks(Bad::always(FaultKind::TooManyRequests).on(PathKind::Events), false),
            Step::Works => {
                self.scene.works_again();
                (self.model.outage, self.model.throttled) = (false, false);
            }
            Step::Plan(larger) => self.plan(*larger).await,
        }
        self.turn(before).await;
        self.agrees().await;
    }

    fn breaks(&mut self, how: Bad, outage: bool) {
        self.scene.works_again();
        self.scene.sandbox().fault(how);
        (self.model.outage, self.model.throttled) = (outage, !outage);
    }

    async fn running(&self) -> bool {
        self.scene.found(DEMO).await.is_some_and(|it| it.run.is_some())
    }

    /// Whether a revocation of the account may be under way.
    async fn closed(&self, how: Consents) -> bool {
        let account = if how == Consents::OtherAccount { "117409356082175541620" } else { "108176814619778619437" };
        let items = self.scene.items_of(&format!("EXTERNAL#{GOOGLE}#account#{account}")).await;
        let window = items.iter().find(|item| item["SK"]["S"] == "REVOKING");
        let until = window
            .and_then(|item| item["until"]["N"].as_str()?.parse().ok())
            .map(DateTime::<Utc>::from_timestamp_millis);
        until.flatten().is_some_and(|until| until > self.scene.now())
    }

    async fn connect(&mut self, how: Consents) {
        let (admin, now) = (self.scene.admin(DEMO), self.scene.now());
        let started = admin.post(&format!("{OWN}/connect"), &json!({})).await.ok();
        self.model.connecting(now);
        let consent = match how {
            Consents::Abandon => return,
            Consents::Deny => Consent { deny: true, ..Consent::default() },
            Consents::Untick => {
                Consent { untick: vec!["calendar.events".into()], account: Some(ADA.into()), ..Consent::default() }
            }
            Consents::Agree => Consent { account: Some(ADA.into()), ..Consent::default() },
            Consents::OtherAccount => Consent { account: Some(GRACE.into()), ..Consent::default() },
        };
        let closed = self.closed(how).await;
        let url = started["authorizationUrl"].as_str().expect("a URL");
        let back = self.scene.follow(&self.scene.consent(url, &consent)).await;
        if how == Consents::Deny {
            self.model.connected(how, closed, now);
            assert_eq!(back["error"], "denied");
            return;
        }
        let body = json!({ "flow": back["flow"], "ticket": back["ticket"] });
        let answer = admin.post("/oauth/complete", &body).await;
        let how = self.model.consents(how, answer.body["code"] != "missing_permissions");
        let expected = self.model.connected(how, closed, now);
        assert_eq!(short(&answer), expected, "{answer:?}");
    }

    async fn test(&mut self) {
        let answer = self.scene.admin(DEMO).post(&format!("{OWN}/test"), &json!({})).await;
        match self.model.test() {
            Err(expected) => assert_eq!(short(&answer), expected),
            Ok(expected) => {
                let ok = answer.clone().ok()["ok"].as_bool().expect("an answer");
                assert!(expected.is_none_or(|expected| expected == ok), "{answer:?}");
                if ok {
                    self.model.tested(self.scene.now());
                }
            }
        }
    }

    /// An act whose process dies, and the same act again with the same key.
    async fn dies(&mut self, act: Act, call: usize, before: bool, running: bool) {
        self.keys += 1;
        let key = format!("key-{}", self.keys);
        let (method, _, body, route) = request(act);
        let mut event = http_event(&route, &[("provider", GOOGLE)], Some(&Person::admin(DEMO, "ada")), Some(&body));
        event["headers"]["idempotency-key"] = json!(key);
        let how = if before { Fault::DieBefore } else { Fault::DieAfter };
        self.scene.faults.nth(call, |_| true, how);
        let function = self.scene.invoke(route.function, event, TimeDelta::seconds(29));
        self.scene.faults.until_death(function).await;
        self.scene.faults.clear();
        let expected = self.model.act(act, running, self.scene.now());
        let headers = [("idempotency-key", key.as_str())];
        let answer = self.scene.admin(DEMO).json(method, &path(act), &body, &headers).await;
        assert_eq!(short(&answer), expected, "the second time: {answer:?}");
    }

    /// A sync whose worker dies; its message comes again when the queue thinks so.
    async fn worker_dies(&mut self, call: usize, before: bool, running: bool) {
        let answer = self.scene.admin(DEMO).post(&path(Act::Sync), &json!({})).await;
        assert_eq!(short(&answer), self.model.act(Act::Sync, running, self.scene.now()), "{answer:?}");
        let Some(view) = self.found().await else { return };
        let message = json!({ "account": DEMO, "provider": GOOGLE, "integration": view["id"] });
        let how = if before { Fault::DieBefore } else { Fault::DieAfter };
        self.scene.faults.nth(call, |_| true, how);
        let work = self.scene.invoke("sync-worker", sqs_event(std::slice::from_ref(&message)), WHOLE);
        self.scene.faults.until_death(work).await;
        self.scene.faults.clear();
        self.scene.invoke("sync-worker", sqs_event(&[message]), WHOLE).await;
        self.scene.clock.advance(BEYOND_THE_LEASE);
    }

    async fn plan(&mut self, larger: bool) {
        self.plans += 1;
        let plan = if larger { "pro" } else { "free" };
        let detail = json!({ "account": DEMO, "version": self.plans, "plan": plan });
        let event = json!({ "source": "aura", "detail-type": "billing.subscription.changed", "detail": detail });
        let answer = self.scene.invoke("account-events", sqs_event(&[event]), WHOLE).await;
        assert_eq!(answer["batchItemFailures"], json!([]));
        self.model.shortest = if larger { 5 } else { 15 };
    }

    /// The world turns until nothing is due.
    async fn turn(&mut self, tokens_before: u64) {
        let due = self.scene.found(DEMO).await.is_some_and(|it| it.due_at.is_some_and(|at| at <= self.scene.now()));
        self.scene.background().await;
        self.scene.faults.forget();
        let asked = self.scene.requests(PathKind::Token) > tokens_before;
        let status = if self.model.life.is_some() { self.scene.status().await } else { "none".into() };
        self.model.turned(Seen { now: self.scene.now(), due, asked }, &status);
    }
}

#[expect(clippy::disallowed_methods, reason = "a person asks for a longer run")]
fn cases() -> u32 {
    std::env::var("AURA_LIFE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(4)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_in_any_order_the_integration_is_what_the_model_says() {
    assert_eq!(PATIENCE, TimeDelta::hours(6), "as in the policy of this world");
    let runtime = Handle::current();
    let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let whole = |steps: Vec<Step>| {
        runtime.block_on(async {
            let mut sequence = Sequence::new().await;
            for step in &steps {
                sequence.step(step).await;
            }
            sequence.quiesces().await;
        });
        Ok(())
    };
    let found = tokio::task::block_in_place(|| runner.run(&drawn::sequences(), whole));
    match found {
        Ok(()) => {}
        Err(TestError::Fail(why, steps)) => panic!("{why}\nafter {steps:?}"),
        Err(why) => panic!("{why}"),
    }
}
