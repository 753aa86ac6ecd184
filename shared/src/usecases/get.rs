//! One integration in full.

use crate::api::IntegrationView;
use crate::entry::{Caller, Problem};
use crate::store::{Account, Integration, Store};
use crate::usecases::view::integration_view;
use domain::ids::ProviderSlug;
use providers::{Manifest, Manifests, Provider, Registry};
use std::sync::Arc;

/// Finds integrations of the caller's account and shows them.
#[derive(Clone)]
pub struct Integrations {
    /// The table.
    pub store: Store,
    /// What is true of the providers.
    pub manifests: Manifests,
}

/// An integration with what is true of its provider.
pub struct Found {
    /// As it was read.
    pub integration: Integration,
    /// Its provider's.
    pub manifest: Arc<Manifest>,
}

impl Integrations {
    /// Over this table, of these providers.
    pub fn new(store: Store, manifests: Manifests) -> Self {
        Self { store, manifests }
    }

    /// The provider's manifest; a problem for one that does not exist.
    pub fn manifest(&self, slug: &ProviderSlug) -> Result<&Arc<Manifest>, Problem> {
        self.manifests.find(slug).ok_or_else(unknown_provider)
    }

    /// The account's integration of a provider; a problem when there is none.
    pub async fn find(&self, caller: &Caller, slug: &ProviderSlug) -> Result<Found, Problem> {
        let manifest = Arc::clone(self.manifest(slug)?);
        let integration = self.store.integration(&caller.account, slug).await?;
        let integration = integration.ok_or_else(|| Problem::not_found("integration"))?;
        Ok(Found { integration, manifest })
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
    integration_view(&found.integration, &found.manifest, account)
}

/// The provider to be called; a problem for one that does not exist.
pub(super) fn provider<'a>(registry: &'a Registry, slug: &ProviderSlug) -> Result<&'a dyn Provider, Problem> {
    registry.find(slug).map(AsRef::as_ref).ok_or_else(unknown_provider)
}

fn unknown_provider() -> Problem {
    Problem::not_found("provider")
}
