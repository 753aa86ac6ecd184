//! What each operation costs in calls to AWS, with its functions warm: `docs/cost/calls.json`, of which the cost card
//! (`docs/COST.md`) is made. Whoever changes a number here changes it there.

mod meter;

use crate::leads::people;
use crate::sync::scene::Scene;
use crate::world::{DEMO, GOOGLE};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use meter::{Meter, assert_as_in_the_table};
use sandbox::Notify;
use sandbox::google::ADA;
use serde_json::{Value, json};

/// Later than the next sync of an interval of fifteen minutes can be due, and before an hour's token is refreshed.
const NEXT_SYNC: TimeDelta = TimeDelta::minutes(25);

impl Meter {
    /// Ten appointments in Ada's calendar.
    fn ten_events(&self) {
        let calendar = self.sandbox().google().calendar(ADA, ADA).expect("a calendar");
        for number in 0..10 {
            let event = json!({
                "summary": format!("Appointment {number}"),
                "start": { "dateTime": "2026-03-27T15:00:00Z" }, "end": { "dateTime": "2026-03-27T16:00:00Z" },
            });
            calendar.insert(event).expect("inserted");
        }
    }

    /// Delivers what Google has to tell.
    async fn google_tells(&self) -> usize {
        let notifications = self.sandbox().google().take_notifications();
        let told = notifications.len();
        for notification in notifications {
            notification.deliver().await.expect("an answer");
        }
        self.settled().await;
        told
    }

    /// The next scheduled sync of everybody.
    async fn syncs_are_due(&self, accounts: u64) {
        self.clock.advance(NEXT_SYNC);
        assert_eq!(self.fire("schedule-sync").await["sent"], accounts);
    }
}

/// Another account.
const OTHER: &str = "another";

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_one_query() {
    let meter = Meter::new().await;
    meter.expect("list", async { drop(meter.admin(DEMO).get("/integrations").await.ok()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_connection() {
    let meter = Meter::new().await;
    meter.connected("another").await;
    meter.expect("connect", async { drop(meter.connect(DEMO).await.ok()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_without_changes_and_one_with_ten() {
    let meter = Meter::new().await;
    meter.connected(DEMO).await;
    meter.expect("sync_without_changes", meter.syncs_are_due(1)).await;
    meter.ten_events();
    meter.expect("sync_with_ten_changes", meter.syncs_are_due(1)).await;
    let records = meter.admin(DEMO).get(&format!("/integrations/{GOOGLE}/records?limit=50")).await.ok();
    assert_eq!(records["records"].as_array().map(Vec::len), Some(10), "{records}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh() {
    let meter = Meter::new().await;
    meter.connected(DEMO).await;
    meter.connected(OTHER).await;
    // One after the other in a moment, as they come in a stack: what is read once for many is read for the first.
    let due = async |account: &str| {
        let store = meter.store("schedule-health");
        let credential = store.credential(meter.stored(account).await.id).await.expect("the table");
        store.refresh_at(&credential.expect("credentials"), meter.now()).await.expect("the table");
    };
    let refresh = || async {
        assert_eq!(meter.fire("schedule-refresh").await["sent"], 1);
        meter.settled().await;
    };
    due(DEMO).await;
    refresh().await;
    due(OTHER).await;
    meter.expect("refresh", refresh()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_up_to_the_requested_sync() {
    let meter = Meter::new().await;
    meter.connected(DEMO).await;
    // What Google says when a channel begins, and a first one: both functions are warm then.
    meter.google_tells().await;
    meter.ten_events();
    assert_ne!(meter.google_tells().await, 0);
    meter.clock.advance(TimeDelta::minutes(1));
    let calendar = meter.sandbox().google().calendar(ADA, ADA).expect("a calendar");
    let event = calendar.events().pop().expect("an event");
    calendar.update(event["id"].as_str().expect("an id"), json!({ "summary": "Moved" })).expect("changed");
    meter.expect("notification", async { assert_eq!(meter.google_tells().await, 1) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_of_one_lead() {
    let meter = Meter::new().await;
    meter.sandbox().facebook().set_notify(Notify::Queue);
    meter.with_newsletter(DEMO).await;
    let lead = || async {
        meter.sandbox().facebook().add_leads(&people(1)).expect("a lead");
        assert_eq!(meter.facebook_tells().await, [200]);
    };
    lead().await;
    meter.expect("lead", lead()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_with_nothing_due_costs_the_same_whoever_is_connected() {
    let meter = Meter::new().await;
    for connected in 0..3 {
        for (operation, schedule) in [
            ("tick_of_syncs", "schedule-sync"),
            ("tick_of_refreshes", "schedule-refresh"),
            ("relay", "relay"),
            ("sweep", "schedule-health"),
        ] {
            meter.expect(operation, async { drop(meter.fire(schedule).await) }).await;
        }
        meter.connected(&format!("account-{connected}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_costs_what_is_due() {
    let meter = Meter::new().await;
    for number in 0..10 {
        meter.connected(&format!("account-{number}")).await;
    }
    meter.expect("tick_with_ten_syncs", meter.syncs_are_due(10)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_one_integration() {
    let scene = Scene::synced(0).await;
    let id = scene.integration().await.id;
    let due = scene.now().timestamp_millis() - 1_000;
    let checkup: Value = json!({ "PK": { "S": format!("INTEGRATION#{id}") }, "SK": { "S": "CHECKUP" } });
    scene.set(&checkup, "due_at", AttributeValue::N(due.to_string())).await;
    scene.set(&checkup, "due_sk", AttributeValue::S(format!("{due:015}#{id}"))).await;
    scene.faults.forget();
    let swept = scene.stack.fire("schedule-health").await.expect("an answer");
    assert_eq!((&swept["checkups"], &swept["repaired"]), (&json!(1), &json!(0)), "{swept}");
    assert_as_in_the_table("sweep_with_one_checkup", &scene.faults.calls());
}
