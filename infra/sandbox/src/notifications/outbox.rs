//! Notifications that are due and not yet sent.

use std::collections::VecDeque;

use serde::Serialize;

use super::{DeliveryError, NotificationMode, Notify};
use crate::dice::Dice;

/// The oldest messages are given up when nobody takes them.
const MOST: usize = 100_000;

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

/// The queue of one provider.
pub(crate) struct Outbox<M> {
    pub(crate) notify: Notify,
    waiting: VecDeque<M>,
    held: Vec<M>,
    counts: NotificationCounts,
    /// Messages so far that were put at any place.
    scattered: u64,
}

impl<M> Default for Outbox<M> {
    fn default() -> Self {
        Self::new(Notify::default())
    }
}

impl<M> Outbox<M> {
    pub(crate) fn new(notify: Notify) -> Self {
        let counts = NotificationCounts::default();
        Self { notify, waiting: VecDeque::new(), held: Vec::new(), counts, scattered: 0 }
    }

    /// Takes a message that has become due, and does with it what the switches say.
    pub(crate) fn post(&mut self, message: M, mode: NotificationMode, reorder: bool)
    where
        M: Clone,
    {
        self.counts.due += 1;
        match mode {
            NotificationMode::Deliver => self.put(message, reorder),
            NotificationMode::Drop => self.counts.dropped += 1,
            NotificationMode::Duplicate => {
                self.put(message.clone(), reorder);
                self.put(message, reorder);
            }
            NotificationMode::Hold => self.held.push(message),
        }
    }

    /// Past the switches, as the last one.
    pub(crate) fn enqueue(&mut self, message: M) {
        if self.waiting.len() == MOST {
            self.waiting.pop_front();
        }
        self.waiting.push_back(message);
    }

    /// Past the switches, by wish at any place among those that wait.
    pub(crate) fn put(&mut self, message: M, reorder: bool) {
        self.enqueue(message);
        if reorder {
            self.scattered += 1;
            let last = self.waiting.len() - 1;
            self.waiting.swap(last, Dice::new(self.scattered).place(last + 1));
        }
    }

    /// Lets go what was held back; how many.
    pub(crate) fn release(&mut self, reorder: bool) -> usize {
        let held = std::mem::take(&mut self.held);
        let count = held.len();
        held.into_iter().for_each(|message| self.put(message, reorder));
        count
    }

    /// Everything that waits, due or not.
    pub(crate) fn take(&mut self) -> Vec<M> {
        self.waiting.drain(..).collect()
    }

    /// What is due, for the task that sends; nothing when a test wants to take it.
    pub(crate) fn take_due(&mut self, is_due: impl Fn(&M) -> bool) -> Vec<M> {
        if self.notify == Notify::Queue {
            return Vec::new();
        }
        let (due, later): (VecDeque<M>, VecDeque<M>) = self.waiting.drain(..).partition(is_due);
        self.waiting = later;
        due.into()
    }

    /// What waits or is held back.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &M> {
        self.waiting.iter().chain(&self.held)
    }

    pub(crate) fn waiting_mut(&mut self) -> impl Iterator<Item = &mut M> {
        self.waiting.iter_mut()
    }

    pub(crate) fn note(&mut self, count: impl FnOnce(&mut NotificationCounts)) {
        count(&mut self.counts);
    }

    /// Counts an attempt; an address that is not sent to is none.
    pub(crate) fn count_attempt<T>(&mut self, outcome: &Result<T, DeliveryError>) {
        self.counts.attempts += u64::from(!matches!(outcome, Err(DeliveryError::Address(_))));
    }

    pub(crate) fn counts(&self) -> NotificationCounts {
        NotificationCounts { held: self.held.len(), waiting: self.waiting.len(), ..self.counts }
    }
}
