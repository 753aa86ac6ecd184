//! Watch channels: who is told when a calendar changes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::state::Google;
use crate::{clock::http_date, notifications::Notification};

/// All channels that may still be alive.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Channels(Vec<Channel>);

/// One channel.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) token: Option<String>,
    pub(crate) address: String,
    pub(crate) account: String,
    pub(crate) calendar: String,
    pub(crate) resource_uri: String,
    pub(crate) expiration: DateTime<Utc>,
    /// The number of the last message.
    number: u64,
    /// The calendar's sequence number at the last message.
    seen: u64,
}

/// A live channel as a test or a person sees it; its token is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelView {
    /// Chosen by the client.
    pub id: String,
    /// Stands for the calendar and the account.
    pub resource_id: String,
    /// Where notifications go.
    pub address: String,
    /// Whose channel it is.
    pub account: String,
    /// The calendar's own id.
    pub calendar: String,
    /// When it ends by itself.
    pub expiration: DateTime<Utc>,
}

impl Channels {
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.0.iter().any(|channel| channel.id == id)
    }

    pub(crate) fn open(&mut self, channel: Channel) {
        self.0.push(channel);
    }

    /// Ends the account's channel; whether there was one.
    pub(crate) fn stop(&mut self, account: &str, id: &str, resource_id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|one| one.account != account || one.id != id || one.resource_id() != resource_id);
        self.0.len() < before
    }

    pub(crate) fn views(&self, now: DateTime<Utc>) -> Vec<ChannelView> {
        self.0.iter().filter(|channel| channel.expiration > now).map(Channel::view).collect()
    }
}

impl Google {
    /// Forgets channels that have expired or whose account has ended its grant.
    pub(crate) fn prune_channels(&mut self, now: DateTime<Utc>) {
        let Self { channels, grants, .. } = self;
        channels.0.retain(|channel| channel.expiration > now && grants.holds(&channel.account));
    }

    /// One message for each channel whose calendar has changed since its last message. However many events have
    /// changed in one go: it is one message, as Google tells only that something has changed.
    pub(crate) fn announcements(&mut self) -> Vec<Notification> {
        let mut channels = std::mem::take(&mut self.channels);
        let due = |channel: &mut Channel| {
            let sequence = self.calendar(&channel.account, &channel.calendar)?.0.sequence();
            (sequence > channel.seen).then(|| channel.message("exists", sequence))
        };
        let messages = channels.0.iter_mut().filter_map(due).collect();
        self.channels = channels;
        messages
    }
}

impl Channel {
    pub(crate) fn new(id: &str, address: &str, account: &str, calendar: &str) -> Self {
        Self {
            id: id.to_owned(),
            token: None,
            address: address.to_owned(),
            account: account.to_owned(),
            calendar: calendar.to_owned(),
            resource_uri: String::new(),
            expiration: DateTime::UNIX_EPOCH,
            number: 0,
            seen: 0,
        }
    }

    /// Opaque, and always the same for the calendar as this account sees it.
    pub(crate) fn resource_id(&self) -> String {
        let digest = digest::digest(&digest::SHA256, format!("{}\n{}", self.account, self.calendar).as_bytes());
        URL_SAFE_NO_PAD.encode(&digest.as_ref()[..20])
    }

    /// The resource `api#channel`.
    pub(crate) fn resource(&self) -> Value {
        let mut value = json!({
            "kind": "api#channel",
            "id": self.id,
            "resourceId": self.resource_id(),
            "resourceUri": self.resource_uri,
        });
        if let Some(token) = &self.token {
            value["token"] = json!(token);
        }
        value["expiration"] = json!(self.expiration.timestamp_millis().to_string());
        value
    }

    /// The next message; the first one has the number 1, later numbers rise with gaps.
    pub(crate) fn message(&mut self, state: &str, sequence: u64) -> Notification {
        self.number = if self.number == 0 { 1 } else { self.number + 1 + sequence % 7 };
        self.seen = sequence;
        let mut headers = vec![
            ("X-Goog-Channel-ID", self.id.clone()),
            ("X-Goog-Channel-Expiration", http_date(self.expiration)),
            ("X-Goog-Resource-State", state.to_owned()),
            ("X-Goog-Message-Number", self.number.to_string()),
            ("X-Goog-Resource-ID", self.resource_id()),
            ("X-Goog-Resource-URI", self.resource_uri.clone()),
        ];
        headers.extend(self.token.clone().map(|token| ("X-Goog-Channel-Token", token)));
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Notification { address: self.address.clone(), headers, ..Notification::default() }
    }

    fn view(&self) -> ChannelView {
        ChannelView {
            id: self.id.clone(),
            resource_id: self.resource_id(),
            address: self.address.clone(),
            account: self.account.clone(),
            calendar: self.calendar.clone(),
            expiration: self.expiration,
        }
    }
}
