//! Recovery: the background functions run until nothing is left to do.

use super::stage::{Stage, time_of};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// No recovery takes more sweeps.
const MOST_SWEEPS: usize = 10;
/// As often as SQS delivers a message.
const MOST_DELIVERIES: u32 = 5;
/// Between two sweeps.
const PACE: TimeDelta = TimeDelta::seconds(150);

impl Stage {
    /// Every schedule that finds something once, and a queue's messages to its worker, until the queues are empty. What
    /// a worker does not acknowledge waits for the next time.
    pub(super) async fn background(&self) -> Vec<(String, Value)> {
        for schedule in self.schedules_with_work().await {
            self.invoke(schedule, json!({}), time_of(schedule)).await;
        }
        let mut refused = vec![];
        loop {
            let delivered = self.collected().await;
            if delivered.is_empty() {
                return refused;
            }
            for (function, event) in delivered {
                if !self.is_done(&function, &event).await {
                    refused.push((function, event));
                }
            }
        }
    }

    /// A schedule that would find nothing costs hundreds of queries and does nothing.
    async fn schedules_with_work(&self) -> Vec<&'static str> {
        let (items, now) = (self.items().await, format!("{:015}", self.now().timestamp_millis()));
        let due = |kind: &str| {
            items.iter().any(|item| {
                let due = |name: &str| item[name]["S"].as_str().unwrap_or_default();
                due("due_pk").starts_with(kind) && due("due_sk").split('#').next() <= Some(now.as_str())
            })
        };
        let outbox = items.iter().any(|item| item["PK"]["S"].as_str().is_some_and(|pk| pk.starts_with("OUTBOX#")));
        let health = ["DUE#cleanup#", "DUE#probe#", "DUE#checkup#"].into_iter().any(due);
        let all = [
            ("relay", outbox),
            ("schedule-sync", due("DUE#sync#")),
            ("schedule-refresh", due("DUE#refresh#")),
            ("schedule-health", health),
        ];
        all.into_iter().filter(|(_, works)| *works).map(|(schedule, _)| schedule).collect()
    }

    async fn is_done(&self, function: &str, event: &Value) -> bool {
        let answer = self.invoke(function, event.clone(), time_of(function)).await;
        answer["batchItemFailures"].as_array().is_none_or(Vec::is_empty)
    }

    /// Sweeps until nothing is under way.
    pub(super) async fn quiesce(&mut self) {
        for sweep in 1..=MOST_SWEEPS {
            self.sweep().await;
            let open = self.open().await;
            if open.is_empty() && self.waiting.is_empty() {
                self.sweeps = self.sweeps.max(sweep);
                return;
            }
            if sweep == MOST_SWEEPS {
                panic!("still under way after {sweep} sweeps: {open:?} {:?}", self.waiting);
            }
            self.later(PACE);
        }
    }

    async fn sweep(&mut self) {
        let mut still = vec![];
        for (function, event, deliveries) in std::mem::take(&mut self.waiting) {
            if !self.is_done(&function, &event).await {
                assert!(deliveries < MOST_DELIVERIES, "{function} never takes {event}");
                still.push((function, event, deliveries + 1));
            }
        }
        let refused = self.background().await;
        still.extend(refused.into_iter().map(|(function, event)| (function, event, 1)));
        self.waiting = still;
    }

    /// What is under way by the table: runs, leases, requests, suspicions, cleanups, events. A claimed flow has an hour.
    async fn open(&self) -> Vec<String> {
        let now = self.now().timestamp_millis();
        let passed = |item: &Value, name: &str| {
            item[name]["N"].as_str().and_then(|text| text.parse::<i64>().ok()).is_some_and(|at| at <= now)
        };
        let number = |item: &Value, name: &str| item[name]["N"].as_str().map(str::to_owned);
        let is_open = |item: &Value| {
            let (pk, sk) = (item["PK"]["S"].as_str().unwrap_or_default(), item["SK"]["S"].as_str().unwrap_or_default());
            match (pk, sk) {
                (pk, _) if pk.starts_with("OUTBOX#") || pk.starts_with("CLEANUP#") => true,
                (_, "CREDENTIAL") => !item["lease_until"].is_null() || !item["journal"].is_null() || suspected(item),
                (pk, "FLOW") if pk.starts_with("FLOW#") => !item["claimed_at"].is_null() && passed(item, "due_at"),
                (_, sk) if sk.starts_with("INTEGRATION#") => {
                    let waits = number(item, "requested") != number(item, "served") && !item["due_at"].is_null();
                    !item["run"].is_null() || !item["lease_until"].is_null() || waits
                }
                _ => false,
            }
        };
        let items = self.items().await;
        let named = |item: &Value| format!("{} {} {}", item["PK"]["S"], item["SK"]["S"], item["account"]["S"]);
        items.iter().filter(|item| is_open(item)).map(named).collect()
    }
}

fn suspected(item: &Value) -> bool {
    !item["suspected_at"].is_null() && !item["due_at"].is_null()
}
