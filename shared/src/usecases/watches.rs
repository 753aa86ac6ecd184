//! Subscriptions to a provider's notifications: one a resource, made and renewed by runs, ended when nobody reads the
//! resource any more. None of it ever fails a run: polling stays the base.

mod end;
mod subscriber;

pub use end::{EndWatches, EndWatchesMessage};
pub(super) use end::{end_soon, is_left_over};
pub(super) use subscriber::Tenant;

use crate::entry::log::Log;
use crate::random::Random;
use crate::store::{Integration, Store, Watch};
use crate::vault::Vault;
use chrono::TimeDelta;
use domain::ids::{ProviderSlug, ResourceId};
use providers::{Access, Provider, Webhook};
use std::sync::Arc;
use std::time::Duration;
use subscriber::Subscriber;
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

    /// What the integration watches after this: whatever tells of a chosen resource, and nothing else.
    pub async fn renewed(&self, integration: &Integration, provider: &dyn Provider, access: &Access) -> Vec<Watch> {
        let mut watches = integration.watches.clone();
        if let Some(webhook) = provider.webhook().filter(|webhook| webhook.subscribes()) {
            let work = self.renew(integration, webhook, access, &mut watches);
            let _ = tokio::time::timeout(WITHIN, work).await;
        }
        watches
    }

    /// Ends everything that is watched; what the provider does not confirm ends by itself.
    pub(super) async fn ended(&self, tenant: Tenant<'_>, provider: &dyn Provider, access: &Access, watches: &[Watch]) {
        let Some(webhook) = provider.webhook() else { return };
        let work = async {
            self.forgotten(tenant, provider, watches).await;
            let Ok(app) = self.vault.app_credentials(tenant.provider).await else { return };
            let subscriber = Subscriber { watches: self, tenant, webhook, access, app: &app };
            for watch in watches {
                subscriber.end(watch, None).await;
            }
        };
        let _ = tokio::time::timeout(WITHIN, work).await;
    }

    /// Forgets everything that is watched, without telling the provider: its deliveries find nobody.
    pub(super) async fn forgotten(&self, tenant: Tenant<'_>, provider: &dyn Provider, watches: &[Watch]) {
        let Some(webhook) = provider.webhook() else { return };
        for watch in watches {
            if let Some(watching) = &watch.channel {
                self.close(tenant, webhook, &watch.resource, &watching.id).await;
            }
        }
    }

    async fn renew(&self, integration: &Integration, webhook: &dyn Webhook, access: &Access, watches: &mut Vec<Watch>) {
        let mut wanted: Vec<ResourceId> =
            integration.settings.resources.iter().map(|chosen| webhook.watched(chosen)).collect();
        wanted.sort();
        wanted.dedup();
        let of =
            |watches: &[Watch], resource: &ResourceId| watches.iter().position(|watch| watch.resource == *resource);
        let is_due = |resource: &ResourceId| of(watches, resource).is_none_or(|at| self.is_due(&watches[at]));
        let due: Vec<ResourceId> = wanted.iter().filter(|resource| is_due(resource)).cloned().collect();
        if due.is_empty() && watches.iter().all(|watch| wanted.contains(&watch.resource)) {
            return;
        }
        let Ok(app) = self.vault.app_credentials(&integration.provider).await else { return };
        let (kept, left): (Vec<_>, Vec<_>) =
            std::mem::take(watches).into_iter().partition(|watch| wanted.contains(&watch.resource));
        *watches = kept;
        let subscriber = Subscriber { watches: self, tenant: Tenant::of(integration), webhook, access, app: &app };
        for watch in &left {
            subscriber.end(watch, None).await;
        }
        for resource in due {
            let former = of(watches, &resource);
            self.renew_one(&subscriber, &resource, watches, former).await;
        }
    }

    async fn renew_one(
        &self,
        subscriber: &Subscriber<'_>,
        resource: &ResourceId,
        watches: &mut Vec<Watch>,
        former: Option<usize>,
    ) {
        let (watch, has_access) = subscriber.subscribe(resource, former.map(|former| &watches[former])).await;
        match former {
            None => watches.push(watch),
            // A renewal that failed leaves what there is, unless the access is lost.
            Some(former) if watch.channel.is_some() || !has_access || self.is_over(&watches[former]) => {
                let lost_at = watches[former].lost_at;
                let before = std::mem::replace(&mut watches[former], Watch { lost_at, ..watch });
                subscriber.end(&before, Some(&watches[former])).await;
            }
            Some(former) => watches[former].asked_at = self.store.now(),
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

    /// From now on no delivery finds the integration by this.
    async fn close(&self, tenant: Tenant<'_>, webhook: &dyn Webhook, resource: &ResourceId, id: &str) {
        let _ = match webhook.owner(resource) {
            Some(owner) => self.store.forget_route(tenant.provider, &owner, &tenant.route(id, self.store.now())).await,
            None => self.store.forget_channel(tenant.provider, id).await,
        };
    }

    fn address(&self, slug: &ProviderSlug) -> Option<Url> {
        let base = self.base.as_ref()?.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/webhooks/{slug}")).ok()
    }
}
