//! Deliveries of providers: verified before anything of them is read, queued before they are answered. Who sent a bad one
//! learns nothing from the answer.

use crate::entry::Problem;
use crate::entry::log::Log;
use crate::entry::metrics;
use crate::queue::Queue;
use crate::store::{Channel, Store};
use crate::usecases::get::provider;
use crate::usecases::leads::{self, LeadsMessage};
use crate::vault::{Vault, VaultError};
use domain::ids::{AccountId, ProviderSlug};
use providers::{Claim, Delivery, LeadNotice, Notice, Proof, Registry, Webhook};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A message of the webhook queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedMessage {
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// The channel by which it was told.
    pub channel: String,
}

/// What the webhook queue carries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum WebhookWork {
    /// Leads of one tenant.
    Leads(LeadsMessage),
    /// Something that a channel watches changed.
    Changed(ChangedMessage),
}

/// Takes deliveries.
#[derive(Clone)]
pub struct TakeDelivery {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// What deliveries are verified with that no channel vouches for.
    pub vault: Arc<Vault>,
    /// Where verified deliveries go.
    pub queue: Queue,
    /// Where deliveries are counted.
    pub log: Log,
}

impl TakeDelivery {
    /// Takes one delivery; the outcome's name. It is answered well only when the queue has what it says.
    pub async fn take(&self, slug: &ProviderSlug, delivery: &Delivery<'_>) -> Result<&'static str, Problem> {
        let webhook = self.webhook(slug)?;
        let outcome = match webhook.claim(delivery) {
            Ok(Claim::Subscription(id)) => self.of_channel(slug, webhook, delivery, &id).await,
            Ok(Claim::App) => self.of_app(slug, webhook, delivery).await,
            Err(_) => Err(forged()),
        };
        let name = match &outcome {
            Ok(name) => name,
            Err(problem) => problem.code,
        };
        self.log.count(metrics::WEBHOOK, &[slug.as_str(), name], 1);
        outcome
    }

    /// What the provider is answered when it asks whether the address is ours.
    pub async fn handshake(&self, slug: &ProviderSlug, query: &[(String, String)]) -> Result<String, Problem> {
        let webhook = self.webhook(slug)?;
        let app = self.vault.app_credentials(slug).await.map_err(not_configured)?;
        webhook.handshake(query, &[app]).map_err(|_| Problem::new(403, "forged", "The question is refused."))
    }

    fn webhook(&self, slug: &ProviderSlug) -> Result<&dyn Webhook, Problem> {
        provider(&self.registry, slug)?.webhook().ok_or_else(|| Problem::not_found("webhook"))
    }

    /// A delivery that the application's secret vouches for tells of leads, for whoever has access to their owner.
    async fn of_app(
        &self,
        slug: &ProviderSlug,
        webhook: &dyn Webhook,
        delivery: &Delivery<'_>,
    ) -> Result<&'static str, Problem> {
        let app = self.vault.app_credentials(slug).await.map_err(not_configured)?;
        let verified = webhook.verify(delivery, &Proof::App(&[app])).map_err(|_| forged())?;
        let leads = webhook.parse(verified).into_iter().filter_map(|notice| match notice {
            Notice::Lead(lead) => Some(lead),
            Notice::Changed { .. } => None,
        });
        let leads: Vec<LeadNotice> = leads.collect();
        if leads.is_empty() {
            return Ok("nothing");
        }
        let leads = leads::keep_unowned(&self.store, &self.log, slug, leads).await?;
        if leads.is_empty() {
            return Ok("kept");
        }
        let messages = leads::messages(&self.store, slug, leads).await?;
        if messages.is_empty() {
            return Ok("unknown");
        }
        let outgoing: Vec<_> = messages.into_iter().map(|message| (message.account.clone(), message)).collect();
        // The provider repeats the whole delivery: what was accepted of it is recognised.
        match self.queue.send_batch(&outgoing).await?.is_empty() {
            true => Ok("queued"),
            false => Err(Problem::unavailable("the queue did not take every part")),
        }
    }

    /// A channel that is unknown or over is answered well: the sender has nothing to repeat.
    async fn of_channel(
        &self,
        slug: &ProviderSlug,
        webhook: &dyn Webhook,
        delivery: &Delivery<'_>,
        id: &str,
    ) -> Result<&'static str, Problem> {
        let Some(channel) = self.store.channel(slug, id).await? else { return Ok("unknown") };
        let hash = hash_of(&channel).ok_or_else(|| Problem::internal("a channel without a hash"))?;
        let verified = webhook.verify(delivery, &Proof::Subscription(&hash)).map_err(|_| forged())?;
        if channel.until.is_some_and(|until| until <= self.store.now()) {
            return Ok("over");
        }
        let notices = webhook.parse(verified);
        if notices.is_empty() {
            return Ok("nothing");
        }
        for notice in notices {
            let Notice::Changed { subscription } = notice else { continue };
            let message =
                ChangedMessage { account: channel.account.clone(), provider: slug.clone(), channel: subscription };
            self.queue.send(&channel.account, &message).await?;
        }
        Ok("queued")
    }
}

fn hash_of(channel: &Channel) -> Option<[u8; 32]> {
    hex::decode(&channel.token_hash).ok()?.try_into().ok()
}

/// Without a word about what is wrong with it.
fn forged() -> Problem {
    Problem::new(401, "forged", "The delivery is refused.")
}

/// The provider tries again: it has nothing to do with the delivery.
fn not_configured(error: VaultError) -> Problem {
    Problem::unavailable(error.to_string())
}
