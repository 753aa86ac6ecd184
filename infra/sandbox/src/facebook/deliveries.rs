//! What Facebook sends to apps: kept until it is due, sent, and sent again when it was refused.

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use crate::{
    DeliveryError,
    notifications::{
        Outbox,
        exchange::{self, Reply},
        header,
    },
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
        header(&self.headers, name)
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

/// Makes all that waits due now.
pub(crate) fn hurry(outbox: &mut Outbox<Delivery>, now: DateTime<Utc>) {
    outbox.waiting_mut().for_each(|delivery| delivery.due_at = delivery.due_at.min(now));
}
