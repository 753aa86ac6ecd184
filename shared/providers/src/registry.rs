//! The one place that knows which providers there are.

use crate::contract::{ConsentAnswer, Manifest, Provider};
use crate::facebook::{self, FacebookLeadAds};
use crate::google_calendar::{self, GoogleCalendar};
use crate::http::{ReqwestWire, SharedWire, UnusableUrl};
use crate::tiktok::{self, TikTokLeadAds};
use domain::ids::ProviderSlug;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What is always true of the providers, in the order in which they are shown. A function that calls none of them is
/// built of this alone, without their calls and the client beneath.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifests(Vec<Arc<Manifest>>);

impl Manifests {
    /// Those of the product's providers.
    pub fn standard() -> Self {
        Self::of([google_calendar::manifest(), facebook::manifest(), tiktok::manifest()])
    }

    fn of(manifests: impl IntoIterator<Item = Manifest>) -> Self {
        Self(manifests.into_iter().map(Arc::new).collect())
    }

    /// Every manifest.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Manifest>> {
        self.0.iter()
    }

    /// The manifest of the provider with this slug.
    pub fn find(&self, slug: &ProviderSlug) -> Option<&Arc<Manifest>> {
        self.iter().find(|manifest| manifest.slug == *slug)
    }
}

/// What the providers' answers to a consent look like: all that whoever takes them needs of the providers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsentAnswers(BTreeMap<ProviderSlug, ConsentAnswer>);

impl ConsentAnswers {
    /// Those of the product's providers at the addresses that `vars` names. An error names the variable whose address
    /// cannot be used.
    pub fn standard(vars: &HashMap<String, String>) -> Result<Self, UnusableUrl> {
        let google = google_calendar::Endpoints::from_vars(vars)?;
        Ok(Self(BTreeMap::from([
            (google_calendar::manifest().slug, google_calendar::consent_answer(&google)),
            (facebook::manifest().slug, ConsentAnswer::default()),
            (tiktok::manifest().slug, tiktok::consent_answer()),
        ])))
    }

    /// What the answers of the provider with this slug look like.
    pub fn find(&self, slug: &ProviderSlug) -> Option<&ConsentAnswer> {
        self.0.get(slug)
    }
}

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

    /// The product's providers at the addresses that `vars` names, over `wire` or, without one, over the internet. An
    /// error names the variable whose address cannot be used.
    pub fn standard(vars: &HashMap<String, String>, wire: Option<SharedWire>) -> Result<Self, UnusableUrl> {
        let wire = wire.unwrap_or_else(|| Arc::new(ReqwestWire::new()));
        Ok(Self::new(vec![
            Arc::new(GoogleCalendar::new(google_calendar::Endpoints::from_vars(vars)?, Arc::clone(&wire))),
            Arc::new(FacebookLeadAds::new(facebook::Endpoints::from_vars(vars)?, Arc::clone(&wire))),
            Arc::new(TikTokLeadAds::new(tiktok::Endpoints::from_vars(vars)?, wire)),
        ]))
    }

    /// What is always true of these.
    pub fn manifests(&self) -> Manifests {
        Manifests::of(self.iter().map(|provider| provider.manifest().clone()))
    }

    /// What the answers of these to a consent look like.
    pub fn consent_answers(&self) -> ConsentAnswers {
        let answer = |provider: &Arc<dyn Provider>| (provider.manifest().slug.clone(), provider.consent_answer());
        ConsentAnswers(self.iter().map(answer).collect())
    }

    /// Every provider.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.providers.iter()
    }

    /// Every provider that this vendor runs.
    pub fn of_vendor<'a>(&'a self, vendor: &'a str) -> impl Iterator<Item = &'a Arc<dyn Provider>> {
        self.iter().filter(move |provider| provider.manifest().vendor == vendor)
    }

    /// The provider with this slug.
    pub fn find(&self, slug: &ProviderSlug) -> Option<&Arc<dyn Provider>> {
        self.providers.iter().find(|provider| provider.manifest().slug == *slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_registry_finds_its_providers_by_slug() {
        let registry = Registry::standard(&HashMap::new(), None).unwrap();
        let slug = ProviderSlug::parse("google-calendar").unwrap();
        assert_eq!(registry.find(&slug).unwrap().manifest().name, "Google Calendar");
        assert!(registry.find(&ProviderSlug::parse("hubspot").unwrap()).is_none());
    }

    #[test]
    fn the_standard_manifests_are_those_of_the_standard_providers() {
        let (manifests, registry) = (Manifests::standard(), Registry::standard(&HashMap::new(), None).unwrap());
        assert_eq!(manifests, registry.manifests());
        for provider in registry.iter() {
            assert_eq!(**manifests.find(&provider.manifest().slug).unwrap(), *provider.manifest());
        }
        assert_eq!(manifests.find(&ProviderSlug::parse("hubspot").unwrap()), None);
    }

    #[test]
    fn the_standard_answers_are_those_of_the_standard_providers() {
        let elsewhere = "http://127.0.0.1:9401/consent".to_owned();
        for vars in [HashMap::new(), HashMap::from([("GOOGLE_AUTH_URL".to_owned(), elsewhere)])] {
            let (answers, registry) =
                (ConsentAnswers::standard(&vars).unwrap(), Registry::standard(&vars, None).unwrap());
            assert_eq!(answers, registry.consent_answers());
            for provider in registry.iter() {
                assert_eq!(*answers.find(&provider.manifest().slug).unwrap(), provider.consent_answer());
            }
        }
    }

    #[test]
    fn an_address_that_cannot_be_used_is_told_at_once() {
        let vars = HashMap::from([("GOOGLE_CALENDAR_URL".to_owned(), "http://calendar.example.com".to_owned())]);
        assert_eq!(Registry::standard(&vars, None).err().unwrap().variable, "GOOGLE_CALENDAR_URL");
    }
}
