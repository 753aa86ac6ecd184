//! Messages that a provider sends to its clients: kept in a queue, sent from there or taken out by a test.

pub(crate) mod exchange;
pub(crate) mod messenger;
mod outbox;
mod wire;

use serde::{Deserialize, Serialize};

pub(crate) use exchange::is_loopback_http;
pub use outbox::NotificationCounts;
pub(crate) use outbox::Outbox;

/// What becomes of notifications that are due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Notify {
    /// A task of [`crate::Sandbox::serve`] sends them.
    #[default]
    Send,
    /// They wait for [`crate::google::Google::take_notifications`].
    Queue,
}

/// How the sandbox treats notifications at the moment they become due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NotificationMode {
    /// Each once.
    #[default]
    Deliver,
    /// None; they are lost.
    Drop,
    /// Each twice.
    Duplicate,
    /// Held back: they wait until they are released, or until the mode is another one.
    Hold,
}

impl NotificationMode {
    /// Whether setting it lets go what was held back.
    pub(crate) fn lets_go(set: Option<Self>) -> bool {
        set.is_some_and(|mode| mode != Self::Hold)
    }
}

/// Why a notification was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The sandbox sends only to loopback `http` addresses, with headers that fit on their lines.
    #[error("{0} is not sent to: only loopback http addresses are")]
    Address(String),
    /// Nobody listens, or the connection broke.
    #[error("no connection: {0}")]
    Connection(#[from] std::io::Error),
    /// What came back is not HTTP, or did not come in time.
    #[error("no answer of HTTP in time")]
    Answer,
}

/// When the sender gives up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retry {
    /// After four attempts, and at once when the answer is neither success nor one of a server in trouble.
    #[default]
    Seldom,
    /// As TikTok does: anything but 200 is tried again at once, then less and less often for a day.
    UntilOk,
}

/// One message: a POST.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notification {
    /// Where it goes.
    pub address: String,
    /// Names and values in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// What it carries.
    pub body: String,
    /// When the sender gives up.
    pub retry: Retry,
}

impl Notification {
    /// A message with these headers and without body, genuine or forged.
    pub fn new(address: &str, headers: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { address: address.to_owned(), headers: headers.iter().map(owned).collect(), ..Self::default() }
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a header; the case of its name does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Sends it once, without retries, and answers the status of the answer.
    ///
    /// # Errors
    /// When its address is not a loopback `http` one, or nobody answers there.
    pub async fn deliver(&self) -> Result<u16, DeliveryError> {
        wire::post(self).await
    }
}

/// The value of a header; the case of its name does not matter.
pub(crate) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
