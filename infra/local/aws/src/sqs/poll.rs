//! Waiting for messages: woken by changes and by the moments when hidden messages come back.

use super::{Message, Sqs};
use crate::AwsError;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A clock that stands still must not turn waiting into spinning.
const SHORTEST_NAP: Duration = Duration::from_millis(5);

/// Follows the changes of all queues.
pub struct Changes {
    count: watch::Receiver<u64>,
}

impl Changes {
    pub(super) fn of(sqs: &Sqs) -> Self {
        Self { count: sqs.inner.changes.subscribe() }
    }

    /// Resolves when a message was sent, given back, deleted or moved to a dead-letter queue since this
    /// value was taken or last resolved. A message that becomes visible by the passing of time is no change: see
    /// [`Sqs::next_visible_at`].
    pub async fn changed(&mut self) {
        // An error means that the queues themselves are gone: nothing will ever change again.
        if self.count.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

pub(super) async fn receive_within(
    sqs: &Sqs,
    queue: &str,
    max: usize,
    visibility: Option<Duration>,
    wait: Duration,
) -> Result<Vec<Message>, AwsError> {
    let deadline = Instant::now() + wait;
    let mut changes = sqs.changes();
    let mut closing = sqs.inner.closing.subscribe();
    loop {
        let messages = sqs.receive(queue, max, visibility)?;
        if !messages.is_empty() || Instant::now() >= deadline || *closing.borrow() {
            return Ok(messages);
        }
        let wake = deadline.min(next_visible(sqs, queue)?.unwrap_or(deadline));
        tokio::select! {
            () = changes.changed() => {}
            () = tokio::time::sleep_until(wake) => {}
            _ = closing.changed() => {}
        }
    }
}

fn next_visible(sqs: &Sqs, queue: &str) -> Result<Option<Instant>, AwsError> {
    let next = sqs.next_visible_at(queue)?;
    let until = |moment: chrono::DateTime<chrono::Utc>| (moment - (sqs.inner.clock)()).to_std().unwrap_or_default();
    Ok(next.map(|moment| Instant::now() + until(moment).max(SHORTEST_NAP)))
}
