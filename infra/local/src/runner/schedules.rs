//! Schedules: by the clock, or by hand.

use super::{Instances, InvokeError};
use crate::template::{Schedule, ScheduleKind};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::clock::SharedClock;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// How often the clock is looked at, so that one that is moved by hand is followed too.
const LOOK: Duration = Duration::from_millis(500);

/// Starts functions by the clock.
#[derive(Clone)]
pub struct Ticks {
    /// The functions.
    pub instances: Instances,
    /// The time.
    pub clock: SharedClock,
    /// The region, for the event.
    pub region: String,
    /// The AWS account, for the event.
    pub account: String,
}

impl Ticks {
    /// Starts a schedule's function now and waits for its answer.
    pub async fn fire(&self, schedule: &Schedule) -> Result<Value, InvokeError> {
        let id = Uuid::now_v7().to_string();
        let event = match &schedule.input {
            Some(input) => input.clone(),
            None => event(schedule, &id, self.clock.now(), &self.region, &self.account),
        };
        self.instances.invoke(&schedule.function, event, id).await
    }

    /// Keeps a schedule until told to stop. What failed is in the log, and the next time comes.
    pub async fn keep(self, schedule: Schedule, mut stop: watch::Receiver<bool>) {
        let every = TimeDelta::from_std(schedule.every).unwrap_or(TimeDelta::MAX);
        let mut next = self.clock.now() + every;
        loop {
            let left = (next - self.clock.now()).to_std().unwrap_or_default();
            tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => return,
                () = tokio::time::sleep(left.min(LOOK)) => {}
            }
            let now = self.clock.now();
            if now >= next {
                // Times that were missed, with the machine asleep, are not made up for.
                next = now.max(next) + every;
                let _ = self.fire(&schedule).await;
            }
        }
    }
}

/// The event that a function gets from a schedule without an input of its own.
pub fn event(schedule: &Schedule, id: &str, at: DateTime<Utc>, region: &str, account: &str) -> Value {
    let name = &schedule.name;
    let (source, resource, detail) = match schedule.kind {
        ScheduleKind::Rule => ("aws.events", format!("arn:aws:events:{region}:{account}:rule/{name}"), json!({})),
        ScheduleKind::Scheduler => {
            ("aws.scheduler", format!("arn:aws:scheduler:{region}:{account}:schedule/default/{name}"), json!("{}"))
        }
    };
    json!({
        "version": "0",
        "id": id,
        "detail-type": "Scheduled Event",
        "source": source,
        "account": account,
        "time": at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "region": region,
        "resources": [resource],
        "detail": detail,
    })
}
