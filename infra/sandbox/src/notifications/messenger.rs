//! The task that sends notifications, apart from the answers to requests.

use std::{convert::Infallible, time::Duration};

use tokio::task::JoinSet;

use super::{DeliveryError, Notification, Outbox, Retry};
use crate::{Sandbox, State};

/// How long to wait before the second attempt; each further one waits four times as long.
const FIRST_DELAY: Duration = Duration::from_millis(100);
/// How many attempts wait: two seconds in all, or ten hours; one more would come after more than a day.
const WAITS: [u32; 2] = [3, 10];

/// The queue that a message comes from, whose counts tell what becomes of it.
type Queue = fn(&mut State) -> &mut Outbox<Notification>;

const QUEUES: [Queue; 2] = [|state| &mut state.outbox, |state| &mut state.tiktok_live.outbox];

/// Sends what becomes due until it is dropped, and then everything that is under way ends too.
pub(crate) async fn run(sandbox: Sandbox) -> Infallible {
    let mut under_way = JoinSet::new();
    loop {
        for queue in QUEUES {
            for notification in sandbox.note(|state| queue(state).take_due(|_| true)) {
                under_way.spawn(send(sandbox.clone(), queue, notification));
            }
        }
        while under_way.try_join_next().is_some() {}
        sandbox.wake().notified().await;
    }
}

async fn send(sandbox: Sandbox, queue: Queue, notification: Notification) {
    let mut delays = delays(notification.retry);
    loop {
        let outcome = notification.deliver().await;
        sandbox.note(|state| queue(state).count_attempt(&outcome));
        let delay = if is_worth_retrying(notification.retry, &outcome) { delays.next() } else { None };
        match delay {
            Some(delay) => tokio::time::sleep(delay).await,
            None => return sandbox.note(|state| conclude(queue(state), notification.retry, &outcome)),
        }
    }
}

/// How long to wait before each further attempt.
fn delays(retry: Retry) -> impl Iterator<Item = Duration> {
    let [seldom, often] = WAITS;
    let (at_once, waits) = match retry {
        Retry::Seldom => (None, seldom),
        Retry::UntilOk => (Some(Duration::ZERO), often),
    };
    at_once.into_iter().chain((0..waits).map(|wait| FIRST_DELAY * 4_u32.pow(wait)))
}

fn conclude(outbox: &mut Outbox<Notification>, retry: Retry, outcome: &Result<u16, DeliveryError>) {
    outbox.note(|counts| match outcome {
        Ok(status) if is_accepted(retry, *status) => counts.delivered += 1,
        Err(DeliveryError::Address(_)) => counts.unreachable += 1,
        Ok(_) | Err(DeliveryError::Connection(_) | DeliveryError::Answer) => counts.failed += 1,
    });
}

/// The sheets' lists of what counts as accepted.
fn is_accepted(retry: Retry, status: u16) -> bool {
    match retry {
        Retry::Seldom => matches!(status, 102 | 200 | 201 | 202 | 204),
        Retry::UntilOk => status == 200,
    }
}

fn is_worth_retrying(retry: Retry, outcome: &Result<u16, DeliveryError>) -> bool {
    match (retry, outcome) {
        (_, Err(DeliveryError::Address(_))) => false,
        (_, Err(DeliveryError::Connection(_) | DeliveryError::Answer)) => true,
        (Retry::Seldom, Ok(status)) => matches!(status, 500 | 502 | 503 | 504),
        (Retry::UntilOk, Ok(status)) => !is_accepted(retry, *status),
    }
}
