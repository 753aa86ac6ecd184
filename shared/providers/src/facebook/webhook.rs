//! Being told of leads, and of people who removed the application (facebook-lead-ads.md §1 and §3).

use super::tokens::Keys;
use super::wire::{Id, lax};
use super::{FacebookLeadAds, delivery, signature, subscription};
use crate::contract::*;
use crate::error::ProviderError;
use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use domain::failure::FailureClass;
use domain::ids::{ProviderAccountId, ResourceId};
use domain::lead::{Form, Owner};
use serde::Deserialize;
use url::form_urlencoded;

/// Longest challenge that is sent back. Facebook's are integers.
const LONGEST_CHALLENGE: usize = 200;

#[async_trait]
impl Webhook for FacebookLeadAds {
    fn claim(&self, delivery: &Delivery<'_>) -> Result<Claim, Refused> {
        signature::of_delivery(delivery.headers).map(|_| Claim::App)
    }

    /// Over the bytes as they came: written anew, the first name that is not ASCII would have another signature.
    fn verify(&self, delivery: &Delivery<'_>, proof: &Proof<'_>) -> Result<Verified, Refused> {
        let Proof::App(apps) = proof else { return Err(Refused) };
        signature::check(apps, delivery.body, &signature::of_delivery(delivery.headers)?)?;
        Ok(Verified { notices: delivery::notices(delivery.body) })
    }

    fn handshake(&self, query: &[(String, String)], apps: &[AppCredentials]) -> Result<String, Refused> {
        let known = signature::is_verify_token(apps, only(query, "hub.verify_token")?);
        let challenge = only(query, "hub.challenge")?;
        let is_plain = challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let fits = is_plain && (1..=LONGEST_CHALLENGE).contains(&challenge.len());
        match known && fits && only(query, "hub.mode")? == "subscribe" {
            true => Ok(challenge.to_owned()),
            false => Err(Refused),
        }
    }

    fn signed_request(&self, body: &[u8], apps: &[AppCredentials]) -> Result<SignedRequest, Refused> {
        let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        let (signature, payload) = only(&form, "signed_request")?.split_once('.').ok_or(Refused)?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refused)?;
        signature::check(apps, payload.as_bytes(), &signature)?;
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).map_err(|_| Refused)?;
        let payload: SignedPayload = serde_json::from_slice(&payload).map_err(|_| Refused)?;
        if payload.algorithm != "HMAC-SHA256" {
            return Err(Refused);
        }
        Ok(SignedRequest {
            user: ProviderAccountId::parse(payload.user_id).map_err(|_| Refused)?,
            issued_at: payload.issued_at.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        })
    }

    fn watched(&self, resource: &ResourceId) -> ResourceId {
        let page = Form::of(resource).and_then(|form| form.owner().resource());
        page.unwrap_or_else(|_| resource.clone())
    }

    fn owner(&self, watched: &ResourceId) -> Option<Owner> {
        Owner::parse(watched.as_str()).ok()
    }

    fn is_shared(&self) -> bool {
        true
    }

    /// A subscription has no end. Being asked for anew every day is how one that Facebook dropped is noticed.
    fn lasts(&self) -> TimeDelta {
        TimeDelta::days(1)
    }

    fn subscribes(&self) -> bool {
        true
    }

    async fn subscribe(&self, access: &Access, request: &SubscribeRequest<'_>) -> Result<Subscribed, SubscribeError> {
        let page = page(request.resource)?;
        let keys = Keys::of(access)?;
        subscription::begin(&self.calls, request.app, keys.page(&page)?, &page).await?;
        Ok(Subscribed { remote: page.id().to_owned(), until: request.until })
    }

    async fn unsubscribe(&self, access: &Access, ending: &EndingSubscription<'_>) -> Result<(), ProviderError> {
        let page = page(ending.resource)?;
        let keys = Keys::of(access)?;
        subscription::end(&self.calls, keys.page(&page)?, &page).await
    }
}

/// The second part of a signed request.
#[derive(Deserialize)]
struct SignedPayload {
    algorithm: String,
    user_id: Id,
    #[serde(default, deserialize_with = "lax")]
    issued_at: Option<i64>,
}

/// The value that is there exactly once.
fn only<'a>(pairs: &'a [(String, String)], name: &str) -> Result<&'a str, Refused> {
    let mut values = pairs.iter().filter(|(key, _)| key == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Ok(value),
        _ => Err(Refused),
    }
}

fn page(resource: &ResourceId) -> Result<Owner, ProviderError> {
    Owner::parse(resource.as_str()).map_err(|_| ProviderError::new(FailureClass::ResourceNotFound, "not_a_page"))
}
