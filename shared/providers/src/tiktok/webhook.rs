//! Being told of leads (tiktok-lead-ads.md §4).
//!
//! A subscription belongs to the token that it was made with and dies with it, so each integration has its own, and
//! looks every day whether TikTok still knows it. Who owns a form is what is watched, not the form.

use super::TikTokLeadAds;
use super::session::Session;
use super::{event, signature, subscriptions};
use crate::contract::*;
use crate::error::ProviderError;
use async_trait::async_trait;
use chrono::TimeDelta;
use domain::ids::ResourceId;
use domain::lead::{Form, Owner};

/// Looked at again when a quarter of it is left: an access that was lost ends within the day.
const LASTS: TimeDelta = TimeDelta::hours(24);

#[async_trait]
impl Webhook for TikTokLeadAds {
    /// Every delivery is signed with the application's secret.
    fn claim(&self, delivery: &Delivery<'_>) -> Result<Claim, Refused> {
        if delivery.headers.contains_key(signature::HEADER) { Ok(Claim::App) } else { Err(Refused) }
    }

    fn verify(&self, delivery: &Delivery<'_>, proof: &Proof<'_>) -> Result<Verified, Refused> {
        let Proof::App(apps) = proof else { return Err(Refused) };
        if !signature::is_signed(delivery.headers, delivery.body, apps) {
            return Err(Refused);
        }
        Ok(Verified { notices: event::notices(delivery.body) })
    }

    /// The ad account or library that the form belongs to.
    fn owner(&self, watched: &ResourceId) -> Option<Owner> {
        Owner::parse(watched.as_str()).ok()
    }

    fn watched(&self, resource: &ResourceId) -> ResourceId {
        Form::of(resource).and_then(|form| form.owner().resource()).unwrap_or_else(|_| resource.clone())
    }

    fn lasts(&self) -> TimeDelta {
        LASTS
    }

    fn subscribes(&self) -> bool {
        true
    }

    async fn subscribe(&self, access: &Access, request: &SubscribeRequest<'_>) -> Result<Subscribed, SubscribeError> {
        Ok(subscriptions::subscribe(&self.calls, &Session::of(access)?, request).await?)
    }

    /// The application ends it, whether or not the token that it was made with is alive.
    async fn unsubscribe(&self, _: &Access, ending: &EndingSubscription<'_>) -> Result<(), ProviderError> {
        subscriptions::unsubscribe(&self.calls, ending).await
    }
}
