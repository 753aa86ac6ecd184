//! Deliveries that nobody could read so far as to say whose they are: reported, kept, and read again with each sweep,
//! which a later version of Aura may be able to.

use super::messages;
use super::messages::cut;
use crate::entry::log::{Level, Log};
use crate::entry::metrics;
use crate::queue::Queue;
use crate::store::{Store, StoreError, Unowned};
use crate::usecases::plan::PlanError;
use domain::ids::ProviderSlug;
use providers::{LeadContent, LeadNotice, Leads, Registry};
use serde_json::json;

/// So many are read at once.
const PAGE: usize = 50;
/// Most bytes of one item's texts: DynamoDB takes 400 KB.
const MOST_BYTES: usize = 300 * 1024;

/// Keeps those of these notices that name nobody, in one write, and answers the others.
pub(in crate::usecases) async fn keep_unowned(
    store: &Store,
    log: &Log,
    provider: &ProviderSlug,
    notices: Vec<LeadNotice>,
) -> Result<Vec<LeadNotice>, StoreError> {
    let (mut owned, mut texts) = (Vec::with_capacity(notices.len()), Vec::new());
    for notice in notices {
        match notice.content {
            LeadContent::Unreadable(text) if notice.owners.is_empty() => texts.push(text),
            _ => owned.push(notice),
        }
    }
    if !texts.is_empty() {
        let count = texts.len();
        log.write(Level::Warn, "lead", "unowned", &[("provider", json!(provider)), ("leads", json!(count))]);
        log.count(metrics::LEADS_UNOWNED, &[provider.as_str()], count as u64);
        store.keep_unowned(provider, fitted(texts)).await?;
    }
    Ok(owned)
}

/// What has room in one item of the table: of what is larger, each loses its end.
fn fitted(texts: Vec<String>) -> Vec<String> {
    if texts.iter().map(String::len).sum::<usize>() <= MOST_BYTES {
        return texts;
    }
    let each = MOST_BYTES / texts.len();
    texts.iter().map(|text| cut(text, each)).collect()
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
        let (mut read, mut after) = (0, None);
        loop {
            let page = self.store.unowned(slug, PAGE, after).await?;
            for kept in page.items {
                read += usize::from(self.replay_one(slug, leads, &kept).await?);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(read),
            }
        }
    }

    /// Whether all of it could be read; otherwise it is kept as it is: what is told twice is stored once.
    async fn replay_one(&self, slug: &ProviderSlug, leads: &dyn Leads, kept: &Unowned) -> Result<bool, PlanError> {
        let notices: Vec<LeadNotice> = kept.texts.iter().filter_map(|text| leads.reread(text)).collect();
        if notices.len() < kept.texts.len() || notices.iter().any(|notice| notice.owners.is_empty()) {
            return Ok(false);
        }
        let outgoing = messages(&self.store, slug, notices).await?;
        let outgoing: Vec<_> = outgoing.into_iter().map(|message| (message.account.clone(), message)).collect();
        let sent = self.queue.send_batch(&outgoing).await?.is_empty();
        if sent {
            self.store.forget_unowned(slug, kept).await?;
        }
        Ok(sent)
    }
}
