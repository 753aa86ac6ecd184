//! Leads that a run finds: what a webhook did not bring, and what could not be read when it did.

use super::{Step, Stop};
use crate::store::{Resource, UnreadLead};
use crate::usecases::access::AccessError;
use crate::usecases::leads::{Again, Arrival, IntakeError};
use chrono::TimeDelta;
use domain::failure::FailureClass;
use domain::ids::{ExternalId, ResourceId};
use domain::lead::Via;
use domain::lead::{Form, RawLead};
use domain::run::{Counts, Trigger};
use providers::{Access, Leads, ProviderError, Pull, Pulled};
use std::collections::HashSet;
use std::sync::Arc;

/// A form is read in full so often, besides what is new with every run.
const FULL_EVERY: TimeDelta = TimeDelta::hours(24);
/// A form without a lead for so long is quiet,
const QUIET_AFTER: TimeDelta = TimeDelta::hours(24);
/// and read by the schedule so often. A little less than an hour, so that an interval of one is kept.
const QUIET_EVERY: TimeDelta = TimeDelta::minutes(50);
/// Leads that could not be read are looked at in pages of so many.
const MOST_UNREAD: usize = 50;

impl Step<'_> {
    /// Whether a form is to be read in full again: what no webhook told and no short reading found.
    pub(super) fn is_due_in_full(&self, resource: &Resource) -> bool {
        let late = resource.full_at.is_none_or(|at| self.worker.store.now() - at >= FULL_EVERY);
        late && self.provider.leads().is_some()
    }

    /// Whether a scheduled run leaves a form to a later one: where budgets grow with leads, a quiet form is read once an
    /// hour, whatever the interval.
    pub(super) fn may_wait(&self, resource: &Resource) -> bool {
        let now = self.worker.store.now();
        let scheduled = self.held.run.as_ref().is_some_and(|run| run.trigger == Trigger::Schedule);
        let quiet = resource.newest_lead_at.is_none_or(|at| now - at > QUIET_AFTER);
        let just_read = resource.read_at.is_some_and(|at| now - at < QUIET_EVERY);
        let at_rest = resource.pulling.is_none() && !self.is_due_in_full(resource);
        self.provider.pull().is_some_and(Pull::spares_what_is_quiet) && scheduled && quiet && just_read && at_rest
    }

    /// Takes the leads out of a page and stores those that are new.
    pub(super) async fn take_leads(
        &mut self,
        resource: &mut Resource,
        entries: &mut Vec<Pulled>,
        counts: &mut Counts,
    ) -> Result<(), Stop> {
        if self.provider.leads().is_none() {
            return Ok(());
        }
        let listed = entries.len() as u64;
        let leads: Vec<RawLead> =
            entries.extract_if(.., |entry| matches!(entry, Pulled::Lead(_))).filter_map(lead).collect();
        if let Some(pulling) = &mut resource.pulling {
            pulling.found.listed += listed;
            pulling.found.unreadable += listed - leads.len() as u64;
        }
        resource.newest_lead_at = leads.iter().map(|lead| lead.created).chain(resource.newest_lead_at).max();
        let since = self.held.settings.leads_since.get(&resource.resource).copied();
        let (wanted, before): (Vec<RawLead>, Vec<RawLead>) =
            leads.into_iter().partition(|lead| since.is_none_or(|since| lead.created >= since));
        counts.skipped += before.len() as u64;
        if wanted.is_empty() {
            return Ok(());
        }
        // The first reading of a form brings what was there before it was chosen.
        let via = if resource.full_at.is_none() { Via::Backfill } else { Via::Reconciliation };
        let new = self.take(&resource.resource, via, &wanted).await?;
        counts.created += new.len() as u64;
        counts.skipped += (wanted.len() - new.len()) as u64;
        for lead in &wanted {
            self.hear_lead(resource, lead, new.contains(&lead.id));
        }
        Ok(())
    }

    /// Completes what the reading of a form found, once a day, with what the provider itself counts.
    pub(super) async fn close_reading(&mut self, resource: &mut Resource) {
        let provider = Arc::clone(&self.provider);
        let (Some(leads), Ok(form)) = (provider.leads(), Form::of(&resource.resource)) else { return };
        let form = &form;
        let counted = self.call(|access: Access| async move { leads.count(&access, form).await }).await;
        if let Some(found) = &mut resource.found {
            // A provider that does not say it now is asked again with the next full reading.
            found.counted = counted.ok().flatten();
        }
    }

    /// Tries what could not be read when a webhook told it. What fails again stays for the next run.
    pub(super) async fn read_again(&mut self) -> Result<(), Stop> {
        let provider = Arc::clone(&self.provider);
        let Some(leads) = provider.leads() else { return Ok(()) };
        let (mut after, now) = (None, self.worker.store.now());
        loop {
            let page = self.worker.store.unread(self.held.id, MOST_UNREAD, after).await?;
            for unread in page.items.into_iter().filter(|unread| unread.is_due(now)) {
                self.check_time()?;
                match self.read_one_again(leads, &unread).await? {
                    true => self.worker.store.forget_unread(self.held.id, &unread.name).await?,
                    false => self.worker.store.keep_unread(&self.held, &unread.later(now)).await?,
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Whether it needs not be kept any longer.
    async fn read_one_again(&mut self, leads: &dyn Leads, unread: &UnreadLead) -> Result<bool, Stop> {
        match Again::of(unread, leads, &self.held.settings.resources) {
            Again::Over => Ok(true),
            Again::Not => Ok(false),
            Again::Take(form, lead) => self.take(&form, Via::Webhook, &[*lead]).await.map(|_| true),
            Again::Fetch(form, id) => match self.fetch(leads, &form, &id).await? {
                Some(lead) => self.take(&form, Via::Webhook, &[lead]).await.map(|_| true),
                None => Ok(false),
            },
        }
    }

    async fn fetch(&mut self, leads: &dyn Leads, form: &ResourceId, id: &ExternalId) -> Result<Option<RawLead>, Stop> {
        let Ok(form) = &Form::of(form) else { return Ok(None) };
        let question = |access: Access| async move { leads.fetch(&access, form, id).await };
        match self.call(question).await {
            Ok(lead) => Ok(Some(lead)),
            // One lead keeps nobody from reading the others.
            Err(Stop::Failed(AccessError::Provider(error))) if concerns_one_lead(&error) => Ok(None),
            Err(stop) => Err(stop),
        }
    }

    async fn take(&mut self, form: &ResourceId, via: Via, leads: &[RawLead]) -> Result<HashSet<ExternalId>, Stop> {
        let arrival = Arrival { integration: &self.held, form, via, fence: Some(self.held.sync_fence) };
        match self.worker.leads.take(&arrival, leads).await {
            Ok(arrived) => Ok(arrived.new),
            Err(IntakeError::Lost) => Err(Stop::Lost),
            Err(IntakeError::Store(error)) => Err(error.into()),
            Err(IntakeError::Keys(error)) => Err(Stop::Failed(AccessError::Keys(error))),
        }
    }
}

fn concerns_one_lead(error: &ProviderError) -> bool {
    !matches!(error.class, FailureClass::RateLimited | FailureClass::DeadCredentials)
}

fn lead(entry: Pulled) -> Option<RawLead> {
    match entry {
        Pulled::Lead(lead) => Some(lead),
        _ => None,
    }
}
