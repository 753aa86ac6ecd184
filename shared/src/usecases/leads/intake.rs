//! Storing leads: mapped as the account says, each once, with the event that tells of it.

use crate::api::events::{self, LeadDetail};
use crate::bus::Event;
use crate::entry::log::Log;
use crate::entry::metrics;
use crate::seal::{Context, KeysError, SealKeys};
use crate::store::{Integration, LeadBatch, MOST_LEADS, NewLead, OutboxEntry, Store, StoreError, StoredRecord};
use crate::usecases::TRIES;
use crate::usecases::publish::Publisher;
use domain::ids::{AccountId, ExternalId, ProviderSlug, ResourceId};
use domain::lead::Via;
use domain::lead::mapping::map;
use domain::lead::{Form, RawLead};
use domain::record::{Lead, Record};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// Of the ids of `lead.received` (RFC 9562 §5.5).
const NAMESPACE: Uuid = Uuid::from_u128(0x7c0f_2a86_9d3e_5b41_8a17_c2d4_6e90_b3f5);

/// Why leads were not stored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum IntakeError {
    /// The integration is not what it was: whoever brought them decides anew.
    #[error("the integration has changed")]
    Lost,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys of the markers failed.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// Where leads come from, and under which condition they are stored.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The integration, active.
    pub integration: &'a Integration,
    /// Their form.
    pub form: &'a ResourceId,
    /// How they came.
    pub via: Via,
    /// Whoever brings them holds the sync lease of this fence.
    pub fence: Option<u64>,
}

/// What became of leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Stored now.
    pub new: HashSet<ExternalId>,
    /// Stored before, or erased.
    pub known: u64,
}

/// Takes leads in.
#[derive(Clone)]
pub struct LeadIntake {
    /// The table.
    pub store: Store,
    /// Makes the markers.
    pub marks: Arc<SealKeys>,
    /// Publishes what arrived.
    pub publisher: Publisher,
    /// Where it is counted how they came.
    pub log: Log,
}

impl LeadIntake {
    /// Stores those leads that are not stored yet.
    pub async fn take(&self, arrival: &Arrival<'_>, leads: &[RawLead]) -> Result<Arrived, IntakeError> {
        let mut arrived = Arrived::default();
        for part in leads.chunks(MOST_LEADS) {
            let new = self.take_some(arrival, part).await?;
            arrived.known += (part.len() - new.len()) as u64;
            arrived.new.extend(new);
        }
        Ok(arrived)
    }

    /// The leads among these that are stored already. Tombstones count: what is gone does not come back.
    pub async fn known(
        &self,
        integration: &Integration,
        form: &ResourceId,
        ids: &[&ExternalId],
    ) -> Result<HashSet<ExternalId>, StoreError> {
        Ok(self.store.existing(integration.dataset, form, ids).await?.into_keys().collect())
    }

    /// One transaction. What somebody else has stored meanwhile is left out of the next try.
    async fn take_some(&self, arrival: &Arrival<'_>, leads: &[RawLead]) -> Result<HashSet<ExternalId>, IntakeError> {
        for _ in 0..TRIES {
            let batch = self.batch(arrival, leads).await?;
            if batch.leads.is_empty() {
                return Ok(HashSet::new());
            }
            match self.store.store_leads(&batch).await {
                Ok(()) => {
                    let events: Vec<_> = batch.leads.iter().filter_map(|lead| lead.event.clone()).collect();
                    self.publisher.publish_now(&events).await;
                    return Ok(self.stored(arrival, &batch));
                }
                Err(StoreError::Conflict(conflict)) if conflict.at(LeadBatch::INTEGRATION) => {
                    return Err(IntakeError::Lost);
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Unavailable("contended".into()).into())
    }

    fn stored(&self, arrival: &Arrival<'_>, batch: &LeadBatch<'_>) -> HashSet<ExternalId> {
        let labels = [arrival.integration.provider.as_str(), arrival.via.name()];
        self.log.count(metrics::LEADS, &labels, batch.leads.len() as u64);
        batch.leads.iter().map(|lead| lead.record.id.clone()).collect()
    }

    async fn batch<'a>(&self, arrival: &Arrival<'a>, leads: &[RawLead]) -> Result<LeadBatch<'a>, IntakeError> {
        let ids: Vec<&ExternalId> = leads.iter().map(|lead| &lead.id).collect();
        let known = self.known(arrival.integration, arrival.form, &ids).await?;
        let mut once = HashSet::new();
        let open: Vec<&RawLead> =
            leads.iter().filter(|lead| !known.contains(&lead.id) && once.insert(&lead.id)).collect();
        let mut marks = Vec::with_capacity(open.len());
        for lead in &open {
            let Integration { account, provider, .. } = arrival.integration;
            marks.push(marker(&self.marks, account, provider, &lead.id).await?);
        }
        let seen = self.store.seen_leads(&marks).await?;
        let mut new = Vec::with_capacity(open.len());
        for (lead, mark) in open.into_iter().zip(marks) {
            match seen.get(&mark) {
                Some(seen) if seen.erased => {}
                seen => new.push(self.new_lead(arrival, lead, mark, seen.is_none())?),
            }
        }
        let Arrival { integration, form, via, fence } = *arrival;
        Ok(LeadBatch { integration, form, via, leads: new, fence })
    }

    fn new_lead(&self, arrival: &Arrival<'_>, raw: &RawLead, mark: String, first: bool) -> Result<NewLead, StoreError> {
        let lead = lead(arrival, raw);
        let event = first.then(|| OutboxEntry::new(self.event(arrival, &lead)));
        let body = serde_json::to_string(&Record::Lead(lead)).map_err(StoreError::encoding)?;
        let record = StoredRecord {
            resource: arrival.form.clone(),
            id: raw.id.clone(),
            hash: StoredRecord::digest(&body),
            version: 1,
            generation: None,
            deleted: false,
            changed_at: self.store.now(),
            body: Some(body),
        };
        Ok(NewLead { record, mark, event })
    }

    /// `lead.received`: its id is the same whoever finds the lead, however often.
    fn event(&self, arrival: &Arrival<'_>, lead: &Lead) -> Event {
        let Integration { id, account, provider, .. } = arrival.integration;
        let detail = LeadDetail {
            integration: *id,
            provider: provider.clone(),
            resource: arrival.form.clone(),
            lead: lead.id.clone(),
            created: lead.created,
            via: lead.via,
            test: lead.test,
        };
        Event {
            id: Uuid::new_v5(&NAMESPACE, format!("{account}\n{provider}\n{}", lead.id).as_bytes()),
            account: account.clone(),
            detail_type: events::LEAD_RECEIVED.to_owned(),
            version: 1,
            detail: serde_json::to_value(&detail).unwrap_or_default(),
            time: self.store.now(),
        }
    }
}

/// The marker's hash: without the key nobody can tell whether a lead was here.
pub(in crate::usecases) async fn marker(
    keys: &SealKeys,
    account: &AccountId,
    provider: &ProviderSlug,
    lead: &ExternalId,
) -> Result<String, KeysError> {
    let fields = [("account", account.as_str()), ("provider", provider.as_str()), ("lead", lead.as_str())];
    keys.mark(&Context::new(&fields)).await
}

fn lead(arrival: &Arrival<'_>, raw: &RawLead) -> Lead {
    let mapping = arrival.integration.settings.forms.get(arrival.form).cloned().unwrap_or_default();
    let mapped = map(raw, &mapping);
    let owner = Form::of(arrival.form).map(|form| form.owner().to_string());
    Lead {
        id: raw.id.clone(),
        created: raw.created,
        name: mapped.name,
        phone: mapped.phone,
        email: mapped.email,
        company: mapped.company,
        properties: mapped.properties,
        test: raw.test || arrival.integration.test_leads.contains(&raw.id),
        form: raw.form.clone(),
        owner: owner.unwrap_or_default(),
        source: raw.source.clone(),
        via: arrival.via,
        truncated: mapped.truncated,
    }
}
