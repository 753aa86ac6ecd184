//! What queues deliver to workers that only the test invokes, without waiting for what is delayed.

use super::World;
use chrono::TimeDelta;
use serde_json::Value;
use std::time::Duration;

/// Longer than any hand-over takes.
const LIMIT: Duration = Duration::from_secs(60);

impl World {
    /// Moves the time forward, and lets the queues see that.
    pub(crate) fn later(&self, by: TimeDelta) {
        self.clock.advance(by);
        self.stack.embedded().expect("the embedded AWS").sqs().clock_moved();
    }

    /// What was delivered since the last time: function and event. A message that is delayed stays where it is.
    pub(crate) async fn collected(&self) -> Vec<(String, Value)> {
        let sqs = self.stack.embedded().expect("the embedded AWS").sqs();
        let mut changes = sqs.changes();
        let handed_over = async {
            while self.on_the_way() > 0 {
                changes.changed().await;
            }
        };
        tokio::time::timeout(LIMIT, handed_over).await.expect("the queues hand over what they hold");
        std::mem::take(&mut *self.mail.lock().expect("mail"))
    }

    fn on_the_way(&self) -> u64 {
        let sqs = self.stack.embedded().expect("the embedded AWS").sqs();
        let names = sqs.queue_names().expect("queues").into_iter().filter(|name| !name.ends_with("-dead-letters"));
        let held = names.map(|name| sqs.counts(&name).map_or(0, |counts| counts.visible + counts.in_flight));
        held.sum()
    }

    /// How many messages the dead-letter queues hold.
    pub(crate) fn dead_letters(&self) -> u64 {
        let sqs = self.stack.embedded().expect("the embedded AWS").sqs();
        let names = sqs.queue_names().expect("queues").into_iter().filter(|name| name.ends_with("-dead-letters"));
        names.map(|name| sqs.counts(&name).map_or(0, |counts| counts.visible + counts.in_flight)).sum()
    }
}
