//! A storm: each lead is told about ten times to each of two tenants, in any order, in deliveries of any size; some are
//! never told; functions die or lose an answer at any of their calls. In the end each lead is there exactly once, and
//! `lead.received` was published for it under exactly one id.
//!
//! `AURA_STORM_SEED` plays another storm.

use super::{FACEBOOK, World, form};
use crate::world::{Call, DEMO, Dice, Fault, Faults, Plan, http_event};
use chrono::TimeDelta;
use sandbox::facebook::{BAKERY, CLIENT_SECRET, LeadOrder, NEWSLETTER_FORM};
use serde_json::{Value, json};
use shared::api::routes;
use shared::entry::{Function, Invocation};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

const OTHER: &str = "another";
/// Distinct leads,
const LEADS: usize = 10_000;
/// and so many deliveries of them to each tenant.
const DELIVERIES: usize = 100_000;
/// One in so many leads is never told.
const LOST: usize = 20;
/// The largest delivery. Facebook sends up to a thousand at once.
const MOST_TOLD: usize = 1_000;
/// One in so many invocations meets a fault,
const FAULTY: usize = 8;
/// at one of its first calls.
const CALLS: usize = 14;
/// A message that meets faults comes again; what is not done after so many rounds never will be.
const MOST_ROUNDS: usize = 40;
/// As much time as a function has.
const TIME: TimeDelta = TimeDelta::seconds(100);

struct Storm {
    world: World,
    faults: Faults,
    dice: Dice,
    /// Warm instances; one that died is gone.
    warm: HashMap<String, Arc<dyn Function>>,
    /// What waits to be delivered to workers: function and event.
    waiting: Vec<(String, Value)>,
    /// Ids of `lead.received` that the bus was offered, by account and lead.
    told: HashMap<(String, String), HashSet<String>>,
    deaths: usize,
    lost: usize,
    began: Instant,
}

impl Storm {
    async fn new(seed: u64) -> Self {
        let faults = Faults::default();
        let also_by_hand = &["webhook-worker"];
        let plan = Plan { by_hand: true, also_by_hand, events: 1, wires: faults.wires(), ..Plan::default() };
        let world = World::of(plan).await;
        faults.keep_only("PutEvents");
        faults.near(world.stack.embedded().expect("the embedded AWS"));
        world.sandbox().facebook().set_notify(sandbox::Notify::Queue);
        let (dice, warm) = (Dice(seed), HashMap::new());
        Self {
            world,
            faults,
            dice,
            warm,
            waiting: vec![],
            told: HashMap::new(),
            deaths: 0,
            lost: 0,
            began: Instant::now(),
        }
    }

    /// Says how far it is, for whoever waits.
    fn say(&self, what: &str) {
        println!("{what}: {:.0} s", self.began.elapsed().as_secs_f32());
    }

    /// One invocation, which may die or lose an answer. `None` if it did not come to its end.
    async fn invoke(&mut self, function: &str, event: Value) -> Option<Value> {
        if self.dice.below(FAULTY) == 0 {
            let kinds = [Fault::DieBefore, Fault::DieAfter, Fault::Lose];
            let fault = kinds[self.dice.below(kinds.len())].clone();
            self.faults.nth(self.dice.below(CALLS), |_: &Call| true, fault);
        }
        let instance = self.warm.remove(function).unwrap_or_else(|| self.world.function(function));
        let invocation = Invocation::new("storm", self.world.now() + TIME);
        let answer = self.faults.until_death(instance.invoke(event, invocation)).await;
        self.faults.clear();
        if answer.is_some() {
            self.warm.insert(function.to_owned(), instance);
        }
        let answer = answer.map(|answer| answer.expect("an answer"));
        self.deaths += usize::from(answer.is_none());
        self.lost += self.faults.met().len();
        self.note_events();
        answer
    }

    fn note_events(&mut self) {
        for call in self.faults.calls().into_iter().filter(|call| call.is("PutEvents")) {
            for entry in call.body["Entries"].as_array().into_iter().flatten() {
                let detail: Value = serde_json::from_str(entry["Detail"].as_str().expect("a detail")).expect("JSON");
                if entry["DetailType"] == "lead.received" {
                    let text = |name: &str| detail[name].as_str().expect("a text").to_owned();
                    let lead = detail["lead"].as_str().expect("a lead").to_owned();
                    self.told.entry((text("account"), lead)).or_default().insert(text("id"));
                }
            }
        }
        self.faults.forget();
    }

    /// Tells these leads at once, until the delivery is acknowledged. `false`: the provider repeats it later.
    async fn tell(&mut self, ids: &[String]) -> bool {
        let change = |id: &String| {
            let value = json!({ "leadgen_id": id, "page_id": BAKERY, "form_id": NEWSLETTER_FORM, "created_time": 1 });
            json!({ "field": "leadgen", "value": value })
        };
        let changes: Vec<Value> = ids.iter().map(change).collect();
        let entry = json!({ "id": BAKERY, "time": 1, "changes": changes });
        let body = json!({ "object": "page", "entry": [entry] }).to_string();
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, CLIENT_SECRET.as_bytes());
        let signature = format!("sha256={}", hex::encode(ring::hmac::sign(&key, body.as_bytes())));
        let mut event = http_event(&routes::WEBHOOK, &[("provider", "facebook-lead-ads")], None, None);
        event["headers"]["x-hub-signature-256"] = json!(signature);
        event["body"] = json!(body);
        self.invoke("webhook", event).await.is_some_and(|answer| answer["statusCode"] == 200)
    }

    /// Delivers what the queues hold to their workers, in any order; what is not acknowledged comes again.
    async fn work(&mut self) {
        self.waiting.extend(self.world.collected().await);
        let mut now = std::mem::take(&mut self.waiting);
        self.dice.shuffle(&mut now);
        for (function, event) in now {
            let answer = self.invoke(&function, event.clone()).await;
            if answer.is_none_or(|answer| answer["batchItemFailures"] != json!([])) {
                self.waiting.push((function, event));
            }
        }
    }

    async fn work_off(&mut self) {
        for _ in 0..MOST_ROUNDS {
            self.work().await;
            self.waiting.extend(self.world.collected().await);
            self.say(&format!("{} to work off", self.waiting.len()));
            if self.waiting.is_empty() {
                return;
            }
        }
        let lines = self.world.lines.all();
        panic!("messages that are never done:\n{}", lines[lines.len().saturating_sub(12)..].join("\n"));
    }

    /// Lets time pass and every schedule run, until nothing is under way.
    async fn calm(&mut self) {
        for round in 0..6 {
            self.say(&format!("calm {round}"));
            self.world.later(TimeDelta::minutes(70));
            for schedule in ["schedule-sync", "schedule-health", "relay"] {
                self.world.stack.fire(schedule).await.expect("an answer");
                self.note_events();
            }
            self.work_off().await;
        }
    }

    async fn with_newsletter(&mut self, account: &str) {
        self.world.connect_facebook(account, &super::alice()).await.ok();
        self.work_off().await;
        self.world.choose_forms(account, &[form(BAKERY, NEWSLETTER_FORM)]).await.ok();
        self.work_off().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_deliveries_of_ten_thousand_leads_end_with_each_lead_once_for_each_tenant() {
    let seed = asked("AURA_STORM_SEED").unwrap_or(1);
    let mut storm = Storm::new(seed).await;
    for account in [DEMO, OTHER] {
        storm.with_newsletter(account).await;
    }
    storm.calm().await;
    let facebook = storm.world.sandbox().facebook();
    let before: HashSet<String> = ids(&facebook.leads(NEWSLETTER_FORM).expect("leads"));
    for account in [DEMO, OTHER] {
        assert_eq!(storm.world.admin(account).get(FACEBOOK).await.ok()["status"], "Active");
        assert_eq!(storm.world.leads(account).await.len(), before.len());
    }

    facebook.add_leads(&LeadOrder { lost: true, ..super::people(LEADS) }).expect("leads");
    let mut new: Vec<String> =
        ids(&facebook.leads(NEWSLETTER_FORM).expect("leads")).difference(&before).cloned().collect();
    new.sort();
    assert_eq!(new.len(), LEADS);
    let told: Vec<&String> = new.iter().enumerate().filter(|(at, _)| at % LOST != 0).map(|(_, id)| id).collect();
    let mut deliveries: Vec<String> = (0..DELIVERIES).map(|at| told[at % told.len()].clone()).collect();
    storm.dice.shuffle(&mut deliveries);
    let mut rest = deliveries.as_slice();
    while !rest.is_empty() {
        let size = (1 + storm.dice.below(MOST_TOLD)).min(rest.len());
        let (these, others) = rest.split_at(size);
        while !storm.tell(these).await {}
        rest = others;
        storm.say(&format!("{} to tell", rest.len()));
        if storm.dice.below(3) == 0 {
            storm.work().await;
        }
    }
    storm.work_off().await;
    storm.calm().await;

    println!("{} deaths, {} faults in all", storm.deaths, storm.lost);
    assert!(storm.deaths > 100 && storm.lost > storm.deaths);
    let all: HashSet<String> = before.iter().chain(&new).cloned().collect();
    for account in [DEMO, OTHER] {
        let leads = storm.world.leads(account).await;
        let stored: HashSet<String> = leads.iter().map(|lead| lead["id"].as_str().expect("an id").into()).collect();
        assert_eq!(leads.len(), all.len(), "{account}");
        assert_eq!(stored, all);
        let events = all.iter().map(|lead| storm.told.get(&(account.to_owned(), lead.clone())).map_or(0, HashSet::len));
        assert!(events.clone().all(|ids| ids == 1), "{account}: {:?}", events.collect::<Vec<_>>());
        let ways = leads.iter().filter(|lead| lead["record"]["via"] == "reconciliation").count();
        assert!(ways >= LEADS / LOST, "{ways} found");
    }
    let distinct: HashSet<&String> = storm.told.values().flatten().collect();
    assert_eq!(distinct.len(), 2 * all.len());
    let outbox = |item: &Value| item["PK"]["S"].as_str().is_some_and(|key| key.starts_with("OUTBOX#"));
    assert_eq!(storm.world.items().await.into_iter().filter(outbox).count(), 0, "everything is published");
    assert_eq!(storm.world.dead_letters(), 0);
}

#[expect(clippy::disallowed_methods, reason = "a test has no configuration of its own")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn ids(leads: &[Value]) -> HashSet<String> {
    leads.iter().map(|lead| lead["id"].as_str().expect("an id").to_owned()).collect()
}
