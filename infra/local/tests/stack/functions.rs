//! Functions made up for the tests.

use async_trait::async_trait;
use local::{Builder, Functions};
use serde_json::{Value, json};
use shared::clients::Clients;
use shared::entry::log::{Level, Log};
use shared::entry::{Function, FunctionError, Invocation, Setup};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What the functions saw.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<Value>>>);

impl Seen {
    pub(crate) fn all(&self) -> Vec<Value> {
        self.0.lock().unwrap().clone()
    }

    fn add(&self, value: Value) {
        self.0.lock().unwrap().push(value);
    }
}

/// Tells its environment, writes to the table and to the queue, and to the bus.
struct Front {
    setup: Setup,
    clients: Clients,
}

#[async_trait]
impl Function for Front {
    async fn invoke(&self, event: Value, _: Invocation) -> Result<Value, FunctionError> {
        let body = match event["rawPath"].as_str() {
            Some("/environment") => json!(self.setup.vars.map()),
            Some("/send") => self.send(event["body"].as_str().unwrap()).await,
            Some("/say") => self.say().await,
            Some("/forbidden") => self.delete_table().await,
            _ => self.count().await,
        };
        Ok(json!({"statusCode": 200, "body": body.to_string()}))
    }
}

impl Front {
    async fn send(&self, body: &str) -> Value {
        let url = self.setup.vars.get("QUEUE_URL").unwrap();
        self.clients.sqs().send_message().queue_url(url).message_body(body).send().await.unwrap();
        json!("sent")
    }

    async fn say(&self) -> Value {
        let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder()
            .event_bus_name("aura")
            .source("aura.test")
            .detail_type("said")
            .detail(r#"{"word":"hello"}"#)
            .build();
        self.clients.events().put_events().entries(entry).send().await.unwrap();
        json!("said")
    }

    async fn delete_table(&self) -> Value {
        let refused = self.clients.dynamodb().delete_table().table_name("aura-local").send().await.unwrap_err();
        json!(aws_sdk_dynamodb::error::DisplayErrorContext(&refused).to_string())
    }

    /// How often it was called, kept in the table.
    async fn count(&self) -> Value {
        use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
        let updated = self
            .clients
            .dynamodb()
            .update_item()
            .table_name(self.setup.vars.get("TABLE_NAME").unwrap())
            .key("PK", AttributeValue::S("COUNT".to_owned()))
            .key("SK", AttributeValue::S("COUNT".to_owned()))
            .update_expression("ADD #n :one")
            .expression_attribute_names("#n", "n")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .unwrap();
        json!(updated.attributes.unwrap()["n"].as_n().unwrap())
    }
}

/// Fails every message whose body is `fail` at its first receive, and notes what it did.
struct Worker {
    seen: Seen,
    log: Log,
}

#[async_trait]
impl Function for Worker {
    async fn invoke(&self, event: Value, _: Invocation) -> Result<Value, FunctionError> {
        let Some(records) = event["Records"].as_array() else {
            self.seen.add(event);
            return Ok(Value::Null);
        };
        let mut failures = Vec::new();
        for record in records {
            let first = record["attributes"]["ApproximateReceiveCount"] == "1";
            let failed = record["body"] == "fail" && first;
            if failed {
                failures.push(json!({"itemIdentifier": record["messageId"]}));
            }
            self.seen.add(json!({"body": record["body"], "failed": failed}));
        }
        self.log.write(Level::Info, "work", "done", &[("_aws", metric()), ("batches", json!(1))]);
        Ok(json!({ "batchItemFailures": failures }))
    }
}

fn metric() -> Value {
    let directive = json!({"Namespace": "Aura", "Dimensions": [["op"]], "Metrics": [{"Name": "batches"}]});
    json!({"Timestamp": 0, "CloudWatchMetrics": [directive]})
}

fn named((name, builder): (&str, Builder)) -> (String, Builder) {
    (name.to_owned(), builder)
}

pub(crate) fn functions(seen: &Seen) -> Functions {
    let front: Builder = Arc::new(|setup| {
        Ok(Arc::new(Front { setup: setup.clone(), clients: Clients::new(setup)? }) as Arc<dyn Function>)
    });
    let seen = seen.clone();
    let worker: Builder =
        Arc::new(move |setup| Ok(Arc::new(Worker { seen: seen.clone(), log: setup.log.clone() }) as Arc<dyn Function>));
    let listener = Arc::clone(&worker);
    BTreeMap::from([("front", front), ("worker", worker), ("account-events", listener)].map(named))
}
