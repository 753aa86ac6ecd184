//! From the webhook queue: leads of which a provider told are fetched, or taken as they came, and stored.

use super::intake::{Arrival, Arrived, IntakeError, LeadIntake};
use super::{LeadsMessage, forms};
use crate::digest::sha256_hex;
use crate::entry::log::{Level, Log};
use crate::entry::metrics;
use crate::entry::{Acknowledge, FunctionError};
use crate::store::{Integration, Store, StoreError, UnreadLead};
use crate::usecases::access::{AccessError, Tokens};
use crate::usecases::request_sync::Requests;
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::ids::{ExternalId, ResourceId};
use domain::lead::Via;
use domain::lead::{Form, Owner, RawLead};
use domain::lifecycle::Status;
use domain::run::Trigger;
use providers::{Access, LeadContent, LeadNotice, Provider, ProviderError, Registry};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

/// With less time left nothing more is fetched.
const SHORT: TimeDelta = TimeDelta::seconds(20);

/// Takes messages about leads.
#[derive(Clone)]
pub struct LeadWorker {
    /// Stores them.
    pub intake: LeadIntake,
    /// The providers.
    pub registry: Registry,
    /// Access tokens.
    pub tokens: Tokens,
    /// Starts the run that reads what could not be fetched.
    pub requests: Requests,
    /// Where it is said what could not be read.
    pub log: Log,
}

/// The leads of one form.
#[derive(Default)]
struct OfForm {
    whole: Vec<RawLead>,
    /// To be fetched, with the notice that told of it.
    named: Vec<(ExternalId, LeadNotice)>,
}

impl LeadWorker {
    /// Brings in what the message tells. What cannot be read is kept, so the message is over.
    pub async fn work(&self, message: LeadsMessage, deadline: DateTime<Utc>) -> Result<Acknowledge, FunctionError> {
        let outcome = self.bring(&message, deadline).await.map_err(|error| FunctionError(error.to_string()))?;
        let (name, arrived) = outcome.map_or(("unconcerned", Arrived::default()), |arrived| ("stored", arrived));
        let mut done = Acknowledge::of(name);
        done.fields.push(("account_id", json!(message.account)));
        done.fields.push(("provider", json!(message.provider)));
        done.fields.push(("leads", json!({ "new": arrived.new.len(), "known": arrived.known })));
        Ok(done)
    }

    async fn bring(&self, message: &LeadsMessage, deadline: DateTime<Utc>) -> Result<Option<Arrived>, IntakeError> {
        let store = &self.intake.store;
        let seen = store.integration(&message.account, &message.provider).await?;
        let concerned = |seen: &Integration| seen.id == message.integration && seen.status == Status::Active;
        let Some(integration) = seen.filter(concerned) else { return Ok(None) };
        let Some(provider) = self.registry.find(&message.provider) else { return Ok(None) };
        let mut arrived = Arrived::default();
        for (form, leads) in self.sorted(&integration, &message.leads).await? {
            let arrival = Arrival { integration: &integration, form: &form, via: Via::Webhook, fence: None };
            let mut found = leads.whole;
            found.extend(self.fetched(&arrival, provider.as_ref(), leads.named, deadline).await?);
            let these = self.intake.take(&arrival, &found).await?;
            arrived.new.extend(these.new);
            arrived.known += these.known;
        }
        Ok(Some(arrived))
    }

    /// By the chosen form that each belongs to. What is not chosen, or of an owner that the integration was not seen to
    /// have access to, is not ours; what could not be read is kept.
    async fn sorted(
        &self,
        integration: &Integration,
        notices: &[LeadNotice],
    ) -> Result<BTreeMap<ResourceId, OfForm>, StoreError> {
        let mut sorted: BTreeMap<ResourceId, OfForm> = BTreeMap::new();
        let ours = self.own_owners(integration, notices).await?;
        for notice in notices {
            let form = chosen(integration, notice, &ours);
            match (&notice.content, &notice.lead, form) {
                // Whose it is can be told only where the form is known.
                (LeadContent::Unreadable(_), _, form) if form.is_some() || notice.form.is_none() => {
                    self.keep(integration, form.as_ref(), notice, "unreadable").await?;
                }
                (LeadContent::Whole(lead), _, Some(form)) => {
                    sorted.entry(form).or_default().whole.push((**lead).clone());
                }
                (LeadContent::Fetch, Some(lead), Some(form)) => {
                    let named = &mut sorted.entry(form).or_default().named;
                    // A delivery may tell of one lead several times.
                    if named.iter().all(|(known, _)| known != lead) {
                        named.push((lead.clone(), notice.clone()));
                    }
                }
                _ => {}
            }
        }
        Ok(sorted)
    }

    /// Fetches what is not stored yet, one after the other.
    async fn fetched(
        &self,
        arrival: &Arrival<'_>,
        provider: &dyn Provider,
        named: Vec<(ExternalId, LeadNotice)>,
        deadline: DateTime<Utc>,
    ) -> Result<Vec<RawLead>, IntakeError> {
        let (Some(leads), Ok(form)) = (provider.leads(), Form::of(arrival.form)) else { return Ok(vec![]) };
        let ids: Vec<&ExternalId> = named.iter().map(|(id, _)| id).collect();
        let known = self.intake.known(arrival.integration, arrival.form, &ids).await?;
        let (tokens, mut held) = (self.tokens.until(deadline), None);
        let (mut found, mut again) = (Vec::new(), false);
        let held_back = arrival.integration.retry_at.is_some_and(|at| at > self.store().now());
        let mut stopped = held_back.then(|| "held_back".to_owned());
        for (id, notice) in named.into_iter().filter(|(id, _)| !known.contains(id)) {
            if deadline - self.store().now() < SHORT {
                stopped.get_or_insert_with(|| "no_time".to_owned());
            }
            if let Some(code) = &stopped {
                again = true;
                self.keep(arrival.integration, Some(arrival.form), &notice, code).await?;
                continue;
            }
            let (form, id) = (&form, &id);
            let question = |access: Access| async move { leads.fetch(&access, form, id).await };
            match tokens.call(arrival.integration, provider, &mut held, question).await {
                Ok(lead) => found.push(lead),
                Err(error) => {
                    let (code, class) = code(&error);
                    again |= class != Some(FailureClass::PermanentRecord);
                    if class == Some(FailureClass::RateLimited) {
                        stopped = Some(code.clone());
                    }
                    self.keep(arrival.integration, Some(arrival.form), &notice, &code).await?;
                }
            }
        }
        if again {
            // A run reads the form, and these, as soon as the provider lets it; the schedule comes in any case.
            let _ = self.requests.ask(arrival.integration, Trigger::Webhook).await;
        }
        Ok(found)
    }

    /// Those owners of chosen forms that the integration was seen to have access to.
    async fn own_owners(
        &self,
        integration: &Integration,
        notices: &[LeadNotice],
    ) -> Result<HashSet<Owner>, StoreError> {
        let of_chosen = |form: &ResourceId| integration.settings.resources.contains(form);
        let named = notices.iter().flat_map(forms).filter(|(_, form)| of_chosen(form)).map(|(owner, _)| owner);
        let mut ours = HashSet::new();
        for owner in named.collect::<HashSet<_>>() {
            let route = self.store().route(&integration.provider, owner, &integration.account).await?;
            if route.is_some_and(|route| route.id == integration.id) {
                ours.insert(owner.clone());
            }
        }
        Ok(ours)
    }

    async fn keep(
        &self,
        integration: &Integration,
        form: Option<&ResourceId>,
        notice: &LeadNotice,
        code: &str,
    ) -> Result<(), StoreError> {
        let fields = [("provider_code", json!(code)), ("integration_id", json!(integration.id))];
        self.log.write(Level::Warn, "lead", "unread", &fields);
        self.log.count(metrics::LEADS_UNREAD, &[integration.provider.as_str()], 1);
        let unread = UnreadLead {
            name: name(notice),
            form: form.cloned(),
            notice: notice.clone(),
            code: code.to_owned(),
            told_at: self.store().now(),
            tries: 0,
            try_at: None,
        };
        self.store().keep_unread(integration, &unread).await
    }

    fn store(&self) -> &Store {
        &self.intake.store
    }
}

/// The chosen form of a notice, through one of these owners.
fn chosen(integration: &Integration, notice: &LeadNotice, ours: &HashSet<Owner>) -> Option<ResourceId> {
    let resources = &integration.settings.resources;
    forms(notice).find(|(owner, form)| ours.contains(owner) && resources.contains(form)).map(|(_, form)| form)
}

/// The provider's code and its class, where it was the provider that failed.
fn code(error: &AccessError) -> (String, Option<FailureClass>) {
    match error {
        AccessError::Provider(ProviderError { class, code, .. }) => (code.clone(), Some(*class)),
        _ => ("no_access".to_owned(), None),
    }
}

fn name(notice: &LeadNotice) -> String {
    match &notice.lead {
        Some(lead) if lead.as_str().len() <= 64 => lead.as_str().to_owned(),
        _ => sha256_hex(serde_json::to_string(notice).unwrap_or_default().as_bytes()),
    }
}
