//! The catalogue: every provider with what the account has of it.

use crate::api::{CardErrorView, CardIntegrationView, CardView, CatalogueView, PlanView};
use crate::entry::{Caller, Problem};
use crate::store::{Account, Integration, Store};
use crate::usecases::offer::Offer;
use providers::{Manifest, Manifests};

/// Lists the catalogue. One query.
#[derive(Clone)]
pub struct Catalogue {
    store: Store,
    manifests: Manifests,
    offer: Offer,
    back_url: Option<String>,
}

impl Catalogue {
    /// `back_url`: where the page's back button leads.
    pub fn new(store: Store, manifests: Manifests, offer: Offer, back_url: Option<String>) -> Self {
        Self { store, manifests, offer, back_url }
    }

    /// The catalogue as this member sees it. A provider that is not offered to the account is left out unless
    /// the account has an integration of it.
    pub async fn list(&self, caller: &Caller) -> Result<CatalogueView, Problem> {
        let (account, integrations) = self.store.catalogue(&caller.account).await?;
        let cards = self.manifests.iter().filter_map(|manifest| {
            let integration = integrations.iter().find(|integration| integration.provider == manifest.slug);
            let available = self.offer.includes(&account, &manifest.slug);
            (available || integration.is_some()).then(|| card(manifest, available, integration))
        });
        Ok(CatalogueView {
            integrations: cards.collect(),
            can_manage: caller.can_manage,
            plan: plan(&account),
            back_url: self.back_url.clone(),
        })
    }
}

fn card(manifest: &Manifest, available: bool, integration: Option<&Integration>) -> CardView {
    CardView {
        provider: manifest.slug.clone(),
        name: manifest.name.into(),
        description: manifest.description.into(),
        category: manifest.category,
        icon: manifest.icon.into(),
        available,
        integration: integration.map(|integration| CardIntegrationView {
            status: integration.status,
            connected: integration.grant.is_some(),
            error: integration.reason.map(|reason| CardErrorView { reason, message: reason.message().into() }),
        }),
    }
}

fn plan(account: &Account) -> PlanView {
    PlanView { name: account.plan().as_str().into(), limit: account.limit(), used: account.count }
}
