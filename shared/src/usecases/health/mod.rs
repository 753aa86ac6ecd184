//! The five-minute sweep: how the providers do, the daily attempts of what is deactivated, a look at what is due for
//! one, and what is left to destroy. Each part goes on where another fails.

mod assess;
mod deactivate;
mod ending;
mod examine;
mod repair;
mod sample;

use crate::entry::log::{Level, Log};
use crate::store::{Due, Integration, Nominated, Store, StoreError};
use crate::usecases::leads::Replay;
use crate::usecases::left_behind::LeftBehindMessage;
use crate::usecases::plan::{CONCURRENCY, PlanError, Planned, Planner, nominated};
use crate::usecases::plan_syncs::message;
use crate::usecases::publish::Publisher;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::ProviderSlug;
use domain::policy::{self, Health, Policy};
use futures_util::{StreamExt, stream};
use providers::Manifests;
use serde::Serialize;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Most entries that one sweep takes from a shard.
const MOST_PER_SHARD: usize = 100;
/// With less time left, what is still due waits for the next sweep.
const SHORT: TimeDelta = TimeDelta::seconds(20);

/// Sweeps.
#[derive(Clone)]
pub struct Sweep {
    /// The table.
    pub store: Store,
    /// What is true of the providers.
    pub manifests: Manifests,
    /// What a failure leads to.
    pub policy: Arc<Policy>,
    /// Of daily attempts, for the sync queue.
    pub probes: Planner,
    /// Of what is left to destroy, for the lifecycle queue.
    pub cleanups: Planner,
    /// Reads again what nobody could read.
    pub replay: Replay,
    /// Publishes what changed.
    pub publisher: Publisher,
    /// Where incidents, deactivations and repairs are counted.
    pub log: Log,
}

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Daily attempts that were started.
    pub probes: usize,
    /// Integrations that were looked at.
    pub checkups: usize,
    /// Integrations that were deactivated.
    pub deactivated: usize,
    /// Integrations that would have been, had their provider's hour not been used up.
    pub capped: usize,
    /// Integrations of which something was mended.
    pub repaired: usize,
    /// Integrations that could not be looked at.
    pub failed: usize,
    /// Cleanups and flows that were sent to their worker.
    pub cleanups: usize,
    /// Deliveries that could be read at last.
    pub replayed: usize,
}

/// What a look at one integration led to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Looked {
    deactivated: bool,
    capped: bool,
    repaired: bool,
    /// When to look again, if that is before the regular time.
    sooner: Option<DateTime<Utc>>,
}

/// What one sweep knows of the providers.
struct Round {
    /// Something of it could not be read: nobody is deactivated in such a round.
    unclear: bool,
    health: HashMap<ProviderSlug, Health>,
    capped: Mutex<HashSet<ProviderSlug>>,
}

impl Round {
    fn health(&self, provider: &ProviderSlug) -> Option<Health> {
        self.health.get(provider).copied()
    }

    fn is_capped(&self, provider: &ProviderSlug) -> bool {
        self.capped.lock().unwrap_or_else(PoisonError::into_inner).contains(provider)
    }

    fn cap(&self, provider: &ProviderSlug) -> bool {
        self.capped.lock().unwrap_or_else(PoisonError::into_inner).insert(provider.clone())
    }
}

impl Sweep {
    /// One sweep. An error of one part is answered after all the others have had their turn.
    pub async fn sweep(&self, deadline: DateTime<Utc>) -> Result<Swept, PlanError> {
        let cleanups = self.plan_cleanups().await;
        let (health, assessed) = self.assess().await;
        let round = Round { unclear: assessed.is_err(), health, capped: Mutex::default() };
        let probes = self.plan_probes(&round).await;
        let replayed = self.replay.replay().await;
        let mut swept = self.look(&round, deadline).await?;
        assessed?;
        swept.cleanups = cleanups?.sent;
        swept.probes = probes?.sent;
        swept.replayed = replayed?;
        Ok(swept)
    }

    async fn plan_cleanups(&self) -> Result<Planned, PlanError> {
        let entries = self.cleanups.nominated(MOST_PER_SHARD).await?;
        let message = |entry: &Nominated| LeftBehindMessage { account: entry.account.clone(), item: entry.name() };
        self.cleanups.send(entries, message).await
    }

    /// Nobody is tried while the provider is ill: that says nothing about the integration, and spares the provider.
    async fn plan_probes(&self, round: &Round) -> Result<Planned, PlanError> {
        let mut entries = self.probes.nominated(MOST_PER_SHARD).await?;
        entries.retain(|entry| !policy::frozen(round.health(&entry.provider)));
        self.probes.send(entries, message).await
    }

    async fn look(&self, round: &Round, deadline: DateTime<Utc>) -> Result<Swept, StoreError> {
        let due = nominated(&self.store, Due::Checkup, MOST_PER_SHARD).await?;
        let mut looks = stream::iter(due)
            .take_while(|_| std::future::ready(deadline - self.store.now() > SHORT))
            .map(|entry| async move { self.look_at(&entry, round).await })
            .buffer_unordered(CONCURRENCY);
        let mut swept = Swept::default();
        while let Some(looked) = looks.next().await {
            let looked = match looked {
                Ok(looked) => looked,
                // One that could not be looked at is due again with the next sweep.
                Err(error) => {
                    swept.failed += 1;
                    self.log.write(Level::Error, "checkup", "failed", &[("why", json!(error.to_string()))]);
                    continue;
                }
            };
            swept.checkups += 1;
            swept.deactivated += usize::from(looked.deactivated);
            swept.capped += usize::from(looked.capped);
            swept.repaired += usize::from(looked.repaired);
        }
        Ok(swept)
    }

    /// The integration of an entry, if it is still the same.
    async fn found(&self, entry: &Nominated) -> Result<Option<Integration>, StoreError> {
        let integration = self.store.integration(&entry.account, &entry.provider).await?;
        Ok(integration.filter(|integration| integration.id == entry.id))
    }
}
