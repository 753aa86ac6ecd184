//! Subscriptions to a provider's notifications: one a resource, made and renewed by runs, ended when nobody reads the
//! resource any more. None of it ever fails a run: polling stays the base.

mod end;

pub use end::{EndWatches, EndWatchesMessage};
pub(super) use end::{end_soon, is_left_over};

use crate::digest::sha256_hex;
use crate::entry::log::Log;
use crate::random::Random;
use crate::store::{Channel, Integration, Store, Watch, Watching};
use crate::vault::Vault;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ProviderSlug, ResourceId};
use providers::{Access, AppCredentials, EndingSubscription, Provider, SubscribeError, SubscribeRequest, Webhook};
use secrecy::ExposeSecret;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// A subscription with less of its time left is renewed; the former one goes on until the new one stands.
const RENEWED_WITH_LEFT: i32 = 4;
/// A resource that cannot be watched is asked for again so late, and one that failed
const UNWATCHABLE_FOR: TimeDelta = TimeDelta::days(30);
/// so late.
const FAILED_FOR: TimeDelta = TimeDelta::minutes(30);
/// All of it ends within this time; what is left waits for the next run.
const WITHIN: Duration = Duration::from_secs(15);

/// Makes, renews and ends subscriptions.
#[derive(Clone)]
pub struct Watches {
    store: Store,
    random: Random,
    vault: Arc<Vault>,
    log: Log,
    base: Option<Url>,
}

impl Watches {
    /// Deliveries go to `base`, the API's public address; without one nothing is watched anew.
    pub fn new(store: Store, random: Random, vault: Arc<Vault>, log: Log, base: Option<Url>) -> Self {
        Self { store, random, vault, log, base }
    }

    /// What the integration watches after this: every chosen resource, and nothing else.
    pub async fn renewed(&self, integration: &Integration, provider: &dyn Provider, access: &Access) -> Vec<Watch> {
        let mut watches = integration.watches.clone();
        if let Some(webhook) = provider.webhook().filter(|webhook| webhook.subscribes()) {
            let work = self.renew(integration, webhook, access, &mut watches);
            let _ = tokio::time::timeout(WITHIN, work).await;
        }
        watches
    }

    /// Ends everything that is watched; what the provider does not confirm ends by itself.
    pub async fn ended(&self, slug: &ProviderSlug, provider: &dyn Provider, access: &Access, watches: &[Watch]) {
        let Some(webhook) = provider.webhook() else { return };
        let work = async {
            let app = self.vault.app_credentials(slug).await.ok();
            for watch in watches {
                self.end(slug, webhook, access, app.as_ref(), watch).await;
            }
        };
        let _ = tokio::time::timeout(WITHIN, work).await;
    }

    /// Forgets everything that is watched, without telling the provider: its deliveries find nobody.
    pub async fn forgotten(&self, slug: &ProviderSlug, watches: &[Watch]) {
        for watching in watches.iter().filter_map(|watch| watch.channel.as_ref()) {
            let _ = self.store.forget_channel(slug, &watching.id).await;
        }
    }

    async fn renew(&self, integration: &Integration, webhook: &dyn Webhook, access: &Access, watches: &mut Vec<Watch>) {
        let chosen = &integration.settings.resources;
        let (kept, left): (Vec<_>, Vec<_>) =
            std::mem::take(watches).into_iter().partition(|watch| chosen.contains(&watch.resource));
        *watches = kept;
        let Ok(app) = self.vault.app_credentials(&integration.provider).await else { return };
        for watch in &left {
            self.end(&integration.provider, webhook, access, Some(&app), watch).await;
        }
        for resource in chosen {
            let former = watches.iter().position(|watch| watch.resource == *resource);
            if !former.is_none_or(|former| self.is_due(&watches[former])) {
                continue;
            }
            let watch = self
                .subscribe(integration, webhook, access, &app, resource, former.map(|former| &watches[former]))
                .await;
            match former {
                None => watches.push(watch),
                // A renewal that failed leaves what there is.
                Some(former) if watch.channel.is_some() || self.is_over(&watches[former]) => {
                    let lost_at = watches[former].lost_at;
                    let before = std::mem::replace(&mut watches[former], Watch { lost_at, ..watch });
                    self.end(&integration.provider, webhook, access, Some(&app), &before).await;
                }
                Some(former) => watches[former].asked_at = self.store.now(),
            }
        }
    }

    fn is_due(&self, watch: &Watch) -> bool {
        let now = self.store.now();
        match &watch.channel {
            None => now - watch.asked_at >= UNWATCHABLE_FOR,
            Some(_) if watch.is_lost() => true,
            Some(watching) => {
                let whole = watching.until - watch.asked_at;
                watching.until - now <= whole / RENEWED_WITH_LEFT && now - watch.asked_at >= FAILED_FOR
            }
        }
    }

    fn is_over(&self, watch: &Watch) -> bool {
        watch.channel.as_ref().is_none_or(|watching| watching.until <= self.store.now())
    }

    /// The channel's item comes first: a delivery may be faster than the answer.
    async fn subscribe(
        &self,
        integration: &Integration,
        webhook: &dyn Webhook,
        access: &Access,
        app: &AppCredentials,
        resource: &ResourceId,
        former: Option<&Watch>,
    ) -> Watch {
        let now = self.store.now();
        let nothing = |asked_at: DateTime<Utc>| Watch::without_channel(resource.clone(), asked_at);
        let Some(address) = self.address(&integration.provider) else { return nothing(now) };
        let (id, token) = (self.store.new_id().to_string(), self.random.token256());
        let mut channel = Channel {
            channel: id.clone(),
            id: integration.id,
            account: integration.account.clone(),
            provider: integration.provider.clone(),
            resource: resource.clone(),
            token_hash: sha256_hex(token.expose_secret().as_bytes()),
            until: None,
            made_at: now,
        };
        // What failed is asked for again with the next run but one.
        let again = nothing(now - UNWATCHABLE_FOR + FAILED_FOR);
        let until = now + webhook.lasts();
        if self.store.put_channel(&channel, until).await.is_err() {
            return again;
        }
        let former = former.and_then(|former| former.channel.as_ref()).map(|former| former.remote.as_str());
        let request = SubscribeRequest { app, resource, id: &id, token: &token, address: &address, until, former };
        let (outcome, watch) = match webhook.subscribe(access, &request).await {
            Ok(subscribed) => {
                channel.until = Some(subscribed.until);
                let _ = self.store.put_channel(&channel, until).await;
                let watching = Watching { id, remote: subscribed.remote, until: subscribed.until };
                ("made", Watch { channel: Some(watching), ..nothing(now) })
            }
            Err(SubscribeError::Unwatchable) => {
                let _ = self.store.forget_channel(&integration.provider, &id).await;
                ("unwatchable", nothing(now))
            }
            Err(SubscribeError::Failed(_)) => ("failed", again),
        };
        self.log.count("watch", &[("provider", integration.provider.as_str()), ("outcome", outcome)], 1);
        watch
    }

    async fn end(
        &self,
        slug: &ProviderSlug,
        webhook: &dyn Webhook,
        access: &Access,
        app: Option<&AppCredentials>,
        watch: &Watch,
    ) {
        let Some(watching) = &watch.channel else { return };
        let _ = self.store.forget_channel(slug, &watching.id).await;
        let Some(app) = app else { return };
        let (resource, id, remote) = (&watch.resource, &watching.id, &watching.remote);
        let _ = webhook.unsubscribe(access, &EndingSubscription { app, resource, id, remote }).await;
    }

    fn address(&self, slug: &ProviderSlug) -> Option<Url> {
        let base = self.base.as_ref()?.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/webhooks/{slug}")).ok()
    }
}
