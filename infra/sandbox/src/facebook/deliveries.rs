//! What Facebook sends to apps: kept until it is due, sent, and sent again when it was refused.

use std::collections::VecDeque;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use crate::{
    DeliveryError, NotificationCounts, NotificationMode, Notify,
    dice::Dice,
    notifications::exchange::{self, Reply},
};

/// Seconds to wait before each further attempt: at once, then with falling frequency. The last one is repeated.
const DELAYS: [i64; 8] = [0, 60, 300, 900, 3_600, 10_800, 21_600, 43_200];
/// What was not taken within this time is dropped.
const PERSISTENCE: Duration = Duration::hours(36);

/// What a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DeliveryKind {
    /// Changes of pages.
    Webhook,
    /// Somebody has removed the app.
    Deauthorize,
    /// Somebody wants their data deleted.
    Deletion,
}

/// One POST to an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The app's id.
    pub app: String,
    /// What it is.
    pub kind: DeliveryKind,
    /// Where it goes.
    pub address: String,
    /// Names and values in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// What is signed, byte for byte.
    pub body: String,
    /// The leads that are told of, or the person of a callback.
    pub about: Vec<String>,
    /// When it was sent first.
    pub first_at: DateTime<Utc>,
    /// When the next attempt is due.
    pub due_at: DateTime<Utc>,
    /// Attempts so far.
    pub attempts: usize,
}

impl Delivery {
    /// The value of a header; the case of its name does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        let of_name = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.headers.iter().find(of_name).map(|(_, value)| value.as_str())
    }

    /// Sends it once, without retries: the status and the body of the answer.
    ///
    /// # Errors
    /// When its address is not a loopback `http` one, or nobody answers there.
    pub async fn deliver(&self) -> Result<(u16, String), DeliveryError> {
        let Reply { status, body } = exchange::send("POST", &self.address, &self.headers, &self.body).await?;
        Ok((status, body))
    }

    /// Only 200 is good enough for a webhook.
    pub(crate) fn is_taken(&self, status: u16) -> bool {
        match self.kind {
            DeliveryKind::Webhook => status == 200,
            DeliveryKind::Deauthorize | DeliveryKind::Deletion => (200..300).contains(&status),
        }
    }

    /// The same, to be tried again; `None`: it is given up.
    pub(crate) fn again(mut self, now: DateTime<Utc>) -> Option<Self> {
        let delay = DELAYS.get(self.attempts).or(DELAYS.last()).copied().unwrap_or_default();
        self.attempts += 1;
        self.due_at = now + Duration::seconds(delay);
        (self.due_at <= self.first_at + PERSISTENCE).then_some(self)
    }
}

/// Deliveries that wait.
#[derive(Default)]
pub(crate) struct Outbox {
    pub(crate) notify: Notify,
    waiting: VecDeque<Delivery>,
    held: Vec<Delivery>,
    counts: NotificationCounts,
    /// Deliveries so far that were put at any place.
    shuffled: u64,
}

impl Outbox {
    pub(crate) fn new(notify: Notify) -> Self {
        Self { notify, ..Self::default() }
    }

    /// Takes a delivery, and does with it what the switches say.
    pub(crate) fn post(&mut self, delivery: Delivery, mode: NotificationMode, reorder: bool) {
        self.counts.due += 1;
        match mode {
            NotificationMode::Deliver => self.enqueue(delivery, reorder),
            NotificationMode::Drop => self.counts.dropped += 1,
            NotificationMode::Duplicate => {
                self.enqueue(delivery.clone(), reorder);
                self.enqueue(delivery, reorder);
            }
            NotificationMode::Hold => self.held.push(delivery),
        }
    }

    /// Past the switches.
    pub(crate) fn enqueue(&mut self, delivery: Delivery, reorder: bool) {
        let mut place = self.waiting.len();
        if reorder {
            self.shuffled += 1;
            place = Dice::new(self.shuffled).below(u32::try_from(place + 1).unwrap_or(u32::MAX)) as usize;
        }
        self.waiting.insert(place, delivery);
    }

    /// Lets go what was held back; how many.
    pub(crate) fn release(&mut self, reorder: bool) -> usize {
        let held = std::mem::take(&mut self.held);
        let count = held.len();
        held.into_iter().for_each(|delivery| self.enqueue(delivery, reorder));
        count
    }

    /// Everything that waits, due or not.
    pub(crate) fn take(&mut self) -> Vec<Delivery> {
        self.waiting.drain(..).collect()
    }

    /// What is due, for the task that sends; nothing when a test wants to take it.
    pub(crate) fn take_due(&mut self, now: DateTime<Utc>) -> Vec<Delivery> {
        if self.notify == Notify::Queue {
            return Vec::new();
        }
        let (due, later) = self.take().into_iter().partition(|delivery| delivery.due_at <= now);
        self.waiting = later;
        Vec::from_iter::<VecDeque<_>>(due)
    }

    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Delivery> {
        self.waiting.iter().chain(&self.held)
    }

    /// Makes all that waits due now.
    pub(crate) fn hurry(&mut self, now: DateTime<Utc>) {
        self.waiting.iter_mut().for_each(|delivery| delivery.due_at = delivery.due_at.min(now));
    }

    pub(crate) fn note(&mut self, count: impl FnOnce(&mut NotificationCounts)) {
        count(&mut self.counts);
    }

    pub(crate) fn counts(&self) -> NotificationCounts {
        NotificationCounts { held: self.held.len(), waiting: self.waiting.len(), ..self.counts }
    }
}
