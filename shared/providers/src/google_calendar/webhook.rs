//! Being told that events changed (google-calendar.md §5). A notification has headers and no body; the token that Aura
//! gave the channel is all that vouches for it.

use super::GoogleCalendar;
use super::calls::{read, request};
use super::errors::{api_refusal, is_unwatchable, unreadable_answer};
use super::wire::Channel;
use crate::contract::*;
use crate::error::ProviderError;
use crate::http::AnswerCap;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::failure::FailureClass;
use http::{HeaderMap, Method, StatusCode};
use ring::digest::{SHA256, digest};
use ring::hmac;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const CHANNEL_ID: &str = "x-goog-channel-id";
const CHANNEL_TOKEN: &str = "x-goog-channel-token";
const RESOURCE_STATE: &str = "x-goog-resource-state";
/// Google's own limit for the ids of channels.
const LONGEST_CHANNEL_ID: usize = 64;

#[async_trait]
impl Webhook for GoogleCalendar {
    fn claim(&self, delivery: &Delivery<'_>) -> Result<Claim, Refused> {
        channel_id(delivery.headers).map(Claim::Subscription)
    }

    fn verify(&self, delivery: &Delivery<'_>, proof: &Proof<'_>) -> Result<Verified, Refused> {
        let Proof::Subscription(expected) = proof else { return Err(Refused) };
        let token = only_header(delivery.headers, CHANNEL_TOKEN)?;
        if !is_hash_of(expected, token.as_bytes()) {
            return Err(Refused);
        }
        let subscription = channel_id(delivery.headers)?;
        let notices = match only_header(delivery.headers, RESOURCE_STATE)? {
            // The first delivery says no more than that the channel is open.
            "sync" => Vec::new(),
            _ => vec![Notice::Changed { subscription }],
        };
        Ok(Verified { notices })
    }

    fn subscribes(&self) -> bool {
        true
    }

    /// Sent once: a channel whose answer was lost exists, and its id is refused the second time. It runs out by itself.
    async fn subscribe(&self, access: &Access, request: &SubscribeRequest<'_>) -> Result<Subscribed, SubscribeError> {
        let url = self.calls.calendar_url(&["calendars", request.resource.as_str(), "events", "watch"])?;
        let call = self::request(access, Method::POST, &url, Some(&channel(request)))?;
        let answer = self.calls.client.send_once(call, AnswerCap::OAUTH).await.map_err(ProviderError::from)?;
        if is_unwatchable(&answer) {
            return Err(SubscribeError::Unwatchable);
        }
        let channel: Channel = read(&answer).map_err(unwatchable_or_failed)?;
        let remote = channel.resource_id.filter(|id| !id.is_empty()).ok_or_else(unreadable_answer)?;
        let until = channel.expiration.as_ref().and_then(instant).unwrap_or(request.until);
        Ok(Subscribed { remote, until })
    }

    async fn unsubscribe(&self, access: &Access, ending: &EndingSubscription<'_>) -> Result<(), ProviderError> {
        let url = self.calls.calendar_url(&["channels", "stop"])?;
        let body = json!({ "id": ending.id, "resourceId": ending.remote });
        let call = request(access, Method::POST, &url, Some(&body))?;
        let answer = self.calls.client.send(call, AnswerCap::OAUTH).await?;
        match answer.status() {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            _ => Err(api_refusal(&answer)),
        }
    }
}

/// The channel's id as Aura makes them: letters, digits, `-` and `_`.
fn channel_id(headers: &HeaderMap) -> Result<String, Refused> {
    let id = only_header(headers, CHANNEL_ID)?;
    let is_token = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_token && id.len() <= LONGEST_CHANNEL_ID { Ok(id.to_owned()) } else { Err(Refused) }
}

/// The header's text, if it is there exactly once, is not empty and is ASCII.
fn only_header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refused> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().filter(|text| !text.is_empty()).ok_or(Refused),
        _ => Err(Refused),
    }
}

/// Whether this is the SHA-256 of the token, in a time that does not depend on where they differ: what is compared are
/// HMACs, by ring.
fn is_hash_of(expected: &[u8; 32], token: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"google channel token");
    let tag = hmac::sign(&key, expected);
    hmac::verify(&key, digest(&SHA256, token).as_ref(), tag.as_ref()).is_ok()
}

/// The channel that is asked for.
fn channel(request: &SubscribeRequest<'_>) -> Value {
    json!({
        "id": request.id,
        "type": "web_hook",
        "address": request.address,
        "token": request.token.expose_secret(),
        "expiration": request.until.timestamp_millis().to_string(),
    })
}

/// An account that may not watch a calendar polls it, as long as it may read it.
fn unwatchable_or_failed(error: ProviderError) -> SubscribeError {
    match error.class {
        FailureClass::PermanentConfiguration => SubscribeError::Unwatchable,
        _ => SubscribeError::Failed(error),
    }
}

/// Milliseconds since 1970, as a text or a number.
fn instant(expiration: &Value) -> Option<DateTime<Utc>> {
    let milliseconds = match expiration {
        Value::String(text) => text.parse().ok(),
        number => number.as_i64(),
    };
    DateTime::from_timestamp_millis(milliseconds?)
}
