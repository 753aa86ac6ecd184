//! What does not outlive the process, and the desk at which a request is answered.

use chrono::{DateTime, Utc};

use super::{limits::Meter, state::TikTok, switches::Switches};
use crate::{
    counters::Tally,
    notifications::{Notification, Notify, Outbox},
};

/// Switches, counters, and webhooks that are under way.
#[derive(Default)]
pub(crate) struct Live {
    pub(crate) switches: Switches,
    /// By endpoint, such as `page/get`.
    pub(crate) requests: Tally<String>,
    pub(crate) meter: Meter,
    pub(crate) outbox: Outbox<Notification>,
    /// How many answers had an id.
    pub(crate) answers: u64,
}

impl Live {
    pub(crate) fn new(notify: Notify) -> Self {
        Self { outbox: Outbox::new(notify), ..Self::default() }
    }

    /// Takes a webhook that has become due, and does with it what the switches say.
    pub(crate) fn post(&mut self, message: Notification) {
        self.outbox.post(message, self.switches.webhooks, self.switches.reorder);
    }

    /// An id such as `202611221000009F3A0C5D2B7E1846`, the same in every run.
    pub(crate) fn request_id(&mut self, now: DateTime<Utc>) -> String {
        self.answers += 1;
        let mixed = self.answers.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!("{}{mixed:016X}", now.format("%Y%m%d%H%M%S"))
    }
}

/// All that a request may look at and change.
pub(crate) struct Desk<'a> {
    pub(crate) tiktok: &'a mut TikTok,
    pub(crate) live: &'a mut Live,
    pub(crate) now: DateTime<Utc>,
}
