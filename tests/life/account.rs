//! What the rest of Aura says of an account: its plan, and which providers it sees.

use super::OWN;
use crate::openapi::schema::Document;
use crate::sync::scene::{Scene, WHOLE};
use crate::world::{DEMO, GOOGLE, Plan, sqs_event, with_twin};

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// A second provider.
const TWIN: &str = "twin-calendar";

impl Scene {
    /// An event of the rest of Aura, through the bus.
    async fn says(&self, kind: &str, detail: &Value) {
        let path = format!("{}/../docs/events/{kind}.json", env!("CARGO_MANIFEST_DIR"));
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a schema")).expect("JSON");
        assert_eq!(Document(schema).wrong_for_all(detail), Vec::<String>::new(), "{detail}");
        self.tick();
        let setup = self.setup_of_owner("relay");
        let clients = shared::clients::Clients::new(&setup).expect("clients");
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(setup.vars.required("BUS_NAME").expect("a bus"))
            .source("aura.billing")
            .detail_type(kind)
            .detail(detail.to_string())
            .build();
        let put = clients.events().put_events().entries(entry).send().await.expect("the bus");
        assert_eq!(put.failed_entry_count(), 0);
        self.settled().await;
    }

    async fn plans(&self, version: u64, plan: &str) {
        let detail = json!({ "account": DEMO, "version": version, "plan": plan });
        self.says("billing.subscription.changed", &detail).await;
    }

    async fn hides(&self, version: u64, hidden: &[&str]) {
        let detail = json!({ "account": DEMO, "version": version, "hiddenProviders": hidden });
        self.says("account.configuration.changed", &detail).await;
    }

    /// Interval chosen, interval in force, shortest one of the plan.
    async fn intervals(&self) -> [u64; 3] {
        let view = self.view().await;
        let of = |part: &str, name: &str| view[part][name].as_u64().expect("minutes");
        let shortest = of("configuration", "shortestInterval");
        [of("settings", "intervalMinutes"), of("sync", "intervalMinutes"), shortest]
    }

    /// Creates an integration of the second provider.
    async fn create_twin(&self) -> crate::world::Answer {
        self.admin(DEMO).post("/integrations", &json!({ "provider": TWIN })).await
    }

    /// The same, and the plan changes before its transaction arrives.
    async fn create_twin_meanwhile(&self, plan: &Value) -> crate::world::Answer {
        let gate = self.faults.hold(|call| call.caller == "CREATE" && call.is("TransactWriteItems"));
        let meanwhile = async {
            gate.reached().await;
            self.says("billing.subscription.changed", plan).await;
            gate.open();
        };
        tokio::join!(self.create_twin(), meanwhile).0
    }
}

async fn with_two_providers() -> Scene {
    let scene = Scene::of(Plan { events: 10, adapt: Some(with_twin(TWIN)), ..Plan::default() }).await;
    scene.connect(DEMO).await.ok();
    scene.background().await;
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn a_larger_plan_allows_more_and_a_smaller_one_keeps_what_is_there_and_refuses_more() {
    let scene = with_two_providers().await;
    let limit = scene.create_twin().await.problem(409, "plan_limit_reached");
    assert_eq!(limit["detail"], "You\u{2019}ve reached the maximum integrations for your subscription plan");
    scene.plans(1, "pro").await;
    assert_eq!(scene.create_twin().await.status, 201);
    scene.plans(2, "free").await;
    assert_eq!(scene.status().await, "Active", "what is there stays");
    let shown = scene.admin(DEMO).get("/integrations").await.ok();
    let existing =
        shown["integrations"].as_array().expect("cards").iter().filter(|card| !card["integration"].is_null());
    assert_eq!(existing.count(), 2, "{shown}");
    let own = format!("/integrations/{TWIN}");
    assert_eq!(scene.admin(DEMO).json("DELETE", &own, &json!({}), &[]).await.status, 204);
    scene.create_twin().await.problem(409, "plan_limit_reached");
    let limited = json!({ "account": DEMO, "version": 3, "plan": "free", "integrationLimit": 2 });
    scene.says("billing.subscription.changed", &limited).await;
    assert_eq!(scene.create_twin().await.status, 201, "a limit of this account alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_changes_while_an_integration_is_created_holds_for_it() {
    let scene = with_two_providers().await;
    scene.plans(1, "pro").await;
    let smaller = json!({ "account": DEMO, "version": 2, "plan": "free" });
    scene.create_twin_meanwhile(&smaller).await.problem(409, "plan_limit_reached");
    assert_eq!(scene.view().await["status"], "Active");

    scene.plans(3, "pro").await;
    let slower = json!({ "account": DEMO, "version": 4, "plan": "free", "integrationLimit": 2 });
    let created = scene.create_twin_meanwhile(&slower).await;
    assert_eq!((created.status, &created.body["configuration"]["shortestInterval"]), (201, &json!(15)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_downgrade_limits_the_interval_in_force_and_an_upgrade_brings_the_chosen_one_back() {
    let scene = with_two_providers().await;
    assert_eq!(scene.intervals().await, [15, 15, 15]);
    scene.plans(1, "pro").await;
    let fast = json!({ "intervalMinutes": 5 });
    scene.admin(DEMO).patch(&format!("{OWN}/settings"), &fast).await.ok();
    assert_eq!(scene.intervals().await, [5, 5, 5]);
    let version = scene.view().await["version"].as_u64();
    scene.plans(2, "free").await;
    assert_eq!(scene.intervals().await, [5, 15, 15]);
    assert!(scene.view().await["version"].as_u64() > version);
    assert_eq!(scene.story(DEMO).await.last().expect("a line"), "system interval_limited 15");
    let next = scene.integration().await.due_at.expect("a next sync") - scene.now();
    assert!(next >= TimeDelta::minutes(6), "the schedule follows: {next}");

    // The rest of the settings can still be saved.
    let slow = json!({ "intervalMinutes": 5, "writeResource": null });
    scene.admin(DEMO).patch(&format!("{OWN}/settings"), &slow).await.ok();
    scene.plans(3, "enterprise").await;
    assert_eq!(scene.intervals().await, [5, 5, 5]);
    assert_eq!(scene.story(DEMO).await.last().expect("a line"), "system interval_limited 5");
    scene.live(TimeDelta::minutes(30)).await;
    assert!(scene.runs(DEMO).await.len() >= 5, "{}", scene.runs(DEMO).await.len());
    assert_eq!(scene.counted("repairs"), 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_saved_while_the_plan_changes_write_no_former_plan_back() {
    let scene = with_two_providers().await;
    scene.plans(1, "pro").await;
    let gate = scene.faults.hold(|call| call.caller == "SETTINGS" && call.is("TransactWriteItems"));
    let downgrade = async {
        gate.reached().await;
        scene.plans(2, "free").await;
        gate.open();
    };
    let fast = json!({ "intervalMinutes": 5 });
    let path = format!("{OWN}/settings");
    let admin = scene.admin(DEMO);
    tokio::join!(admin.patch(&path, &fast), downgrade).0.ok();
    assert_eq!(scene.intervals().await, [5, 15, 15]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_event_and_a_repeated_one_change_nothing() {
    let scene = with_two_providers().await;
    scene.plans(5, "pro").await;
    scene.plans(4, "free").await;
    assert_eq!(scene.create_twin().await.status, 201);
    let before = (scene.view().await, scene.story(DEMO).await);
    scene.plans(5, "pro").await;
    scene.plans(1, "starter").await;
    assert_eq!((scene.view().await, scene.story(DEMO).await), before);
    assert_eq!(scene.lines.outcomes("account-events"), ["applied", "older", "applied", "older"]);
    // Each part has versions of its own.
    scene.hides(1, &[TWIN]).await;
    assert_eq!(scene.lines.outcomes("account-events").pop().as_deref(), Some("applied"));
    assert_eq!(scene.intervals().await, [15, 15, 5], "the plan is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_understood_fails_and_changes_nothing() {
    let scene = Scene::synced(20).await;
    let before = scene.items().await;
    let detail = json!({ "account": DEMO, "version": 9, "plan": "pro" });
    let envelope = |kind: &str, change: &[(&str, Value)]| {
        let mut detail = detail.clone();
        change.iter().for_each(|(name, value)| detail[*name] = value.clone());
        json!({ "source": "aura.billing", "detail-type": kind, "detail": detail })
    };
    let bad = [
        envelope("billing.subscription.changed", &[("plan", json!("gold"))]),
        envelope("billing.subscription.changed", &[("account", json!("a b"))]),
        envelope("billing.subscription.changed", &[("version", json!(-1))]),
        envelope("account.configuration.changed", &[]),
        json!({ "hello": "world" }),
    ];
    let other = envelope("integration.changed", &[]);
    let batch = sqs_event(&[bad.as_slice(), &[other]].concat());
    let answer = scene.invoke("account-events", batch, WHOLE).await;
    let failed = answer["batchItemFailures"].as_array().expect("failures");
    let failed: Vec<&str> = failed.iter().filter_map(|one| one["itemIdentifier"].as_str()).collect();
    assert_eq!(failed, ["message-0", "message-1", "message-2", "message-3", "message-4"]);
    assert_eq!(scene.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_provider_stays_where_it_is_and_is_refused_where_it_is_not() {
    let scene = with_two_providers().await;
    scene.plans(1, "pro").await;
    scene.hides(1, &[GOOGLE, TWIN]).await;
    let cards = async || {
        let shown = scene.admin(DEMO).get("/integrations").await.ok();
        let cards = shown["integrations"].as_array().expect("cards").iter();
        let names = cards.map(|card| card["provider"].as_str().expect("a provider").to_owned());
        names.filter(|name| [GOOGLE, TWIN].contains(&name.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(cards().await, [GOOGLE], "what exists stays visible");
    scene.create_twin().await.problem(409, "provider_not_offered");
    scene.live(TimeDelta::hours(1)).await;
    assert_eq!(scene.status().await, "Active");
    scene.connect(DEMO).await.ok();
    scene.background().await;
    scene.hides(2, &[]).await;
    assert_eq!(cards().await.len(), 2);
    assert_eq!(scene.create_twin().await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_which_only_an_event_is_known_has_that_plan_from_its_first_integration_on() {
    let scene = Scene::with(10).await;
    scene.plans(1, "pro").await;
    scene.connect(DEMO).await.ok();
    scene.background().await;
    assert_eq!(scene.intervals().await, [15, 15, 5]);
    assert_eq!(scene.story(DEMO).await.iter().filter(|line| line.contains("interval_limited")).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_interval_before_the_first_test_has_passed_leaves_the_connection_in_testing() {
    let scene = Scene::with(10).await;
    scene.connect(DEMO).await.ok();
    scene.outage();
    scene.background().await;
    let slow = json!({ "intervalMinutes": 60 });
    let saved = scene.admin(DEMO).patch(&format!("{OWN}/settings"), &slow).await.ok();
    assert_eq!((&saved["status"], &saved["settings"]["resources"]), (&json!("Testing"), &json!([])));
    scene.works_again();
    scene.live(TimeDelta::hours(2)).await;
    assert_eq!(scene.status().await, "Active");
}
