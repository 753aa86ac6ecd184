//! Deliveries that nobody could read so far as to say whose they are: reported, kept, and read again with each sweep,
//! which a later version of Aura may be able to.

use super::messages;
use crate::entry::log::{Level, Log};
use crate::queue::Queue;
use crate::store::{Store, StoreError};
use crate::usecases::plan::PlanError;
use domain::ids::ProviderSlug;
use providers::{LeadContent, LeadNotice, Leads, Registry};
use serde_json::json;

/// So many are read again in one sweep.
const MOST: usize = 50;

/// Keeps those of these notices that name nobody, and answers the others.
pub(in crate::usecases) async fn keep_unowned(
    store: &Store,
    log: &Log,
    provider: &ProviderSlug,
    notices: Vec<LeadNotice>,
) -> Result<Vec<LeadNotice>, StoreError> {
    let mut owned = Vec::with_capacity(notices.len());
    for notice in notices {
        match &notice.content {
            LeadContent::Unreadable(text) if notice.owners.is_empty() => {
                store.keep_unowned(provider, text).await?;
                log.write(Level::Warn, "lead", "unowned", &[("provider", json!(provider))]);
                log.count("leads_unowned", &[("provider", provider.as_str())], 1);
            }
            _ => owned.push(notice),
        }
    }
    Ok(owned)
}

/// Reads again what is kept.
#[derive(Clone)]
pub struct Replay {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// Where it goes when it can be read.
    pub queue: Queue,
}

impl Replay {
    /// Reads again what is kept of every provider; how much of it could be read.
    pub async fn replay(&self) -> Result<usize, PlanError> {
        let mut read = 0;
        for provider in self.registry.iter() {
            if let Some(leads) = provider.leads() {
                read += self.replay_of(&provider.manifest().slug, leads).await?;
            }
        }
        Ok(read)
    }

    async fn replay_of(&self, slug: &ProviderSlug, leads: &dyn Leads) -> Result<usize, PlanError> {
        let mut read = 0;
        for kept in self.store.some_unowned(slug, MOST).await? {
            let notice = leads.reread(&kept.text).filter(|notice| !notice.owners.is_empty());
            let Some(notice) = notice else { continue };
            let outgoing = messages(&self.store, slug, vec![notice]).await?;
            let outgoing: Vec<_> = outgoing.into_iter().map(|message| (message.account.clone(), message)).collect();
            if self.queue.send_batch(&outgoing).await?.is_empty() {
                self.store.forget_unowned(slug, &kept).await?;
                read += 1;
            }
        }
        Ok(read)
    }
}
