//! Leads that a run finds: what a webhook did not bring, and what could not be read when it did.

use super::pages::generation;
use super::{Step, Stop};
use crate::entry::metrics;
use crate::store::{LeadsFound, Resource, UnreadLead};
use crate::usecases::access::AccessError;
use crate::usecases::leads::{Again, Arrival, IntakeError};
use chrono::{DateTime, TimeDelta, Utc};
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
/// So often a lead is asked for that the provider says not to know: for two days and more.
const MOST_TRIES: u32 = 9;
/// Of more kept leads than this it is not told any more whether they were told or found.
const MOST_KEPT: usize = 2_000;
/// Leads that could not be read are looked at in pages of so many.
const MOST_UNREAD: usize = 50;

/// What came of trying a kept lead again.
enum Tried {
    /// It needs not be kept any longer.
    Done,
    /// It failed again.
    Later,
    /// It is not its turn.
    NotYet,
}

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
        // The first reading of a form brings what was there before it was chosen.
        let via = if resource.full_at.is_none() { Via::Backfill } else { Via::Reconciliation };
        let (told, found): (Vec<RawLead>, Vec<RawLead>) =
            wanted.into_iter().partition(|lead| self.kept.contains(&lead.id));
        for (via, leads) in [(Via::Webhook, told), (via, found)] {
            let new = self.take(&resource.resource, via, &leads).await?;
            counts.created += new.len() as u64;
            counts.skipped += (leads.len() - new.len()) as u64;
            for lead in &leads {
                self.hear_lead(resource, lead, via != Via::Webhook && new.contains(&lead.id));
            }
        }
        Ok(())
    }

    /// Looks which leads were told and are kept: a reading that brings one of them has not found it.
    pub(super) async fn look_what_is_kept(&mut self) -> Result<(), Stop> {
        if self.provider.leads().is_none() {
            return Ok(());
        }
        let (id, dataset, mut after) = (self.held.id, self.held.dataset, None);
        while self.kept.len() < MOST_KEPT {
            let page = self.worker.store.unread(id, dataset, MOST_UNREAD, after).await?;
            self.kept.extend(page.items.into_iter().filter_map(|unread| unread.notice.lead));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        Ok(())
    }

    /// Asks what the provider itself counts, once a day, before a form is read in full: what comes meanwhile is listed.
    pub(super) async fn count_before(&mut self, resource: &mut Resource) {
        let provider = Arc::clone(&self.provider);
        let begins = resource.pulling.as_ref().is_some_and(|pulling| pulling.page.is_none());
        let (Some(leads), Ok(form)) = (provider.leads(), Form::of(&resource.resource)) else { return };
        if !begins || generation(resource).is_none() {
            return;
        }
        let form = &form;
        let counted = self.call(|access: Access| async move { leads.count(&access, form).await }).await;
        if let Some(pulling) = &mut resource.pulling {
            // A provider that does not say it now is asked again with the next full reading.
            pulling.found = LeadsFound { counted: counted.ok().flatten(), ..LeadsFound::default() };
        }
    }

    /// Tries what could not be read when a webhook told it, and no reading has brought since. What fails again stays for a
    /// later run.
    pub(super) async fn read_again(&mut self) -> Result<(), Stop> {
        let provider = Arc::clone(&self.provider);
        let Some(leads) = provider.leads() else { return Ok(()) };
        let (id, dataset, mut after, now) = (self.held.id, self.held.dataset, None, self.worker.store.now());
        loop {
            let page = self.worker.store.unread(id, dataset, MOST_UNREAD, after).await?;
            for unread in page.items {
                self.check_time()?;
                match self.read_one_again(leads, &unread, now).await? {
                    Tried::Done => self.worker.store.forget_unread(id, dataset, &unread.name).await?,
                    Tried::Later => self.worker.store.keep_unread(&self.held, &unread.later(now)).await?,
                    Tried::NotYet => {}
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn read_one_again(
        &mut self,
        leads: &dyn Leads,
        unread: &UnreadLead,
        now: DateTime<Utc>,
    ) -> Result<Tried, Stop> {
        let again = Again::of(unread, leads, &self.held.settings.resources);
        if let Again::Fetch(form, id) = &again
            && self.worker.leads.known(&self.held, form, &[id]).await?.contains(id)
        {
            return Ok(Tried::Done);
        }
        match again {
            Again::Over => Ok(Tried::Done),
            _ if !unread.is_due(now) => Ok(Tried::NotYet),
            Again::Not => Ok(Tried::Later),
            Again::Take(form, lead) => self.take(&form, Via::Webhook, &[*lead]).await.map(|_| Tried::Done),
            Again::Fetch(form, id) => match self.fetch(leads, &form, &id).await? {
                Ok(lead) => self.take(&form, Via::Webhook, &[lead]).await.map(|_| Tried::Done),
                Err(error) => Ok(self.given_up(unread, &error)),
            },
        }
    }

    /// A lead that the provider has said so often not to know is not there: a test lead that was deleted, for one.
    fn given_up(&self, unread: &UnreadLead, error: &ProviderError) -> Tried {
        let unknown = matches!(error.class, FailureClass::PermanentRecord | FailureClass::ResourceNotFound);
        if !unknown || unread.tries < MOST_TRIES {
            return Tried::Later;
        }
        self.worker.leads.log.count(metrics::LEADS_GIVEN_UP, &[self.held.provider.as_str()], 1);
        Tried::Done
    }

    /// The lead, or why there is none, where that concerns this lead alone.
    async fn fetch(
        &mut self,
        leads: &dyn Leads,
        form: &ResourceId,
        id: &ExternalId,
    ) -> Result<Result<RawLead, ProviderError>, Stop> {
        let unknown = |_| ProviderError::new(FailureClass::PermanentRecord, "not_a_form");
        let form = match &Form::of(form).map_err(unknown) {
            Ok(form) => form.clone(),
            Err(error) => return Ok(Err(error.clone())),
        };
        let form = &form;
        let question = |access: Access| async move { leads.fetch(&access, form, id).await };
        match self.call(question).await {
            Ok(lead) => Ok(Ok(lead)),
            // One lead keeps nobody from reading the others.
            Err(Stop::Failed(AccessError::Provider(error))) if concerns_one_lead(&error) => Ok(Err(error)),
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
