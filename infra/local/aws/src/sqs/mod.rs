//! SQS standard queues of our own: the calls that the product makes, on one small SQLite database
//! (`docs/decisions/0010`). Visibility, delays and retention follow the injected clock.

mod attributes;
mod batch;
mod digest;
mod errors;
mod handle;
mod message;
mod operations;
mod poll;
mod queues;
mod receive;
mod requests;
mod send;
mod store;

pub use message::{Counts, Message, Outgoing, Sent};
pub use poll::Changes;

pub(crate) use errors::query_code;

use crate::AwsError;
use crate::options::{Clock, OpenError, Options};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::watch;

/// The queues. Cloning is cheap and gives the same queues. Unless said otherwise calls take
/// microseconds (they reach the disk's cache, not the disk) and may be made from async code.
#[derive(Clone)]
pub struct Sqs {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Clock,
    region: String,
    account_id: String,
    endpoint: String,
    /// Counts the changes of all queues.
    changes: watch::Sender<u64>,
    /// Long polls end early once this is true.
    closing: watch::Sender<bool>,
}

impl Sqs {
    pub(crate) fn open(data: Option<&Path>, options: &Options) -> Result<Self, OpenError> {
        let inner = Inner {
            store: Store::open(data)?,
            clock: Arc::clone(&options.clock),
            region: options.region.clone(),
            account_id: options.account_id.clone(),
            endpoint: options.endpoint.clone(),
            changes: watch::Sender::new(0),
            closing: watch::Sender::new(false),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Makes a queue, or gives one that exists these attributes (`VisibilityTimeout`, `RedrivePolicy`, …).
    ///
    /// # Errors
    /// A name or an attribute is invalid.
    pub fn ensure_queue(&self, name: &str, attributes: &BTreeMap<String, String>) -> Result<(), AwsError> {
        queues::ensure(self, name, attributes)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// No such queue, or the message is too large or holds characters that SQS refuses.
    pub fn send(&self, queue: &str, message: Outgoing) -> Result<Sent, AwsError> {
        send::send(self, queue, message)
    }

    /// Receives up to `max` messages (not limited to ten) at once, hiding each for `visibility`, or for
    /// the queue's `VisibilityTimeout`.
    ///
    /// # Errors
    /// No such queue.
    pub fn receive(&self, queue: &str, max: usize, visibility: Option<Duration>) -> Result<Vec<Message>, AwsError> {
        receive::receive(self, queue, max, visibility)
    }

    /// As [`Sqs::receive`], but waits up to `wait` for a message to be there.
    ///
    /// # Errors
    /// No such queue.
    pub async fn receive_within(
        &self,
        queue: &str,
        max: usize,
        visibility: Option<Duration>,
        wait: Duration,
    ) -> Result<Vec<Message>, AwsError> {
        poll::receive_within(self, queue, max, visibility, wait).await
    }

    /// Deletes a received message. An older receipt handle of it succeeds and deletes nothing.
    ///
    /// # Errors
    /// No such queue, or not a receipt handle.
    pub fn delete(&self, queue: &str, receipt_handle: &str) -> Result<(), AwsError> {
        receive::delete(self, queue, receipt_handle)
    }

    /// Hides a received message for `visibility` from now; zero makes it receivable at once.
    ///
    /// # Errors
    /// No such queue, not a receipt handle, or the message is not in flight.
    pub fn change_visibility(&self, queue: &str, receipt_handle: &str, visibility: Duration) -> Result<(), AwsError> {
        receive::change_visibility(self, queue, receipt_handle, visibility)
    }

    /// How many messages a queue holds.
    ///
    /// # Errors
    /// No such queue.
    pub fn counts(&self, queue: &str) -> Result<Counts, AwsError> {
        queues::counts(self, queue)
    }

    /// When the next delayed or in-flight message of a queue becomes receivable by itself.
    ///
    /// # Errors
    /// No such queue.
    pub fn next_visible_at(&self, queue: &str) -> Result<Option<DateTime<Utc>>, AwsError> {
        queues::next_visible_at(self, queue)
    }

    /// The names of all queues.
    ///
    /// # Errors
    /// The database failed.
    pub fn queue_names(&self) -> Result<Vec<String>, AwsError> {
        queues::names(self, "")
    }

    /// The queue's URL, below [`Options::endpoint`].
    pub fn queue_url(&self, queue: &str) -> String {
        self.url_below(&self.inner.endpoint, queue)
    }

    /// The queue's ARN.
    pub fn queue_arn(&self, queue: &str) -> String {
        format!("arn:aws:sqs:{}:{}:{queue}", self.inner.region, self.inner.account_id)
    }

    /// To be awaited for the next change of any queue. Take it *before* looking at the queues, then no
    /// change is missed.
    pub fn changes(&self) -> Changes {
        Changes::of(self)
    }

    /// Tells long polls that the clock was moved by hand.
    pub fn clock_moved(&self) {
        self.changed();
    }

    /// Ends long polls, now and from now on.
    pub(crate) fn close(&self) {
        self.inner.closing.send_replace(true);
    }

    fn changed(&self) {
        self.inner.changes.send_modify(|count| *count += 1);
    }

    fn now_ms(&self) -> i64 {
        (self.inner.clock)().timestamp_millis()
    }

    fn url_below(&self, base: &str, queue: &str) -> String {
        format!("{base}/{}/{queue}", self.inner.account_id)
    }
}
