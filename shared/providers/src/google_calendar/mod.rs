//! Google Calendar. The evidence for every choice is in google-calendar.md, the implementer's fact sheet.

mod calls;
mod endpoints;
mod errors;
mod map;
mod mark;
mod oauth;
mod picker;
mod pull;
mod push;
mod scopes;
mod webhook;
mod wire;

pub use endpoints::Endpoints;

use self::calls::Calls;
use crate::contract::*;
use crate::error::{ProviderError, PullError};
use crate::http::{Client, SharedWire};
use async_trait::async_trait;
use domain::ids::{ProviderSlug, ResourceId};
use domain::resource::Choice;
use url::Url;

/// Google Calendar.
pub struct GoogleCalendar {
    manifest: Manifest,
    calls: Calls,
}

impl GoogleCalendar {
    /// Google at these addresses, over this wire.
    pub fn new(endpoints: Endpoints, wire: SharedWire) -> Self {
        Self { manifest: manifest(), calls: Calls { client: Client::new(wire), endpoints } }
    }
}

/// What is always true of it, without the provider itself.
pub(crate) fn manifest() -> Manifest {
    Manifest {
        slug: ProviderSlug::parse("google-calendar").expect("the slug is a valid one"),
        vendor: "google",
        name: "Google Calendar",
        description: "Keeps your Google calendars and Aura's appointments in step.",
        category: Category::Calendar,
        icon: "google-calendar",
        resource_kind: "calendars",
        parent_kind: None,
        several_resources: true,
        writes: true,
        rotation: Rotation::None,
        // 10,000 requests a minute for the whole project: a sync of a few calendars is about five.
        syncs_per_minute: 1_000,
        // A refresh is one request, and Google does not rotate: nothing is written but the table.
        refreshes_per_minute: 1_000,
    }
}

/// What its answers from these addresses look like, without the provider itself.
pub(crate) fn consent_answer(endpoints: &Endpoints) -> ConsentAnswer {
    let issuer = endpoints.issuer.clone().map(|name| Issuer { name, promised: false });
    ConsentAnswer { issuer, ..ConsentAnswer::default() }
}

#[async_trait]
impl Provider for GoogleCalendar {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> Result<Url, ProviderError> {
        Ok(oauth::authorize_url(&self.calls.endpoints.authorize, request))
    }

    fn consent_answer(&self) -> ConsentAnswer {
        consent_answer(&self.calls.endpoints)
    }

    /// A code that Google refuses is `Transient` with the code `invalid_grant`: the person starts again, and no stored
    /// grant is suspected.
    async fn exchange_code(&self, request: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError> {
        oauth::exchange(&self.calls, request).await
    }

    fn missing_scopes(&self, scopes: &[String]) -> Vec<String> {
        scopes::missing(scopes)
    }

    async fn refresh(&self, app: &AppCredentials, credential: &Credential) -> Result<Refreshed, ProviderError> {
        oauth::refresh(&self.calls, app, credential).await
    }

    async fn revoke(&self, _: &AppCredentials, credential: &Credential) -> Result<(), ProviderError> {
        oauth::revoke(&self.calls, credential).await
    }

    async fn identify(&self, access: &Access) -> Result<Identity, ProviderError> {
        self.calls.identify(access).await
    }

    async fn options(
        &self,
        access: &Access,
        kind: &str,
        _parent: Option<&ResourceId>,
    ) -> Result<Option<Vec<Choice>>, ProviderError> {
        match kind == self.manifest.resource_kind {
            true => picker::calendars(&self.calls, access).await.map(Some),
            false => Ok(None),
        }
    }

    async fn test(&self, access: &Access, resources: &[ResourceId]) -> Result<(), ProviderError> {
        picker::test(&self.calls, access, resources).await
    }

    fn pull(&self) -> Option<&dyn Pull> {
        Some(self)
    }

    fn push(&self) -> Option<&dyn Push> {
        Some(self)
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }
}

#[async_trait]
impl Pull for GoogleCalendar {
    fn query_version(&self) -> u32 {
        pull::QUERY_VERSION
    }

    async fn page(&self, access: &Access, request: &PullRequest<'_>) -> Result<Page, PullError> {
        pull::page(&self.calls, access, request).await
    }
}

#[cfg(test)]
pub(crate) mod tests;
