//! The one place that knows which providers there are.

use crate::contract::Provider;
use domain::ids::ProviderSlug;
use std::sync::Arc;

/// The providers of this deployment, in the order in which they are shown.
#[derive(Clone, Default)]
pub struct Registry {
    providers: Vec<Arc<dyn Provider>>,
}

impl Registry {
    /// A registry of these providers.
    pub fn new(providers: Vec<Arc<dyn Provider>>) -> Self {
        Self { providers }
    }

    /// Every provider.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.providers.iter()
    }

    /// The provider with this slug.
    pub fn find(&self, slug: &ProviderSlug) -> Option<&Arc<dyn Provider>> {
        self.providers.iter().find(|provider| provider.manifest().slug == *slug)
    }
}
