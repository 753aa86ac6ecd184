//! The task that sends notifications, apart from the answers to requests.

use std::{convert::Infallible, time::Duration};

use tokio::task::JoinSet;

use super::{DeliveryError, Notification};
use crate::Sandbox;

/// How long to wait before each further attempt.
const DELAYS: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1_600)];

/// Sends what becomes due until it is dropped, and then everything that is under way ends too.
pub(crate) async fn run(sandbox: Sandbox) -> Infallible {
    let mut under_way = JoinSet::new();
    loop {
        for notification in sandbox.note(|state| state.outbox.take_to_send()) {
            under_way.spawn(send(sandbox.clone(), notification));
        }
        while under_way.try_join_next().is_some() {}
        sandbox.wake().notified().await;
    }
}

async fn send(sandbox: Sandbox, notification: Notification) {
    let mut delays = DELAYS.into_iter();
    loop {
        let outcome = notification.deliver().await;
        sandbox.note(|state| state.outbox.note(|counts| counts.attempts += u64::from(was_tried(&outcome))));
        let delay = if is_worth_retrying(&outcome) { delays.next() } else { None };
        match delay {
            Some(delay) => tokio::time::sleep(delay).await,
            None => return conclude(&sandbox, &outcome),
        }
    }
}

fn conclude(sandbox: &Sandbox, outcome: &Result<u16, DeliveryError>) {
    sandbox.note(|state| {
        state.outbox.note(|counts| match outcome {
            // The sheet's list of what counts as accepted.
            Ok(102 | 200 | 201 | 202 | 204) => counts.delivered += 1,
            Err(DeliveryError::Address(_)) => counts.unreachable += 1,
            Ok(_) | Err(DeliveryError::Connection(_) | DeliveryError::Answer) => counts.failed += 1,
        });
    });
}

fn was_tried(outcome: &Result<u16, DeliveryError>) -> bool {
    !matches!(outcome, Err(DeliveryError::Address(_)))
}

fn is_worth_retrying(outcome: &Result<u16, DeliveryError>) -> bool {
    matches!(outcome, Ok(500 | 502 | 503 | 504) | Err(DeliveryError::Connection(_) | DeliveryError::Answer))
}
