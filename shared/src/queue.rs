//! Sending to a standard SQS queue. Delivery is at least once and in no order; consumers decide by their items.

use crate::batches::batches;
use crate::clients::Clients;
use crate::trace;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use domain::ids::AccountId;
use serde::Serialize;
use std::time::Duration;

/// Entries of one `SendMessageBatch`, and their bytes in all (1 MiB with room for the envelope).
const BATCH: usize = 10;
const BATCH_BYTES: usize = 1_000_000;

/// The longest delay of a message, in seconds.
const LONGEST_DELAY: u128 = 900;

/// How often a batch is sent in all while some of it is refused.
const ROUNDS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The queue did not confirm. The message may have arrived all the same.
    #[error("the queue did not confirm the message")]
    Unavailable,
    /// The body cannot be written as JSON.
    #[error("the message cannot be written as JSON")]
    Body,
}

/// One queue.
#[derive(Clone)]
pub struct Queue {
    clients: Clients,
    url: String,
}

/// A message on its way: where it stood in the caller's list, and its text.
struct Outgoing {
    position: usize,
    account: String,
    body: String,
}

impl Queue {
    /// The queue with this URL.
    pub fn new(clients: Clients, url: impl Into<String>) -> Self {
        Self { clients, url: url.into() }
    }

    /// Sends one message. The account is its message group, so that one account's backlog does not hold up the others
    /// (SQS fair queues).
    pub async fn send(&self, account: &AccountId, body: &impl Serialize) -> Result<(), QueueError> {
        self.send_later(account, body, Duration::ZERO).await
    }

    /// Sends one message that nobody sees before this time has passed (whole seconds, at most fifteen minutes).
    pub async fn send_later(
        &self,
        account: &AccountId,
        body: &impl Serialize,
        delay: Duration,
    ) -> Result<(), QueueError> {
        let body = encode(body)?;
        let delay = (!delay.is_zero()).then(|| delay.as_millis().div_ceil(1000).min(LONGEST_DELAY) as i32);
        let request = self.clients.sqs().send_message().queue_url(&self.url).message_group_id(account.as_str());
        let request = request.set_message_system_attributes(trace::carried());
        let request = request.set_delay_seconds(delay).message_body(body);
        request.send().await.map(|_| ()).map_err(|_| QueueError::Unavailable)
    }

    /// Sends many messages, and what was refused again a few times. Answers the positions that were not confirmed, in
    /// order: those may have arrived all the same.
    pub async fn send_batch<B: Serialize>(&self, messages: &[(AccountId, B)]) -> Result<Vec<usize>, QueueError> {
        let outgoing = messages.iter().enumerate().map(|(position, (account, body))| {
            Ok(Outgoing { position, account: account.to_string(), body: encode(body)? })
        });
        let outgoing = outgoing.collect::<Result<Vec<_>, QueueError>>()?;
        let sizes: Vec<usize> = outgoing.iter().map(|message| message.body.len() + message.account.len()).collect();
        let mut failed = Vec::new();
        for range in batches(&sizes, BATCH, BATCH_BYTES) {
            failed.extend(self.send_rounds(&outgoing[range]).await);
        }
        failed.sort_unstable();
        Ok(failed)
    }

    /// Sends one batch until everything is confirmed, refused for good, or the rounds are over.
    async fn send_rounds(&self, batch: &[Outgoing]) -> Vec<usize> {
        let mut open: Vec<&Outgoing> = batch.iter().collect();
        let mut refused = Vec::new();
        for round in 0..ROUNDS {
            if round > 0 {
                self.clients.pause(FIRST_PAUSE * 2_u32.pow(round - 1)).await;
            }
            // The SDK has tried a call that failed as a whole three times already.
            let Some(failures) = self.send_once(&open).await else { break };
            let (final_ones, again) = split(&open, &failures);
            refused.extend(final_ones);
            open = again;
            if open.is_empty() {
                break;
            }
        }
        refused.extend(open.iter().map(|message| message.position));
        refused
    }

    /// One call: its failed entries, or `None` when there was no answer.
    async fn send_once(&self, messages: &[&Outgoing]) -> Option<Vec<BatchResultErrorEntry>> {
        let entries = messages.iter().map(|message| message.entry()).collect();
        let request = self.clients.sqs().send_message_batch().queue_url(&self.url).set_entries(Some(entries));
        request.send().await.ok().map(|answer| answer.failed)
    }
}

impl Outgoing {
    /// The entry's id is the position, so that an answer finds its message in whatever order it comes.
    fn id(&self) -> String {
        self.position.to_string()
    }

    fn entry(&self) -> SendMessageBatchRequestEntry {
        SendMessageBatchRequestEntry::builder()
            .id(self.id())
            .message_group_id(&self.account)
            .message_body(&self.body)
            .set_message_system_attributes(trace::carried())
            .build()
            .expect("an entry has an id and a body")
    }
}

/// The positions that the queue will never take, and the messages worth another round.
fn split<'a>(sent: &[&'a Outgoing], failures: &[BatchResultErrorEntry]) -> (Vec<usize>, Vec<&'a Outgoing>) {
    let failure = |message: &Outgoing| failures.iter().find(|failure| failure.id == message.id());
    let failed = sent.iter().copied().filter_map(|message| Some((message, failure(message)?.sender_fault)));
    let (refused, again): (Vec<_>, Vec<_>) = failed.partition(|(_, sender_fault)| *sender_fault);
    (
        refused.into_iter().map(|(message, _)| message.position).collect(),
        again.into_iter().map(|(message, _)| message).collect(),
    )
}

fn encode(body: &impl Serialize) -> Result<String, QueueError> {
    serde_json::to_string(body).map_err(|_| QueueError::Body)
}

#[cfg(test)]
mod tests;
