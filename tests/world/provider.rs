//! A provider of no service in particular, for tests that need more providers than the product has.

use domain::failure::FailureClass;
use domain::ids::{ProviderAccountId, ProviderSlug, ResourceId};
use domain::resource::Choice;
use providers::{
    Access, AppCredentials, Authorization, AuthorizeRequest, Category, Credential, ExchangeRequest, Identity, Manifest,
    Provider, ProviderError, Refreshed, Rotation,
};
use std::sync::Arc;
use url::Url;

/// Can be created and connected to nothing: every call is refused as configuration of ours.
pub(crate) struct TestProvider(Manifest);

impl TestProvider {
    /// A calendar provider with this slug.
    pub(crate) fn calendar(slug: &str) -> Arc<dyn Provider> {
        Self::of(slug, Category::Calendar)
    }

    /// A provider of this category.
    pub(crate) fn of(slug: &str, category: Category) -> Arc<dyn Provider> {
        Arc::new(Self(Manifest {
            slug: ProviderSlug::parse(slug).expect("a slug"),
            name: "Test",
            description: "Stands for any provider.",
            category,
            icon: "test",
            resource_kind: "calendars",
            vendor: "twin",
            parent_kind: None,
            several_resources: true,
            writes: true,
            rotation: Rotation::None,
            syncs_per_minute: 60,
            refreshes_per_minute: 60,
        }))
    }
}

fn refused<T>() -> Result<T, ProviderError> {
    Err(ProviderError::new(FailureClass::OurConfiguration, "test_provider"))
}

#[shared::entry::async_trait]
impl Provider for TestProvider {
    fn manifest(&self) -> &Manifest {
        &self.0
    }

    fn authorize_url(&self, _: &AuthorizeRequest<'_>) -> Result<Url, ProviderError> {
        refused()
    }

    async fn exchange_code(&self, _: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError> {
        refused()
    }

    fn missing_scopes(&self, _: &[String]) -> Vec<String> {
        Vec::new()
    }

    async fn refresh(&self, _: &AppCredentials, _: &Credential) -> Result<Refreshed, ProviderError> {
        refused()
    }

    async fn revoke(&self, _: &AppCredentials, _: &Credential) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn identify(&self, _: &Access) -> Result<Identity, ProviderError> {
        Ok(Identity { id: ProviderAccountId::parse("test").expect("an id"), label: "test@example.com".into() })
    }

    async fn options(&self, _: &Access, _: &str, _: Option<&ResourceId>) -> Result<Option<Vec<Choice>>, ProviderError> {
        Ok(Some(Vec::new()))
    }

    async fn test(&self, _: &Access, _: &[ResourceId]) -> Result<(), ProviderError> {
        Ok(())
    }
}
