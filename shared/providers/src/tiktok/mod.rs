//! TikTok Lead Ads. The evidence for every choice is in tiktok-lead-ads.md, the implementer's fact sheet.

mod accounts;
mod calls;
mod endpoints;
mod errors;
mod event;
mod forms;
mod leads;
mod oauth;
mod owner;
mod pages;
mod pull;
mod questions;
mod refresh;
mod scopes;
mod session;
mod signature;
mod subscriptions;
mod test_leads;
mod webhook;
mod wire;

pub use endpoints::Endpoints;

use self::calls::Calls;
use self::session::Session;
use crate::contract::*;
use crate::error::{ProviderError, PullError};
use crate::http::{Client, SharedWire};
use async_trait::async_trait;
use domain::ids::{ProviderSlug, ResourceId};
use domain::resource::Choice;
use url::Url;

/// TikTok Lead Ads.
pub struct TikTokLeadAds {
    manifest: Manifest,
    calls: Calls,
}

impl TikTokLeadAds {
    /// TikTok at these addresses, over this wire.
    pub fn new(endpoints: Endpoints, wire: SharedWire) -> Self {
        Self { manifest: manifest(), calls: Calls { client: Client::new(wire), endpoints } }
    }
}

/// What is always true of it, without the provider itself.
pub(crate) fn manifest() -> Manifest {
    Manifest {
        slug: ProviderSlug::parse("tiktok-lead-ads").expect("the slug is a valid one"),
        vendor: "tiktok",
        name: "TikTok Lead Ads",
        description: "Brings the leads of your TikTok instant forms.",
        category: Category::Leads,
        icon: "tiktok-lead-ads",
        resource_kind: "forms",
        parent_kind: Some("ad-accounts"),
        several_resources: true,
        writes: false,
        // Most tokens are never replaced; where TikTok gives something to replace one with, both are new.
        rotation: Rotation::Strict,
        // 600 requests a minute for the whole application: a pull of a form is about a dozen.
        syncs_per_minute: 30,
        // A refresh is one request, or two.
        refreshes_per_minute: 60,
    }
}

/// What its answers look like, without the provider itself.
pub(crate) fn consent_answer() -> ConsentAnswer {
    ConsentAnswer { code_parameters: &["auth_code", "code"], issuer: None }
}

#[async_trait]
impl Provider for TikTokLeadAds {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> Result<Url, ProviderError> {
        Ok(oauth::authorize_url(&self.calls.endpoints.authorize, request))
    }

    fn consent_answer(&self) -> ConsentAnswer {
        consent_answer()
    }

    async fn exchange_code(&self, request: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError> {
        oauth::exchange(&self.calls, request).await
    }

    fn missing_scopes(&self, scopes: &[String]) -> Vec<String> {
        scopes::missing(scopes)
    }

    async fn refresh(&self, app: &AppCredentials, credential: &Credential) -> Result<Refreshed, ProviderError> {
        refresh::refresh(&self.calls, app, credential).await
    }

    async fn revoke(&self, app: &AppCredentials, credential: &Credential) -> Result<(), ProviderError> {
        oauth::revoke(&self.calls, app, credential).await
    }

    async fn identify(&self, access: &Access) -> Result<Identity, ProviderError> {
        accounts::identify(&self.calls, &Session::of(access)?).await
    }

    async fn options(
        &self,
        access: &Access,
        kind: &str,
        parent: Option<&ResourceId>,
    ) -> Result<Option<Vec<Choice>>, ProviderError> {
        let session = Session::of(access)?;
        match (kind, parent) {
            (kind, _) if Some(kind) == self.manifest.parent_kind => {
                accounts::choices(&self.calls, &session).await.map(Some)
            }
            (kind, Some(parent)) if kind == self.manifest.resource_kind => {
                forms::choices(&self.calls, &session, parent).await
            }
            _ => Ok(None),
        }
    }

    async fn test(&self, access: &Access, resources: &[ResourceId]) -> Result<(), ProviderError> {
        forms::test(&self.calls, &Session::of(access)?, resources).await
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
impl Pull for TikTokLeadAds {
    fn query_version(&self) -> u32 {
        pull::QUERY_VERSION
    }

    async fn page(&self, access: &Access, request: &PullRequest<'_>) -> Result<Page, PullError> {
        pull::page(&self.calls, access, request).await
    }
}

#[cfg(test)]
pub(crate) mod tests;
