//! A tenant with thousands of appointments that are still to be written does not hold up the others.

use super::scene::Scene;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::IntegrationId;
use domain::schedule::shard;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

const BACKLOG: usize = 10_000;

impl Scene {
    /// Puts items into the table, past every rule.
    async fn put_all(&self, items: &[Value]) {
        let table = self.setup("list").vars.required("TABLE_NAME").expect("a name").to_owned();
        let aws = self.stack.embedded().expect("the embedded AWS");
        for batch in items.chunks(25) {
            let puts: Vec<Value> = batch.iter().map(|item| json!({ "PutRequest": { "Item": item } })).collect();
            let body = json!({ "RequestItems": { (table.as_str()): puts } }).to_string();
            let request = http::Request::post("/").header("x-amz-target", "DynamoDB_20120810.BatchWriteItem");
            let answer = aws.answer(request.body(Bytes::from(body)).expect("a request")).await;
            assert!(answer.status().is_success(), "{:?}", answer.body());
        }
    }

    /// The groups of the messages that were sent since the plane was last asked to forget, and how many each got.
    fn sent_by_group(&self) -> HashMap<String, usize> {
        let mut groups = HashMap::new();
        for call in self.faults.calls().iter().filter(|call| call.is("SendMessageBatch")) {
            for entry in call.body["Entries"].as_array().expect("entries") {
                *groups.entry(entry["MessageGroupId"].as_str().expect("a group").to_owned()).or_default() += 1;
            }
        }
        groups
    }
}

/// Two integrations whose entries are in one shard of the due index.
fn neighbours() -> [IntegrationId; 2] {
    let mut all = (1..).map(|number| IntegrationId::new(Uuid::from_u128(number))).filter(|id| shard(*id) == 0);
    [all.next().expect("an id"), all.next().expect("another")]
}

/// An appointment that is due to be written.
fn pending(account: &str, id: IntegrationId, number: usize, due: DateTime<Utc>) -> Value {
    json!({
        "PK": { "S": format!("INTEGRATION#{id}") },
        "SK": { "S": format!("WRITE#appointment-{number}") },
        "due_pk": { "S": "DUE#write#0" },
        "due_sk": { "S": format!("{:015}#{id}", due.timestamp_millis()) },
        "id": { "S": id.to_string() },
        "account": { "S": account },
        "provider": { "S": crate::world::GOOGLE },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_behind_ten_thousand_of_another_tenant_is_sent_in_the_next_minute() {
    let scene = Scene::with(0).await;
    let [large, small] = neighbours();
    let an_hour_ago = scene.now() - TimeDelta::hours(1);
    let mut items: Vec<Value> = (0..BACKLOG)
        .map(|number| pending("large", large, number, an_hour_ago + TimeDelta::milliseconds(number as i64)))
        .collect();
    items.push(pending("small", small, 0, scene.now() - TimeDelta::seconds(1)));
    scene.put_all(&items).await;

    scene.faults.forget();
    let planned = scene.plan_syncs().await;
    let groups = scene.sent_by_group();
    assert_eq!(groups.get("small"), Some(&1), "{groups:?}");
    assert_eq!(groups.get("large"), Some(&199), "all the other turns of a shard: {groups:?}");
    assert_eq!(planned["sent"], 200, "{planned}");

    scene.clock.advance(TimeDelta::minutes(1));
    scene.faults.forget();
    scene.plan_syncs().await;
    assert_eq!(scene.sent_by_group(), HashMap::from([("large".to_owned(), 200)]), "with nobody else, all of them");
}
