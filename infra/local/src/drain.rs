//! Waits until the work that was started is done: no message in any queue that a function takes from.

use aws_sdk_sqs::types::QueueAttributeName as Name;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often the queues are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Work that did not end in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is still work in {0}")]
pub struct Busy(pub String);

/// The queues to look at.
#[derive(Clone)]
pub(crate) struct Drain {
    pub(crate) sqs: aws_sdk_sqs::Client,
    /// URLs of the queues that functions take from.
    pub(crate) queues: Vec<String>,
    /// Invocations that the bus started.
    pub(crate) deliveries: Arc<AtomicUsize>,
}

impl Drain {
    /// Waits until nothing is left, at most this long.
    pub(crate) async fn wait(&self, limit: Duration) -> Result<(), Busy> {
        let mut busy = Busy("the queues".to_owned());
        let done = async {
            // Twice: between two looks a message may have moved from one queue to another.
            let mut quiet = 0;
            while quiet < 2 {
                match self.busy().await {
                    Some(found) => (busy, quiet) = (found, 0),
                    None => quiet += 1,
                }
                if quiet < 2 {
                    tokio::time::sleep(LOOK).await;
                }
            }
        };
        match tokio::time::timeout(limit, done).await {
            Ok(()) => Ok(()),
            Err(_) => Err(busy),
        }
    }

    async fn busy(&self) -> Option<Busy> {
        if self.deliveries.load(Ordering::SeqCst) > 0 {
            return Some(Busy("the bus".to_owned()));
        }
        for url in &self.queues {
            if self.messages(url).await != Some(0) {
                return Some(Busy(url.rsplit('/').next().unwrap_or(url).to_owned()));
            }
        }
        None
    }

    /// Visible, in flight and delayed; none when the queue cannot be asked.
    async fn messages(&self, url: &str) -> Option<u64> {
        let kinds = [
            Name::ApproximateNumberOfMessages,
            Name::ApproximateNumberOfMessagesNotVisible,
            Name::ApproximateNumberOfMessagesDelayed,
        ];
        let asked =
            self.sqs.get_queue_attributes().queue_url(url).set_attribute_names(Some(kinds.to_vec())).send().await;
        let attributes = asked.ok()?.attributes?;
        Some(kinds.iter().filter_map(|kind| attributes.get(kind)?.parse::<u64>().ok()).sum())
    }
}
