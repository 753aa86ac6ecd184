//! Creating an integration: uniqueness and the plan's limit hold under any concurrency.

use crate::entry::{Caller, Problem};
use crate::store::{Account, Integration, NotCreated, OutboxEntry, Progress, RequestName, Settings};
use crate::usecases::draft::integration_event;
use crate::usecases::get::{Found, Integrations};
use crate::usecases::offer::Offer;
use crate::usecases::publish::Publisher;
use crate::usecases::view::integration_view;
use crate::usecases::{Answered, TRIES};
use domain::history::{Actor, HistoryEvent, HistoryLine};
use domain::ids::{DatasetId, IntegrationId, ProviderSlug};
use domain::lifecycle::Status;
use domain::plan::DEFAULT_INTERVAL;
use providers::Manifest;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Creates integrations.
#[derive(Clone)]
pub struct Create {
    integrations: Integrations,
    publisher: Publisher,
    offer: Offer,
}

impl Create {
    /// Over these.
    pub fn new(integrations: Integrations, publisher: Publisher, offer: Offer) -> Self {
        Self { integrations, publisher, offer }
    }

    /// Creates an integration, or gives the answer again that the same request was given before.
    pub async fn create(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        let store = &self.integrations.store;
        if let Some(before) = Answered::before(store, request).await? {
            return Ok(before);
        }
        match self.attempt(caller, slug, request).await {
            // If the other one with the same key has committed meanwhile, its answer is ours.
            Err(problem) if problem.status == 409 => Answered::before(store, request).await?.ok_or(problem),
            outcome => outcome.map(|(answered, _)| answered),
        }
    }

    /// Creates an integration for a connect, or finds the one that is there.
    pub async fn find_or_create(&self, caller: &Caller, slug: &ProviderSlug) -> Result<Found, Problem> {
        match self.integrations.find(caller, slug).await {
            Ok(found) => Ok(found),
            Err(problem) if problem.code == "not_found" => match self.attempt(caller, slug, None).await {
                Ok((_, found)) => Ok(found),
                Err(problem) if problem.code == "already_exists" => self.integrations.find(caller, slug).await,
                Err(problem) => Err(problem),
            },
            Err(problem) => Err(problem),
        }
    }

    /// Refuses early what the transaction would refuse, so that a crowd of requests does not meet in it.
    pub(super) async fn admitted(&self, caller: &Caller, slug: &ProviderSlug) -> Result<Account, Problem> {
        let store = &self.integrations.store;
        // In this order: a count that knows of another create is never read with an integration from before it.
        let account = store.account(&caller.account).await?;
        if store.integration(&caller.account, slug).await?.is_some() {
            return Err(refused(&NotCreated::Exists, &account));
        }
        if !self.offer.includes(&account, slug) {
            return Err(Problem::new(409, "provider_not_offered", "This provider is not available to your account.")
                .remedy("Choose another provider, or contact support."));
        }
        if account.has_room() { Ok(account) } else { Err(refused(&NotCreated::Limit, &account)) }
    }

    async fn attempt(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        request: Option<&RequestName>,
    ) -> Result<(Answered, Found), Problem> {
        let manifest = self.integrations.manifest(slug)?;
        for _ in 0..TRIES {
            let account = self.admitted(caller, slug).await?;
            match self.commit(caller, manifest, &account, request).await? {
                Ok(created) => return Ok(created),
                // Whether it is the limit or newer news of the account is seen by looking again.
                Err(NotCreated::Limit) => {}
                Err(not) => return Err(refused(&not, &account)),
            }
        }
        Err(Problem::busy())
    }

    async fn commit(
        &self,
        caller: &Caller,
        manifest: &Arc<Manifest>,
        account: &Account,
        request: Option<&RequestName>,
    ) -> Result<Result<(Answered, Found), NotCreated>, Problem> {
        let store = &self.integrations.store;
        let integration = self.fresh(caller, &manifest.slug, account);
        let view = integration_view(&integration, manifest, account);
        let answered = Answered::of(201, &view)?;
        let idempotency = request.map(|request| request.answered(201, answered.body.clone(), store.now()));
        let line = HistoryLine { actor: Actor::Member(caller.member.to_string()), event: HistoryEvent::Created };
        let event = OutboxEntry::new(integration_event(store, "integration.created", &integration));
        if let Err(not) = store.create(&integration, account, &line, &event, idempotency.as_ref()).await? {
            return Ok(Err(not));
        }
        self.publisher.publish_now(&[event]).await;
        Ok(Ok((answered, Found { integration, manifest: Arc::clone(manifest) })))
    }

    fn fresh(&self, caller: &Caller, slug: &ProviderSlug, account: &Account) -> Integration {
        let store = &self.integrations.store;
        let now = store.now();
        Integration {
            id: IntegrationId::new(store.new_id()),
            account: caller.account.clone(),
            provider: slug.clone(),
            status: Status::Draft,
            reason: None,
            error: None,
            settings: Settings {
                resources: vec![],
                write_resource: None,
                forms: BTreeMap::new(),
                leads_since: BTreeMap::new(),
                interval_minutes: DEFAULT_INTERVAL,
                shortest_interval: account.plan().allowance().shortest_interval,
            },
            connected: None,
            grant: None,
            dataset: DatasetId::new(store.new_id()),
            epoch: 0,
            version: 1,
            failures: 0,
            attempts: 0,
            settled_at: now,
            warned: false,
            frozen: false,
            failing_window: None,
            retry_at: None,
            access_ends_at: None,
            ending_told: None,
            test_leads: vec![],
            disconnects: 0,
            replaced_at: None,
            rate_limited: 0,
            last_failure: None,
            last_success_at: None,
            sync_fence: 0,
            lease_until: None,
            rev: 0,
            requested: 0,
            served: 0,
            run: None,
            progress: Progress::default(),
            watches: vec![],
            due_at: None,
            created_at: now,
            updated_at: now,
        }
    }
}

fn refused(not: &NotCreated, account: &Account) -> Problem {
    match not {
        NotCreated::Exists => Problem::new(409, "already_exists", "An integration with this provider already exists.")
            .remedy("Open the existing integration."),
        NotCreated::Limit => Problem::new(
            409,
            "plan_limit_reached",
            "You’ve reached the maximum integrations for your subscription plan",
        )
        .remedy(format!(
            "Your plan ({}) includes {}. Delete an integration that is no longer used, or change the plan (Billing > \
             Subscription > Change plan).",
            account.plan().as_str(),
            account.limit()
        )),
        NotCreated::Repeated => {
            Problem::new(409, "repeated", "The same request is being handled already.").remedy("Try again in a moment.")
        }
    }
}
