//! Facebook Lead Ads. The evidence for every choice is in facebook-lead-ads.md, the implementer's fact sheet.

mod calls;
mod delivery;
mod endpoints;
mod errors;
mod forms;
mod leads;
mod map;
mod oauth;
mod pages;
mod pull;
mod scopes;
mod signature;
mod subscription;
mod tokens;
mod usage;
mod webhook;
mod wire;

pub use endpoints::Endpoints;

use self::calls::Calls;
use self::tokens::Keys;
use crate::contract::*;
use crate::error::{ProviderError, PullError};
use crate::http::{Client, SharedWire};
use async_trait::async_trait;
use domain::ids::{ExternalId, ProviderSlug, ResourceId};
use domain::lead::{Form, LeadCount, Owner, Question, RawLead};
use domain::resource::Choice;
use url::Url;

/// The kind of what owns forms.
const PAGE: &str = "page";
/// The kind of what can be chosen first, as it stands in paths.
const PAGES: &str = "pages";

/// Facebook Lead Ads.
pub struct FacebookLeadAds {
    manifest: Manifest,
    calls: Calls,
}

impl FacebookLeadAds {
    /// Facebook at these addresses, over this wire.
    pub fn new(endpoints: Endpoints, wire: SharedWire) -> Self {
        Self { manifest: manifest(), calls: Calls { client: Client::new(wire), endpoints } }
    }
}

/// What is always true of it, without the provider itself.
pub(crate) fn manifest() -> Manifest {
    Manifest {
        slug: ProviderSlug::parse("facebook-lead-ads").expect("the slug is a valid one"),
        vendor: "facebook",
        name: "Facebook Lead Ads",
        description: "Brings the leads of your Facebook and Instagram forms to Aura.",
        category: Category::Leads,
        icon: "facebook-lead-ads",
        resource_kind: "forms",
        parent_kind: Some(PAGES),
        several_resources: true,
        writes: false,
        // A long-lived token is exchanged for another one, and stays good until its own end.
        rotation: Rotation::None,
        // Budgets are counted per page and per business; the application's own is 200 calls an hour for each person.
        syncs_per_minute: 500,
        // A refresh is two requests and one per hundred pages; every 45 days it writes.
        refreshes_per_minute: 200,
    }
}

#[async_trait]
impl Provider for FacebookLeadAds {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> Result<Url, ProviderError> {
        oauth::authorize_url(&self.calls, request)
    }

    /// A code that Facebook refuses is `Transient`: the person starts again, and no stored grant is suspected.
    async fn exchange_code(&self, request: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError> {
        oauth::exchange(&self.calls, request).await
    }

    fn missing_scopes(&self, scopes: &[String]) -> Vec<String> {
        scopes::missing(scopes)
    }

    async fn refresh(&self, app: &AppCredentials, credential: &Credential) -> Result<Refreshed, ProviderError> {
        oauth::refresh(&self.calls, app, credential).await
    }

    async fn revoke(&self, app: &AppCredentials, credential: &Credential) -> Result<(), ProviderError> {
        oauth::revoke(&self.calls, app, credential).await
    }

    async fn identify(&self, access: &Access) -> Result<Identity, ProviderError> {
        pages::identify(&self.calls, &Keys::of(access)?).await
    }

    async fn options(
        &self,
        access: &Access,
        kind: &str,
        parent: Option<&ResourceId>,
    ) -> Result<Option<Vec<Choice>>, ProviderError> {
        let keys = Keys::of(access)?;
        if kind == PAGES {
            return pages::choices(&self.calls, &keys).await.map(Some);
        }
        let page = parent.filter(|_| kind == self.manifest.resource_kind);
        let page = page.and_then(|page| Owner::parse(page.as_str()).ok());
        let Some((page, key)) = page.as_ref().and_then(|page| Some((page, keys.page(page).ok()?))) else {
            return Ok(None);
        };
        forms::choices(&self.calls, key, page).await.map(Some)
    }

    async fn test(&self, access: &Access, resources: &[ResourceId]) -> Result<(), ProviderError> {
        forms::test(&self.calls, &Keys::of(access)?, resources).await
    }

    fn pull(&self) -> Option<&dyn Pull> {
        Some(self)
    }

    fn leads(&self) -> Option<&dyn Leads> {
        Some(self)
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }
}

#[async_trait]
impl Pull for FacebookLeadAds {
    fn query_version(&self) -> u32 {
        pull::QUERY_VERSION
    }

    /// A page without leads has next to no budget (facebook-lead-ads.md §2).
    fn spares_what_is_quiet(&self) -> bool {
        true
    }

    async fn page(&self, access: &Access, request: &PullRequest<'_>) -> Result<Page, PullError> {
        pull::page(&self.calls, access, request).await
    }
}

#[async_trait]
impl Leads for FacebookLeadAds {
    async fn fetch(&self, access: &Access, form: &Form, lead: &ExternalId) -> Result<RawLead, ProviderError> {
        leads::fetch(&self.calls, Keys::of(access)?.page(form.owner())?, form, lead).await
    }

    fn reread(&self, unreadable: &str) -> Option<LeadNotice> {
        delivery::reread(unreadable)
    }

    async fn questions(&self, access: &Access, form: &Form) -> Result<Vec<Question>, ProviderError> {
        forms::questions(&self.calls, Keys::of(access)?.page(form.owner())?, form).await
    }

    async fn count(&self, access: &Access, form: &Form) -> Result<Option<LeadCount>, ProviderError> {
        forms::count(&self.calls, Keys::of(access)?.page(form.owner())?, form).await
    }

    async fn send_test(&self, access: &Access, form: &Form) -> Result<Option<ExternalId>, ProviderError> {
        leads::send_test(&self.calls, Keys::of(access)?.page(form.owner())?, form).await
    }
}

#[cfg(test)]
pub(crate) mod tests;
