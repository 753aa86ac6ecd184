//! One integration in full.

use crate::api::IntegrationView;
use crate::entry::{Caller, Problem};
use crate::store::{Account, Integration, Store};
use crate::usecases::view::integration_view;
use domain::ids::ProviderSlug;
use providers::{Provider, Registry};
use std::sync::Arc;

/// Finds integrations of the caller's account and shows them.
#[derive(Clone)]
pub struct Integrations {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
}

/// An integration with what is needed to work on it.
pub struct Found {
    /// As it was read.
    pub integration: Integration,
    /// Its provider.
    pub provider: Arc<dyn Provider>,
}

impl Integrations {
    /// Over this table and these providers.
    pub fn new(store: Store, registry: Registry) -> Self {
        Self { store, registry }
    }

    /// The provider; a problem for one that does not exist.
    pub fn provider(&self, slug: &ProviderSlug) -> Result<Arc<dyn Provider>, Problem> {
        self.registry.find(slug).cloned().ok_or_else(|| Problem::not_found("provider"))
    }

    /// The account's integration of a provider; a problem when there is none.
    pub async fn find(&self, caller: &Caller, slug: &ProviderSlug) -> Result<Found, Problem> {
        let provider = self.provider(slug)?;
        let integration = self.store.integration(&caller.account, slug).await?;
        let integration = integration.ok_or_else(|| Problem::not_found("integration"))?;
        Ok(Found { integration, provider })
    }

    /// The integration as the API shows it.
    pub async fn get(&self, caller: &Caller, slug: &ProviderSlug) -> Result<IntegrationView, Problem> {
        let (found, account) =
            futures_util::try_join!(self.find(caller, slug), async { Ok(self.store.account(&caller.account).await?) })?;
        Ok(show(&found, &account))
    }
}

/// The view of what was found.
pub(super) fn show(found: &Found, account: &Account) -> IntegrationView {
    integration_view(&found.integration, found.provider.manifest(), account)
}
