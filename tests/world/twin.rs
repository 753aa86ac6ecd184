//! A provider that works: it does what another one does, under a name and with an issuer of its own.

use domain::ids::{ProviderSlug, ResourceId};
use domain::resource::Choice;
use providers::{
    Access, AppCredentials, Authorization, AuthorizeRequest, ConsentAnswer, Credential, ExchangeRequest, Identity,
    Issuer, Manifest, Provider, ProviderError, Pull, Refreshed, Registry, Rotation,
};
use shared::entry::{Setup, Wires};
use std::sync::Arc;
use url::Url;

/// What becomes of the product's own providers in a world.
pub(crate) type Adapt = Arc<dyn Fn(Registry) -> Registry + Send + Sync>;

/// Does what another provider does.
pub(crate) struct Twin {
    inner: Arc<dyn Provider>,
    manifest: Manifest,
    issuer: Option<Issuer>,
}

impl Twin {
    /// The very same provider.
    pub(crate) fn of(inner: &Arc<dyn Provider>) -> Self {
        Self { inner: Arc::clone(inner), manifest: inner.manifest().clone(), issuer: inner.consent_answer().issuer }
    }

    /// Under another slug.
    pub(crate) fn named(mut self, slug: &str) -> Self {
        self.manifest.slug = ProviderSlug::parse(slug).expect("a slug");
        self
    }

    /// With refresh tokens that are treated so.
    pub(crate) fn rotating(mut self, rotation: Rotation) -> Self {
        self.manifest.rotation = rotation;
        self
    }

    /// With an issuer that callbacks name.
    pub(crate) fn issued_by(mut self, name: &str, promised: bool) -> Self {
        self.issuer = Some(Issuer { name: name.to_owned(), promised });
        self
    }
}

/// Beside Google Calendar its twin under `slug`.
pub(crate) fn with_twin(slug: &'static str) -> Adapt {
    Arc::new(move |standard| {
        let google = standard.iter().filter(|one| one.manifest().slug.as_str() == super::GOOGLE);
        let twins = google.map(|one| Arc::new(Twin::of(one).named(slug)) as Arc<dyn Provider>);
        Registry::new(standard.iter().cloned().chain(twins).collect())
    })
}

/// Each provider with this issuer.
pub(crate) fn issued_by(name: &'static str, promised: bool) -> Adapt {
    Arc::new(move |standard| {
        let issued = standard.iter().map(|one| Arc::new(Twin::of(one).issued_by(name, promised)) as Arc<dyn Provider>);
        Registry::new(issued.collect())
    })
}

/// Each provider as one that is known to treat refresh tokens so.
pub(crate) fn rotating(rotation: sandbox::Rotation) -> Adapt {
    let rotation = match rotation {
        sandbox::Rotation::None => Rotation::None,
        sandbox::Rotation::Strict => Rotation::Strict,
        sandbox::Rotation::ReuseDetect => Rotation::ReuseDetect,
    };
    Arc::new(move |standard| {
        let rotating = standard.iter().map(|one| Arc::new(Twin::of(one).rotating(rotation)) as Arc<dyn Provider>);
        Registry::new(rotating.collect())
    })
}

/// A function's set-up with the adapted providers.
pub(super) fn adapted(setup: &Setup, adapt: Option<&Adapt>) -> Setup {
    let Some(adapt) = adapt else { return setup.clone() };
    let standard = Registry::standard(setup.vars.map(), setup.wires.providers.clone()).expect("usable addresses");
    Setup { wires: Wires { registry: Some(adapt(standard)), ..setup.wires.clone() }, ..setup.clone() }
}

#[shared::entry::async_trait]
impl Provider for Twin {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> Result<Url, ProviderError> {
        self.inner.authorize_url(request)
    }

    fn consent_answer(&self) -> ConsentAnswer {
        ConsentAnswer { issuer: self.issuer.clone(), ..self.inner.consent_answer() }
    }

    async fn exchange_code(&self, request: &ExchangeRequest<'_>) -> Result<Authorization, ProviderError> {
        self.inner.exchange_code(request).await
    }

    fn missing_scopes(&self, scopes: &[String]) -> Vec<String> {
        self.inner.missing_scopes(scopes)
    }

    async fn refresh(&self, app: &AppCredentials, credential: &Credential) -> Result<Refreshed, ProviderError> {
        self.inner.refresh(app, credential).await
    }

    async fn revoke(&self, app: &AppCredentials, credential: &Credential) -> Result<(), ProviderError> {
        self.inner.revoke(app, credential).await
    }

    async fn identify(&self, access: &Access) -> Result<Identity, ProviderError> {
        self.inner.identify(access).await
    }

    async fn options(
        &self,
        access: &Access,
        kind: &str,
        parent: Option<&ResourceId>,
    ) -> Result<Option<Vec<Choice>>, ProviderError> {
        self.inner.options(access, kind, parent).await
    }

    async fn test(&self, access: &Access, resources: &[ResourceId]) -> Result<(), ProviderError> {
        self.inner.test(access, resources).await
    }

    fn pull(&self) -> Option<&dyn Pull> {
        self.inner.pull()
    }
}
