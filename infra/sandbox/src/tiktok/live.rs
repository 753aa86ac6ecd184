//! What does not outlive the process, and the desk at which a request is answered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{limits::Meter, state::TikTok, switches::Switches};
use crate::notifications::{Notify, Outbox};

/// Switches, counters, and webhooks that are under way.
#[derive(Default)]
pub(crate) struct Live {
    pub(crate) switches: Switches,
    pub(crate) requests: Requests,
    pub(crate) meter: Meter,
    pub(crate) outbox: Outbox,
    /// How many answers had an id.
    pub(crate) answers: u64,
}

impl Live {
    pub(crate) fn new(notify: Notify) -> Self {
        Self { outbox: Outbox::new(notify), ..Self::default() }
    }

    /// An id such as `202611221000009F3A0C5D2B7E1846`, the same in every run.
    pub(crate) fn request_id(&mut self, now: DateTime<Utc>) -> String {
        self.answers += 1;
        let mixed = self.answers.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!("{}{mixed:016X}", now.format("%Y%m%d%H%M%S"))
    }
}

/// Requests by endpoint, such as `page/get`.
#[derive(Clone, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Requests(BTreeMap<String, u64>);

impl Requests {
    pub(crate) fn count(&mut self, endpoint: &str) {
        *self.0.entry(endpoint.to_owned()).or_default() += 1;
    }

    pub(crate) fn of(&self, endpoint: &str) -> u64 {
        self.0.get(endpoint).copied().unwrap_or_default()
    }
}

/// All that a request may look at and change.
pub(crate) struct Desk<'a> {
    pub(crate) tiktok: &'a mut TikTok,
    pub(crate) live: &'a mut Live,
    pub(crate) now: DateTime<Utc>,
}
