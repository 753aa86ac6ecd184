//! Puts together what a use case stands on, so that a function constructs only what it uses.

use crate::clients::Clients;
use crate::config::ConfigError;
use crate::entry::Setup;
use crate::entry::log::Log;
use crate::random::Random;
use crate::seal::SealKeys;
use crate::store::{Store, Table};
use crate::usecases::access::Tokens;
use crate::usecases::actions::Actions;
use crate::usecases::get::Integrations;
use crate::usecases::leads::LeadIntake;
use crate::usecases::left_behind::Destruction;
use crate::usecases::lifecycle::Lifecycle;
use crate::usecases::offer::{self, Offer};
use crate::usecases::publish::Publisher;
use crate::usecases::removal::Removal;
use crate::usecases::request_sync::Requests;
use crate::usecases::watches::Watches;
use crate::{bus::Bus, queue::Queue, vault::Vault};
use domain::policy::Policy;
use providers::http::UnusableUrl;
use providers::{ConsentAnswers, Manifests, Registry};
use std::sync::Arc;
use url::Url;

/// The parts of one function instance.
pub struct Parts<'a> {
    setup: &'a Setup,
    clients: Clients,
    random: Random,
}

impl<'a> Parts<'a> {
    /// Parts for this set-up. Opens no connection.
    pub fn new(setup: &'a Setup) -> Result<Self, ConfigError> {
        Ok(Self { setup, clients: Clients::new(setup)?, random: Random::new() })
    }

    /// The table (`TABLE_NAME`).
    pub fn store(&self) -> Result<Store, ConfigError> {
        let table = Table::new(self.clients.clone(), self.setup.vars.required("TABLE_NAME")?, self.random.clone());
        Ok(Store::new(table, Arc::clone(&self.setup.clock), self.random.clone()))
    }

    /// What is true of the providers: all that a function needs which calls none of them.
    pub fn manifests(&self) -> Manifests {
        self.setup.wires.registry.as_ref().map_or_else(Manifests::standard, Registry::manifests)
    }

    /// Integrations of accounts, in this table.
    pub fn integrations(&self, store: &Store) -> Integrations {
        Integrations::new(store.clone(), self.manifests())
    }

    /// The providers.
    pub fn registry(&self) -> Result<Registry, ConfigError> {
        match &self.setup.wires.registry {
            Some(registry) => Ok(registry.clone()),
            None => Registry::standard(self.setup.vars.map(), self.setup.wires.providers.clone()).map_err(unusable),
        }
    }

    /// What the providers' answers to a consent look like.
    pub fn consent_answers(&self) -> Result<ConsentAnswers, ConfigError> {
        match &self.setup.wires.registry {
            Some(registry) => Ok(registry.consent_answers()),
            None => ConsentAnswers::standard(self.setup.vars.map()).map_err(unusable),
        }
    }

    /// What this deployment offers of them (`OFFERED_PROVIDERS`).
    pub fn offer(&self, manifests: &Manifests) -> Result<Offer, ConfigError> {
        Offer::parse(self.setup.vars.get(offer::VARIABLE).unwrap_or_default(), manifests)
    }

    /// Secrets Manager (`SECRET_PREFIX`).
    pub fn vault(&self) -> Result<Arc<Vault>, ConfigError> {
        let prefix = self.setup.vars.required("SECRET_PREFIX")?;
        Ok(Arc::new(Vault::new(self.clients.clone(), prefix, Arc::clone(&self.setup.clock))))
    }

    /// The keys that seal flows (`FLOW_KEYS_SECRET`).
    pub fn flow_keys(&self) -> Result<Arc<SealKeys>, ConfigError> {
        self.keys("FLOW_KEYS_SECRET")
    }

    /// The keys that seal tokens (`TOKEN_KEYS_SECRET`).
    pub fn token_keys(&self) -> Result<Arc<SealKeys>, ConfigError> {
        self.keys("TOKEN_KEYS_SECRET")
    }

    /// The keys of leads' markers (`LEAD_KEYS_SECRET`).
    pub fn lead_keys(&self) -> Result<Arc<SealKeys>, ConfigError> {
        self.keys("LEAD_KEYS_SECRET")
    }

    fn keys(&self, variable: &'static str) -> Result<Arc<SealKeys>, ConfigError> {
        let secret = self.setup.vars.required(variable)?;
        Ok(Arc::new(SealKeys::new(self.clients.clone(), secret, Arc::clone(&self.setup.clock))))
    }

    /// The refresh queue (`REFRESH_QUEUE_URL`).
    pub fn refresh_queue(&self) -> Result<Queue, ConfigError> {
        Ok(Queue::new(self.clients.clone(), self.setup.vars.required("REFRESH_QUEUE_URL")?))
    }

    /// The lifecycle queue (`LIFECYCLE_QUEUE_URL`).
    pub fn lifecycle_queue(&self) -> Result<Queue, ConfigError> {
        Ok(Queue::new(self.clients.clone(), self.setup.vars.required("LIFECYCLE_QUEUE_URL")?))
    }

    /// The failure policy (`FAILURE_POLICY`: JSON with the numbers that differ from the defaults).
    pub fn policy(&self) -> Result<Arc<Policy>, ConfigError> {
        const VARIABLE: &str = "FAILURE_POLICY";
        let text = self.setup.vars.get(VARIABLE).unwrap_or_default();
        let policy = Policy::parse(text).map_err(|_| ConfigError { variable: VARIABLE, problem: "cannot be used" })?;
        Ok(Arc::new(policy))
    }

    /// The log, with the time on its lines.
    pub fn log(&self) -> Log {
        self.setup.log.clone().timed_by(Arc::clone(&self.setup.clock))
    }

    /// The sync queue (`SYNC_QUEUE_URL`).
    pub fn sync_queue(&self) -> Result<Queue, ConfigError> {
        Ok(Queue::new(self.clients.clone(), self.setup.vars.required("SYNC_QUEUE_URL")?))
    }

    /// The bus (`BUS_NAME`), over this store's outbox.
    pub fn publisher(&self, store: &Store) -> Result<Publisher, ConfigError> {
        let bus = Bus::new(self.clients.clone(), self.setup.vars.required("BUS_NAME")?);
        Ok(Publisher::new(bus, store.clone()))
    }

    /// Access tokens, refreshed where needed.
    pub fn tokens(&self, store: &Store) -> Result<Tokens, ConfigError> {
        Ok(Tokens::new(store.clone(), self.vault()?, self.token_keys()?, self.policy()?, self.log()))
    }

    /// Asking for syncs.
    pub fn requests(&self, store: &Store) -> Result<Requests, ConfigError> {
        Ok(Requests::new(store.clone(), self.sync_queue()?))
    }

    /// Pause and resume.
    pub fn actions(&self) -> Result<Actions, ConfigError> {
        let store = self.store()?;
        let lifecycle = Lifecycle::new(store.clone(), self.publisher(&store)?, self.requests(&store)?);
        Ok(Actions { integrations: self.integrations(&store), lifecycle })
    }

    /// Subscriptions to notifications (`REDIRECT_BASE_URL`: where the API is reached).
    pub fn watches(&self, store: &Store) -> Result<Watches, ConfigError> {
        self.watches_at(store, Some(self.setup.vars.url("REDIRECT_BASE_URL")?))
    }

    /// Subscriptions that only end.
    pub fn ending_watches(&self, store: &Store) -> Result<Watches, ConfigError> {
        self.watches_at(store, None)
    }

    fn watches_at(&self, store: &Store, base: Option<Url>) -> Result<Watches, ConfigError> {
        Ok(Watches::new(store.clone(), self.random.clone(), self.vault()?, self.log(), base))
    }

    /// Storing leads.
    pub fn leads(&self, store: &Store) -> Result<LeadIntake, ConfigError> {
        let (marks, publisher) = (self.lead_keys()?, self.publisher(store)?);
        Ok(LeadIntake { store: store.clone(), marks, publisher, log: self.log() })
    }

    /// The webhook queue (`WEBHOOK_QUEUE_URL`).
    pub fn webhook_queue(&self) -> Result<Queue, ConfigError> {
        Ok(Queue::new(self.clients.clone(), self.setup.vars.required("WEBHOOK_QUEUE_URL")?))
    }

    /// Disconnect and delete.
    pub fn removal(&self) -> Result<Removal, ConfigError> {
        let store = self.store()?;
        Ok(Removal {
            publisher: self.publisher(&store)?,
            integrations: self.integrations(&store),
            destruction: Destruction::new(store, self.lifecycle_queue()?),
        })
    }
}

fn unusable(_: UnusableUrl) -> ConfigError {
    ConfigError { variable: "provider URLs", problem: "has one that cannot be used" }
}
