//! The task that sends what is due, apart from the answers to calls.

use std::{convert::Infallible, time::Duration};

use tokio::task::JoinSet;

use super::{
    deliveries::{Delivery, DeliveryKind},
    desk::DeletionReply,
};
use crate::{DeliveryError, Sandbox, State};

/// Deliveries that are under way at a time.
const AT_ONCE: usize = 16;
/// How often the clock is looked at while something waits.
const LOOK: Duration = Duration::from_millis(100);

/// Sends what becomes due until it is dropped, and then everything that is under way ends too.
pub(crate) async fn run(sandbox: Sandbox) -> Infallible {
    let wake = sandbox.note(|state| state.desk.wake.clone());
    let mut under_way = JoinSet::new();
    loop {
        let now = sandbox.now();
        for delivery in sandbox.note(|state| state.desk.outbox.take_due(|delivery| delivery.due_at <= now)) {
            while under_way.len() >= AT_ONCE {
                under_way.join_next().await;
            }
            under_way.spawn(send(sandbox.clone(), delivery));
        }
        while under_way.try_join_next().is_some() {}
        let waits = sandbox.read(|state| state.desk.outbox.waiting().next().is_some());
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(LOOK), if waits => {}
        }
    }
}

async fn send(sandbox: Sandbox, delivery: Delivery) {
    let outcome = delivery.deliver().await;
    let now = sandbox.now();
    let disabled = sandbox.note(|state| {
        state.desk.outbox.count_attempt(&outcome);
        match &outcome {
            Ok((status, body)) if delivery.is_taken(*status) => {
                taken(state, &delivery, body);
                None
            }
            Err(DeliveryError::Address(_)) => {
                state.desk.outbox.note(|counts| counts.unreachable += 1);
                None
            }
            _ => refused(state, delivery, now),
        }
    });
    if let Some(app) = disabled {
        sandbox.write(|state| disable(state, &app));
    }
    sandbox.wake_facebook();
}

fn taken(state: &mut State, delivery: &Delivery, body: &str) {
    state.desk.outbox.note(|counts| counts.delivered += 1);
    if delivery.kind == DeliveryKind::Deletion {
        let person = delivery.about.first().map_or("", String::as_str);
        state.desk.deletions.push(DeletionReply::read(person, body));
    }
}

/// Puts it back; the app whose webhooks end with this failure.
fn refused(state: &mut State, delivery: Delivery, now: chrono::DateTime<chrono::Utc>) -> Option<String> {
    let (app, is_webhook) = (delivery.app.clone(), delivery.kind == DeliveryKind::Webhook);
    if let Some(again) = delivery.again(now) {
        state.desk.outbox.enqueue(again);
        return None;
    }
    state.desk.outbox.note(|counts| counts.failed += 1);
    is_webhook.then_some(app)
}

/// After 36 hours of failure nothing more is sent.
fn disable(state: &mut State, app: &str) {
    if let Some(app) = state.facebook.apps.get_mut(app) {
        app.webhooks_disabled = true;
    }
}
