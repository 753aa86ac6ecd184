//! What turns the world while a test lets time pass: schedules fire when something is due, queues deliver, workers
//! work. Between two due things nothing happens, so the clock jumps.

use crate::sync::scene::{Scene, WHOLE};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Schedules fire no more often than this.
const TICK: TimeDelta = TimeDelta::minutes(1);

/// An entry of the due index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) at: DateTime<Utc>,
    pub(super) kind: String,
    name: String,
}

impl Scene {
    /// Everything that will be due, soonest first.
    pub(super) async fn agenda(&self) -> BTreeSet<Entry> {
        let entry = |item: &Value| {
            let (pk, sk) = (item["due_pk"]["S"].as_str()?, item["due_sk"]["S"].as_str()?);
            let at = DateTime::from_timestamp_millis(sk.split('#').next()?.parse().ok()?)?;
            let kind = pk.split('#').nth(1)?.to_owned();
            Some(Entry { at, kind, name: format!("{} {sk}", item["PK"]["S"]) })
        };
        self.items().await.iter().filter_map(entry).collect()
    }

    /// What is due now.
    pub(super) async fn due(&self) -> BTreeSet<Entry> {
        let now = self.now();
        self.agenda().await.into_iter().filter(|entry| entry.at <= now).collect()
    }

    /// Fires a function's schedule.
    pub(super) async fn fire(&self, function: &str) -> Value {
        let schedules = &self.stack.stack().schedules;
        let schedule = schedules.iter().find(|one| one.name.ends_with(function)).expect("the schedule");
        self.stack.fire(&schedule.name).await.expect("an answer")
    }

    /// Lets workers work on what queues have delivered, until nothing comes any more; how many batches there were.
    pub(super) async fn work_off(&self) -> usize {
        let mut batches = 0;
        loop {
            let mail = self.delivered().await;
            if mail.is_empty() {
                return batches;
            }
            for (function, event) in mail {
                let answer = self.invoke(&function, event, WHOLE).await;
                assert_eq!(answer["batchItemFailures"], json!([]), "{function}: {:?}", self.lines.all().last());
                batches += 1;
            }
        }
    }

    /// Fires the schedules for which something is due.
    pub(super) async fn plan(&self) -> BTreeSet<Entry> {
        let due = self.due().await;
        let any = |kinds: &[&str]| due.iter().any(|entry| kinds.contains(&entry.kind.as_str()));
        for (function, kinds) in [
            ("schedule-sync", &["sync", "write"] as &[&str]),
            ("schedule-refresh", &["refresh"]),
            ("schedule-health", &["probe", "cleanup", "checkup"]),
        ] {
            if any(kinds) {
                self.fire(function).await;
            }
        }
        due
    }

    /// Until nothing is due now that anybody would work on.
    pub(super) async fn background(&self) {
        let mut before = BTreeSet::new();
        for _ in 0..50 {
            let mut batches = self.work_off().await;
            let due = self.plan().await;
            if due.is_empty() {
                return;
            }
            batches += self.work_off().await;
            if batches == 0 && due == before {
                return;
            }
            before = due;
        }
        panic!("there is always something due: {before:?}");
    }

    /// Lets this much time pass.
    pub(super) async fn live(&self, span: TimeDelta) {
        self.live_by(span, TICK, async || false).await;
    }

    /// Lets time pass by steps no shorter than `step`, at most `span`, until something is true; whether it became so.
    pub(super) async fn live_by(&self, span: TimeDelta, step: TimeDelta, done: impl AsyncFn() -> bool) -> bool {
        let end = self.now() + span;
        loop {
            self.background().await;
            self.faults.forget();
            if done().await {
                return true;
            }
            let next = self.agenda().await.into_iter().map(|entry| entry.at).find(|at| *at > self.now());
            let next = next.unwrap_or(end).max(self.now() + step);
            if next > end {
                self.clock.advance(end - self.now());
                self.background().await;
                return done().await;
            }
            self.clock.advance(next - self.now());
        }
    }

    /// Sweeps as the five-minute schedule does.
    pub(super) async fn sweep(&self) -> Value {
        let swept = self.fire("schedule-health").await;
        self.work_off().await;
        swept
    }
}
