//! What subscriptions are made with, and how a delivery finds its way to the integration: by the channel that it names,
//! or by the owner whose leads it tells.

use super::{FAILED_FOR, UNWATCHABLE_FOR, Watches};
use crate::digest::sha256_hex;
use crate::entry::metrics;
use crate::store::{Channel, Integration, Route, StoreError, Watch, Watching};
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::ids::{AccountId, IntegrationId, ProviderSlug, ResourceId};
use providers::{
    Access, AppCredentials, EndingSubscription, ProviderError, SubscribeError, SubscribeRequest, Subscribed, Webhook,
};
use secrecy::{ExposeSecret, SecretString};

/// So long leads are taken before the provider has shown that the account has access to their owner.
const UNPROVEN: TimeDelta = TimeDelta::minutes(10);

/// Whose subscriptions they are.
#[derive(Debug, Clone, Copy)]
pub(in crate::usecases) struct Tenant<'a> {
    pub(in crate::usecases) account: &'a AccountId,
    pub(in crate::usecases) integration: IntegrationId,
    pub(in crate::usecases) provider: &'a ProviderSlug,
}

impl<'a> Tenant<'a> {
    pub(in crate::usecases) fn of(integration: &'a Integration) -> Self {
        Self { account: &integration.account, integration: integration.id, provider: &integration.provider }
    }

    /// The route that a subscription of this id makes.
    pub(super) fn route(&self, id: &str, until: DateTime<Utc>) -> Route {
        Route { account: self.account.clone(), id: self.integration, stamp: id.to_owned(), until }
    }
}

/// One provider's subscriptions of one tenant.
#[derive(Clone, Copy)]
pub(super) struct Subscriber<'a> {
    pub(super) watches: &'a Watches,
    pub(super) tenant: Tenant<'a>,
    pub(super) webhook: &'a dyn Webhook,
    pub(super) access: &'a Access,
    pub(super) app: &'a AppCredentials,
}

impl Subscriber<'_> {
    /// Asks to be told of this. The way of a delivery comes first: it may be faster than the answer. Answers also whether
    /// the provider has not denied that the account has access to it.
    pub(super) async fn subscribe(&self, resource: &ResourceId, former: Option<&Watch>) -> (Watch, bool) {
        let store = &self.watches.store;
        let now = store.now();
        let Some(address) = self.watches.address(self.tenant.provider) else {
            return (Watch::without_channel(resource.clone(), now), true);
        };
        // What failed is asked for again with the next run but one.
        let again = Watch::without_channel(resource.clone(), now - UNWATCHABLE_FOR + FAILED_FOR);
        let (id, token) = (store.new_id().to_string(), self.watches.random.token256());
        let until = now + self.webhook.lasts();
        let before = former.and_then(|former| former.channel.as_ref());
        if self.open_first(resource, &id, &token, until, before).await.is_err() {
            return (again, true);
        }
        let former = before.map(|before| before.remote.as_str());
        let request =
            SubscribeRequest { app: self.app, resource, id: &id, token: &token, address: &address, until, former };
        let (outcome, watch, has_access) = match self.webhook.subscribe(self.access, &request).await {
            Ok(subscribed) => ("made", self.made(resource, id, &token, subscribed).await, true),
            Err(SubscribeError::Unwatchable) => {
                self.close(resource, &id).await;
                ("unwatchable", Watch::without_channel(resource.clone(), now), true)
            }
            Err(SubscribeError::Failed(error)) => {
                // A channel that stands goes on; the way to leads ends with the access to their owner.
                let has_access = self.webhook.owner(resource).is_none() || !denies_access(&error);
                if !has_access {
                    self.close(resource, before.map_or(&id, |before| &before.id)).await;
                }
                ("failed", again, has_access)
            }
        };
        self.watches.log.count(metrics::WATCH, &[self.tenant.provider.as_str(), outcome], 1);
        (watch, has_access)
    }

    async fn made(&self, resource: &ResourceId, id: String, token: &SecretString, subscribed: Subscribed) -> Watch {
        let _ = self.open(resource, &id, token, subscribed.until).await;
        let watching = Watching { id, remote: subscribed.remote, until: subscribed.until };
        let now = self.watches.store.now();
        Watch { channel: Some(watching), ..Watch::without_channel(resource.clone(), now) }
    }

    /// Lets deliveries find the integration before the provider is asked: they may be faster than its answer. The way to
    /// an owner's leads is there already, or is open for a moment: the access to it is still to be shown.
    async fn open_first(
        &self,
        resource: &ResourceId,
        id: &str,
        token: &SecretString,
        until: DateTime<Utc>,
        before: Option<&Watching>,
    ) -> Result<(), StoreError> {
        let now = self.watches.store.now();
        match self.webhook.owner(resource) {
            Some(_) if before.is_some_and(|before| before.until > now) => Ok(()),
            Some(_) => self.open(resource, id, token, now + UNPROVEN).await,
            None => self.open(resource, id, token, until).await,
        }
    }

    /// Lets deliveries find the integration, until then.
    async fn open(
        &self,
        resource: &ResourceId,
        id: &str,
        token: &SecretString,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (store, tenant) = (&self.watches.store, self.tenant);
        if let Some(owner) = self.webhook.owner(resource) {
            return store.put_route(tenant.provider, &owner, &tenant.route(id, until)).await;
        }
        let channel = Channel {
            channel: id.to_owned(),
            id: tenant.integration,
            account: tenant.account.clone(),
            provider: tenant.provider.clone(),
            resource: resource.clone(),
            token_hash: sha256_hex(token.expose_secret().as_bytes()),
            until: Some(until),
            made_at: store.now(),
        };
        store.put_channel(&channel, until).await
    }

    /// Ends what the provider tells of this, unless the subscription goes on: another one has taken its place under the
    /// same name, or another tenant is told by it.
    pub(super) async fn end(&self, watch: &Watch, successor: Option<&Watch>) {
        let Some(watching) = &watch.channel else { return };
        let goes_on =
            successor.and_then(|next| next.channel.as_ref()).is_some_and(|next| next.remote == watching.remote);
        if goes_on && self.webhook.owner(&watch.resource).is_some() {
            return;
        }
        self.close(&watch.resource, &watching.id).await;
        if self.is_needed_by_others(&watch.resource).await {
            return;
        }
        let (resource, id, remote) = (&watch.resource, &watching.id, &watching.remote);
        let ending = EndingSubscription { app: self.app, resource, id, remote };
        let _ = self.webhook.unsubscribe(self.access, &ending).await;
    }

    async fn is_needed_by_others(&self, resource: &ResourceId) -> bool {
        let Some(owner) = self.webhook.owner(resource).filter(|_| self.webhook.is_shared()) else { return false };
        // If that cannot be read, somebody may.
        self.watches.store.routes(self.tenant.provider, &owner).await.map_or(true, |routes| !routes.is_empty())
    }

    async fn close(&self, resource: &ResourceId, id: &str) {
        self.watches.close(self.tenant, self.webhook, resource, id).await;
    }
}

/// Whether the provider says that the account has no access to it (any more).
fn denies_access(error: &ProviderError) -> bool {
    matches!(error.class, FailureClass::MissingPermission | FailureClass::ResourceNotFound)
}
