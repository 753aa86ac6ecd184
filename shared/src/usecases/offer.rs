//! Which providers this deployment offers, beside what an account's own configuration hides.

use crate::config::ConfigError;
use crate::store::Account;
use domain::ids::ProviderSlug;
use providers::Manifests;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The variable: slugs, separated by commas; empty for every provider.
pub(crate) const VARIABLE: &str = "OFFERED_PROVIDERS";

/// The providers that may be connected anew. What is connected already goes on, whatever is offered.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    only: Option<Arc<BTreeSet<ProviderSlug>>>,
}

impl Offer {
    /// Reads a list of slugs. A slug that no provider has is a mistake, not a provider less.
    ///
    /// # Errors
    /// The list names something that is no provider.
    pub fn parse(list: &str, manifests: &Manifests) -> Result<Self, ConfigError> {
        let slugs: Vec<&str> = list.split(',').map(str::trim).filter(|slug| !slug.is_empty()).collect();
        if slugs.is_empty() {
            return Ok(Self::default());
        }
        let known = |slug: &str| ProviderSlug::parse(slug).ok().filter(|slug| manifests.find(slug).is_some());
        let only: Option<BTreeSet<_>> = slugs.into_iter().map(known).collect();
        let only = only.ok_or(ConfigError { variable: VARIABLE, problem: "names something that is no provider" })?;
        Ok(Self { only: Some(Arc::new(only)) })
    }

    /// Whether this account may create an integration of this provider.
    pub fn includes(&self, account: &Account, provider: &ProviderSlug) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(provider)) && account.offers(provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slugs(manifests: &Manifests) -> Vec<ProviderSlug> {
        manifests.iter().map(|manifest| manifest.slug.clone()).collect()
    }

    #[test]
    fn an_empty_list_offers_everything_and_any_other_what_it_names() {
        let manifests = Manifests::standard();
        let all = slugs(&manifests);
        let account = Account::default();
        for list in ["", " , "] {
            let offer = Offer::parse(list, &manifests).unwrap();
            assert!(all.iter().all(|slug| offer.includes(&account, slug)));
        }
        let offer = Offer::parse(&format!(" {},{} ", all[0], all[2]), &manifests).unwrap();
        let offered: Vec<bool> = all.iter().map(|slug| offer.includes(&account, slug)).collect();
        assert_eq!(offered, [true, false, true]);
    }

    #[test]
    fn an_account_that_hides_a_provider_is_not_offered_it_by_the_deployment() {
        let manifests = Manifests::standard();
        let slug = slugs(&manifests).remove(0);
        let mut account = Account::default();
        account.hidden.insert(slug.to_string());
        assert!(!Offer::parse(slug.as_str(), &manifests).unwrap().includes(&account, &slug));
    }

    #[test]
    fn a_slug_that_no_provider_has_is_refused() {
        let manifests = Manifests::standard();
        for list in ["nobody", "No Slug", "nobody,"] {
            assert_eq!(Offer::parse(list, &manifests).unwrap_err().variable, VARIABLE, "{list}");
        }
    }
}
