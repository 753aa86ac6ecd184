//! Notifications that are due and not yet sent.

use std::collections::VecDeque;

use serde::Serialize;

use super::{Notification, NotificationMode, Notify};

/// The oldest messages are given up when nobody takes them.
const MOST: usize = 10_000;

/// What has become of notifications so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotificationCounts {
    /// Became due.
    pub due: u64,
    /// Dropped by the switch.
    pub dropped: u64,
    /// Held back by the switch, now.
    pub held: usize,
    /// Wait to be sent or taken, now.
    pub waiting: usize,
    /// Attempts to send one.
    pub attempts: u64,
    /// Sent and accepted.
    pub delivered: u64,
    /// Given up: refused, or not answered after every attempt.
    pub failed: u64,
    /// Never sent, as their address is no loopback `http` one.
    pub unreachable: u64,
}

/// The queue.
#[derive(Default)]
pub(crate) struct Outbox {
    pub(crate) notify: Notify,
    waiting: VecDeque<Notification>,
    held: Vec<Notification>,
    counts: NotificationCounts,
}

impl Outbox {
    pub(crate) fn new(notify: Notify) -> Self {
        Self { notify, ..Self::default() }
    }

    /// Takes a message that has become due, and does with it what the switch says.
    pub(crate) fn post(&mut self, notification: Notification, mode: NotificationMode) {
        self.counts.due += 1;
        match mode {
            NotificationMode::Deliver => self.enqueue(notification),
            NotificationMode::Drop => self.counts.dropped += 1,
            NotificationMode::Duplicate => {
                self.enqueue(notification.clone());
                self.enqueue(notification);
            }
            NotificationMode::Hold => self.held.push(notification),
        }
    }

    /// Past the switch.
    pub(crate) fn enqueue(&mut self, notification: Notification) {
        if self.waiting.len() == MOST {
            self.waiting.pop_front();
        }
        self.waiting.push_back(notification);
    }

    /// Lets go what was held back; how many.
    pub(crate) fn release(&mut self) -> usize {
        let held = std::mem::take(&mut self.held);
        let count = held.len();
        held.into_iter().for_each(|notification| self.enqueue(notification));
        count
    }

    pub(crate) fn take(&mut self) -> Vec<Notification> {
        self.waiting.drain(..).collect()
    }

    /// As [`Outbox::take`], for the task that sends; nothing when a test wants to take them.
    pub(crate) fn take_to_send(&mut self) -> Vec<Notification> {
        match self.notify {
            Notify::Send => self.take(),
            Notify::Queue => Vec::new(),
        }
    }

    pub(crate) fn note(&mut self, count: impl FnOnce(&mut NotificationCounts)) {
        count(&mut self.counts);
    }

    pub(crate) fn counts(&self) -> NotificationCounts {
        NotificationCounts { held: self.held.len(), waiting: self.waiting.len(), ..self.counts }
    }
}
