//! What is no part of the kept state: how the imitation is set up, its switches and counts, and what waits to be sent.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tokio::sync;
use url::Url;

use super::{budget::Usage, deliveries::Delivery, kinds::CallCounters, switches::Switches};
use crate::{Notify, notifications::Outbox};

/// Where an app wants to be told of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Takes the handshake and the webhooks.
    pub url: Url,
    /// What the handshake says.
    pub verify_token: String,
}

/// How the imitation of Facebook is set up. All addresses are those of the app [`super::CLIENT_ID`].
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where webhooks go as long as the app has made no subscription of its own.
    pub callback: Option<Callback>,
    /// The app's *Deauthorize callback*.
    pub deauthorize: Option<Url>,
    /// The app's *Data deletion callback*.
    pub deletion: Option<Url>,
    /// How many leads an active form has at first.
    pub leads_per_form: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self { callback: None, deauthorize: None, deletion: None, leads_per_form: 40 }
    }
}

/// What an app answered when it was told to delete somebody's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletionReply {
    /// Whose data.
    pub person: String,
    /// Where the person can see how far it is; `None`: the answer was not as it has to be.
    pub url: Option<String>,
    /// What the person names then.
    pub confirmation_code: Option<String>,
}

impl DeletionReply {
    /// What an app has answered about a person.
    pub(crate) fn read(person: &str, body: &str) -> Self {
        let answer: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        Self { person: person.to_owned(), url: text("url"), confirmation_code: text("confirmation_code") }
    }
}

/// Everything beside the state.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) setup: Setup,
    pub(crate) switches: Switches,
    pub(crate) counters: CallCounters,
    pub(crate) usage: Usage,
    pub(crate) outbox: Outbox<Delivery>,
    pub(crate) deletions: Vec<DeletionReply>,
    /// Told whenever a delivery may have become due.
    pub(crate) wake: Arc<sync::Notify>,
    /// Answers so far, for `fbtrace_id`.
    traces: u64,
}

impl Desk {
    pub(crate) fn new(setup: Setup, notify: Notify) -> Self {
        Self { setup, outbox: Outbox::new(notify), ..Self::default() }
    }

    /// An id for one answer.
    pub(crate) fn trace(&mut self) -> String {
        self.traces += 1;
        format!("Asb{:08x}", self.traces)
    }
}
