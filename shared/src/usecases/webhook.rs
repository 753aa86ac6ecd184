//! Deliveries of providers: verified before anything of them is read, queued before they are answered. Who sent a bad one
//! learns nothing from the answer.

use crate::entry::Problem;
use crate::entry::log::Log;
use crate::queue::Queue;
use crate::store::{Channel, Store};
use domain::ids::{AccountId, ProviderSlug};
use providers::{Claim, Delivery, Notice, Proof, Registry, Webhook};
use serde::{Deserialize, Serialize};

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

/// Takes deliveries.
#[derive(Clone)]
pub struct TakeDelivery {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// Where verified deliveries go.
    pub queue: Queue,
    /// Where deliveries are counted.
    pub log: Log,
}

impl TakeDelivery {
    /// Takes one delivery; the outcome's name. It is answered well only when the queue has what it says.
    pub async fn take(&self, slug: &ProviderSlug, delivery: &Delivery<'_>) -> Result<&'static str, Problem> {
        let provider = self.registry.find(slug).ok_or_else(|| Problem::not_found("provider"))?;
        let webhook = provider.webhook().ok_or_else(|| Problem::not_found("webhook"))?;
        let outcome = match webhook.claim(delivery) {
            Ok(Claim::Subscription(id)) => self.of_channel(slug, webhook, delivery, &id).await,
            Ok(Claim::App) | Err(_) => Err(forged()),
        };
        let name = match &outcome {
            Ok(name) => name,
            Err(problem) => problem.code,
        };
        self.log.count("webhook", &[("provider", slug.as_str()), ("outcome", name)], 1);
        outcome
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
        for Notice::Changed { subscription } in notices {
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
