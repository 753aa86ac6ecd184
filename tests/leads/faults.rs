//! One lead on its way, and one fault at each call of each function that carries it: in the end it is there once, and
//! told under one id.

use super::{FACEBOOK, World, people};
use crate::world::{Call, DEMO, Fault, Faults, Plan};
use chrono::TimeDelta;
use sandbox::Notify;
use serde_json::{Value, json};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// As much time as a function has.
const TIME: TimeDelta = TimeDelta::seconds(100);

/// Calls of the webhook with one delivery.
const WEBHOOK_CALLS: usize = 3;

struct Way {
    world: World,
    faults: Faults,
    /// Faults that were met.
    met: AtomicUsize,
}

impl Way {
    /// Connected, with a form chosen and read.
    async fn new() -> Self {
        let faults = Faults::default();
        let plan = Plan {
            by_hand: true,
            also_by_hand: &["webhook-worker"],
            events: 1,
            wires: faults.wires(),
            ..Plan::default()
        };
        let world = World::of(plan).await;
        world.sandbox().facebook().set_notify(Notify::Queue);
        let way = Self { world, faults, met: AtomicUsize::new(0) };
        way.world.connect_facebook(DEMO, &super::alice()).await.ok();
        way.work_off().await;
        way.world
            .choose_forms(DEMO, &[super::form(sandbox::facebook::BAKERY, sandbox::facebook::NEWSLETTER_FORM)])
            .await
            .ok();
        way.work_off().await;
        way.faults.forget();
        way
    }

    async fn work_off(&self) {
        loop {
            let mail = self.world.collected().await;
            if mail.is_empty() {
                return;
            }
            for (function, event) in mail {
                self.world.invoke(&function, event, TIME).await;
            }
        }
    }

    /// One invocation that meets the fault at its call number `call`; whether it is to be repeated.
    async fn meets(&self, function: &str, event: Value, call: usize, fault: Fault) -> bool {
        self.faults.nth(call, |_: &Call| true, fault);
        let answer = self.faults.until_death(self.world.invoke(function, event, TIME)).await;
        self.faults.clear();
        self.met.fetch_add(self.faults.met().len(), Relaxed);
        let done = |answer: &Value| answer["statusCode"] == 200 || answer["batchItemFailures"] == json!([]);
        !answer.is_some_and(|answer| done(&answer))
    }

    /// Facebook tells one lead; the events that reach the worker.
    async fn told(&self) -> Vec<(String, Value)> {
        self.world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
        for delivery in self.world.sandbox().facebook().take_deliveries() {
            assert_eq!(delivery.deliver().await.expect("an answer").0, 200);
        }
        self.world.collected().await
    }

    /// Everything that would come by itself: repetitions, the relay, a run.
    async fn recover(&self) {
        self.work_off().await;
        self.world.later(TimeDelta::minutes(20));
        for schedule in ["schedule-sync", "schedule-health", "relay"] {
            self.world.stack.fire(schedule).await.expect("an answer");
            self.work_off().await;
        }
    }

    async fn assert_once(&self, expected: usize, what: &str) {
        assert_eq!(self.world.leads(DEMO).await.len(), expected, "{what}");
        let told = self.world.told_of_leads().await;
        let leads = |event: &Value| event["detail"]["lead"].as_str().expect("a lead").to_owned();
        let ids: std::collections::HashSet<(String, String)> = told
            .iter()
            .map(|event| (leads(event), event["detail"]["id"].as_str().expect("an id").to_owned()))
            .collect();
        assert_eq!(ids.len(), expected, "{what}: one id for each lead");
        assert_eq!(self.world.dead_letters(), 0, "{what}");
    }
}

fn kinds() -> [(&'static str, Fault); 5] {
    [
        ("dies before", Fault::DieBefore),
        ("dies after", Fault::DieAfter),
        ("loses the answer", Fault::Lose),
        ("is throttled", Fault::Refuse(400, "ThrottlingException")),
        ("meets a failure", Fault::Refuse(500, "InternalServerError")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_of_a_lead_survives_every_fault_at_every_call() {
    let way = Way::new().await;
    let mut expected = way.world.leads(DEMO).await.len();
    let (calls, event) = {
        let mail = way.told().await;
        let (function, event) = mail.last().cloned().expect("a message");
        way.faults.forget();
        way.world.invoke(&function, event.clone(), TIME).await;
        (way.faults.calls().len(), event)
    };
    expected += 1;
    assert!(calls >= 5, "{calls} calls");
    // What is delivered once more changes nothing.
    way.world.invoke("webhook-worker", event, TIME).await;
    for call in 0..calls {
        for (name, fault) in kinds() {
            let mail = way.told().await;
            let (function, event) = mail.last().cloned().expect("a message");
            if way.meets(&function, event.clone(), call, fault).await {
                way.world.invoke(&function, event, TIME).await;
            }
            expected += 1;
            way.recover().await;
            way.assert_once(expected, &format!("call {call} {name}")).await;
        }
    }
    assert_eq!(way.met.into_inner(), calls * kinds().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhook_survives_every_fault_at_every_call_and_acknowledges_only_what_is_queued() {
    let way = Way::new().await;
    let mut expected = way.world.leads(DEMO).await.len();
    // A fresh instance reads the application's secret and the routes, and sends.
    for call in 0..WEBHOOK_CALLS {
        for (name, fault) in kinds() {
            way.world.sandbox().facebook().add_leads(&people(1)).expect("a lead");
            let delivery = way.world.sandbox().facebook().take_deliveries().pop().expect("a delivery");
            let event = delivery_event(&delivery);
            let repeated = way.meets("webhook", event.clone(), call, fault).await;
            let queued = way.world.collected().await;
            assert!(repeated || !queued.is_empty(), "call {call} {name}: acknowledged and not queued");
            if repeated {
                way.world.invoke("webhook", event, TIME).await;
            }
            for (function, event) in queued {
                way.world.invoke(&function, event, TIME).await;
            }
            expected += 1;
            way.work_off().await;
            way.assert_once(expected, &format!("call {call} {name}")).await;
        }
    }
    assert_eq!(way.met.into_inner(), WEBHOOK_CALLS * kinds().len());
}

fn delivery_event(delivery: &sandbox::facebook::Delivery) -> Value {
    let path = [("provider", "facebook-lead-ads")];
    let mut event = crate::world::http_event(&shared::api::routes::WEBHOOK, &path, None, None);
    let signature = delivery.header("X-Hub-Signature-256").expect("a signature");
    event["headers"]["x-hub-signature-256"] = json!(signature);
    event["body"] = json!(delivery.body);
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_finds_leads_survives_a_death_at_every_call() {
    let way = Way::new().await;
    let mut expected = way.world.leads(DEMO).await.len();
    let order = sandbox::facebook::LeadOrder { lost: true, ..people(1) };
    for call in 0..24 {
        for (name, fault) in [("dies before", Fault::DieBefore), ("dies after", Fault::DieAfter)] {
            way.world.sandbox().facebook().add_leads(&order).expect("a lead");
            way.world.admin(DEMO).post(&format!("{FACEBOOK}/sync"), &json!({})).await;
            for (function, event) in way.world.collected().await {
                way.meets(&function, event, call, fault.clone()).await;
            }
            expected += 1;
            for _ in 0..3 {
                way.recover().await;
            }
            way.assert_once(expected, &format!("call {call} {name}")).await;
        }
    }
    let met = way.met.into_inner();
    assert!(met >= 30, "{met} faults met");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_workers_with_the_same_leads_store_each_once() {
    let way = Way::new().await;
    let before = way.world.leads(DEMO).await.len();
    let order = sandbox::facebook::LeadOrder { together: true, ..people(20) };
    way.world.sandbox().facebook().add_leads(&order).expect("leads");
    for delivery in way.world.sandbox().facebook().take_deliveries() {
        assert_eq!(delivery.deliver().await.expect("an answer").0, 200);
    }
    let mail = way.world.collected().await;
    let (function, event) = mail.last().expect("a message");
    let workers = (0..10).map(|_| way.world.invoke(function, event.clone(), TIME));
    for answer in futures_util::future::join_all(workers).await {
        assert_eq!(answer["batchItemFailures"], json!([]));
    }
    way.recover().await;
    way.assert_once(before + 20, "ten workers").await;
}
