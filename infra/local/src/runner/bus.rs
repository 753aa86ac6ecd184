//! Rules of the bus: what the embedded EventBridge accepts is delivered to queues and functions.

use super::Instances;
use crate::template::{Rule, Stack, Target};
use embedded_aws::{Event, Outgoing, Sqs};
use serde_json::Value;
use shared::entry::log::{Level, Log};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

/// Delivers what rules want.
pub struct Deliveries {
    /// The template's rules and queues.
    pub stack: Arc<Stack>,
    /// The functions.
    pub instances: Instances,
    /// The queues.
    pub sqs: Sqs,
    /// Where trouble is told.
    pub log: Log,
    /// How many invocations are under way.
    pub open: Arc<AtomicUsize>,
}

impl Deliveries {
    /// Delivers until told to stop.
    pub async fn run(self, mut events: mpsc::UnboundedReceiver<Event>, mut stop: watch::Receiver<bool>) {
        loop {
            let event = tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => return,
                event = events.recv() => event,
            };
            let Some(event) = event else { return };
            let envelope = event.envelope();
            for rule in self.stack.rules.iter().filter(|rule| wants(rule, &event, &envelope)) {
                for target in &rule.targets {
                    self.deliver(target, envelope.clone());
                }
            }
        }
    }

    fn deliver(&self, target: &Target, event: Value) {
        match target {
            Target::Queue(arn) => {
                let name = arn.rsplit(':').next().unwrap_or_default();
                if let Err(error) = self.sqs.send(name, Outgoing::of(event.to_string())) {
                    self.log.write(Level::Error, "deliver", "failed", &[("why", Value::String(error.to_string()))]);
                }
            }
            Target::Function(package) => {
                let (instances, package, open) = (self.instances.clone(), package.clone(), Arc::clone(&self.open));
                open.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    // What failed is in the log; a rule has no answer to give.
                    let _ = instances.invoke(&package, event, Uuid::now_v7().to_string()).await;
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        }
    }
}

fn wants(rule: &Rule, event: &Event, envelope: &Value) -> bool {
    rule.enabled && rule.bus == event.bus && rule.pattern.wants(envelope)
}
