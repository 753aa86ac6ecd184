//! Leads: each stored once, with a marker without content that outlives its record, and what the bus is told of it.

use super::expression::{Item, Update, When, any, check, number, put};
use super::integration::Integration;
use super::outbox::OutboxEntry;
use super::record::StoredRecord;
use super::table::{Range, StoreError};
use super::{Store, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::TimeDelta;
use domain::ids::ResourceId;
use domain::lead::Via;
use domain::lifecycle::Status;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Most leads in one transaction of at most 100 actions: each takes three.
pub const MOST_LEADS: usize = 30;
/// So many are marked in one transaction.
const ERASED_AT_ONCE: usize = 50;
/// A marker outlives the time for which a provider shows a lead (90 days at both of them).
const MARKED_FOR: TimeDelta = TimeDelta::days(100);

/// What a marker says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The keyed hash of account, provider and lead.
    pub mark: String,
    /// The person's data were erased: the lead never comes back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

/// A lead on its way into the table.
#[derive(Debug, Clone)]
pub struct NewLead {
    /// The record.
    pub record: StoredRecord,
    /// Its marker's hash.
    pub mark: String,
    /// What the bus is told; `None` for one that was told before and comes back into a new dataset.
    pub event: Option<OutboxEntry>,
}

/// Leads of one form that are stored at once, while the integration is what it was.
#[derive(Debug)]
pub struct LeadBatch<'a> {
    /// The integration.
    pub integration: &'a Integration,
    /// The form.
    pub form: &'a ResourceId,
    /// How they came.
    pub via: Via,
    /// At most [`MOST_LEADS`].
    pub leads: Vec<NewLead>,
    /// Whoever stores them holds the sync lease of this fence; everybody else needs an active integration.
    pub fence: Option<u64>,
}

impl LeadBatch<'_> {
    /// The position of the integration's check among the actions.
    pub const INTEGRATION: usize = 0;

    fn writes(&self, store: &Store) -> Result<Vec<TransactWriteItem>, StoreError> {
        let (table, integration) = (store.table.name(), self.integration);
        let still = match self.fence {
            Some(fence) => When::Equals("sync_fence", number(fence)),
            None => When::Equals("status", any(&Status::Active)?),
        };
        let (id, dataset) = (any(&integration.id)?, any(&integration.dataset)?);
        let same = vec![When::Equals("id", id), When::Equals("dataset", dataset), still];
        let key = keys::integration(&integration.account, &integration.provider);
        let mut writes = vec![check(table, key, When::All(same))?, self.count(table)?];
        let until = number((store.now() + MARKED_FOR).timestamp());
        for lead in &self.leads {
            writes.push(lead.record.write(table, integration.dataset)?);
            if let Some(event) = &lead.event {
                let mut item: Item =
                    serde_dynamo::to_item(Seen { mark: lead.mark.clone(), erased: false }).map_err(StoreError::ours)?;
                item.extend(keys::seen(&lead.mark).into_item());
                item.insert(keys::EXPIRES.into(), until.clone());
                writes.push(put(table, item, Some(When::Absent(keys::PK)))?);
                writes.push(event.write(table)?);
            }
        }
        Ok(writes)
    }

    fn count(&self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let counter = match self.via {
            Via::Webhook => "by_webhook",
            Via::Reconciliation => "by_reconciliation",
            Via::Backfill => "by_backfill",
        };
        Update::of(keys::lead_figures(self.integration.id, self.integration.dataset, self.form))
            .set("form", any(self.form)?)
            .add(counter, self.leads.len() as i64)
            .into_write(table)
    }
}

/// How the leads of a form came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadFigures {
    /// The form.
    pub form: ResourceId,
    /// The provider delivered them.
    #[serde(default)]
    pub by_webhook: u64,
    /// A run found them.
    #[serde(default)]
    pub by_reconciliation: u64,
    /// They were there before the form was chosen.
    #[serde(default)]
    pub by_backfill: u64,
}

impl Store {
    /// The figures of every form that has had leads.
    pub async fn lead_figures(&self, integration: &Integration) -> Result<Vec<LeadFigures>, StoreError> {
        let partition = keys::integration_partition(integration.id);
        let prefix = keys::lead_figures_prefix(integration.dataset);
        self.table.query_all(None, &partition, || Range::Prefix(prefix.clone())).await
    }

    /// Stores leads; [`StoreError::Conflict`] when one of them is there already or the integration is not the same any
    /// more: nothing was stored.
    pub async fn store_leads(&self, batch: &LeadBatch<'_>) -> Result<(), StoreError> {
        self.table.transact(batch.writes(self)?).await
    }

    /// Marks leads as erased, seen before or not: they never come back.
    pub async fn mark_erased(&self, marks: &[String]) -> Result<(), StoreError> {
        let puts = marks.iter().map(|mark| {
            let mut item: Item =
                serde_dynamo::to_item(Seen { mark: mark.clone(), erased: true }).map_err(StoreError::ours)?;
            item.extend(keys::seen(mark).into_item());
            item.insert(keys::EXPIRES.into(), number((self.now() + MARKED_FOR).timestamp()));
            put(self.table.name(), item, None)
        });
        for some in puts.collect::<Result<Vec<_>, _>>()?.chunks(ERASED_AT_ONCE) {
            self.table.transact(some.to_vec()).await?;
        }
        Ok(())
    }

    /// The markers that there are of these hashes.
    pub async fn seen_leads(&self, marks: &[String]) -> Result<HashMap<String, Seen>, StoreError> {
        let keys = marks.iter().map(|mark| keys::seen(mark)).collect();
        let items = self.table.batch_get(keys, "#mark, erased", &[("#mark", "mark")]).await?;
        let seen = items.into_iter().map(super::table::parse::<Seen>);
        seen.map(|seen| seen.map(|seen| (seen.mark.clone(), seen))).collect()
    }
}
