//! One suite that every provider passes. It meets each provider of the registry at the contract, over a wire that it
//! holds in its hands; what it needs of a provider is a [`specimen::Specimen`], which is in the provider's own tests.
//!
//! What is particular to a provider (which code means what, how a record is mapped) is tested beside that provider.

mod calls;
mod cancellation;
mod cursors;
mod deliveries;
mod failures;
mod hostile;
mod invariants;
mod outcome;
mod paging;
mod questions;
mod secrets;
pub(crate) mod specimen;
mod subject;
mod wire;

pub(crate) use calls::Call;
pub(crate) use outcome::Told;

use crate::Registry;
use specimen::Specimen;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The specimen of every provider. A new provider adds its line here.
fn specimens() -> Vec<Arc<dyn Specimen>> {
    vec![
        Arc::new(crate::google_calendar::tests::specimen::Google),
        Arc::new(crate::facebook::tests::specimen::Facebook),
        Arc::new(crate::tiktok::tests::specimen::TikTok),
    ]
}

#[test]
fn every_registered_provider_is_put_to_the_test() {
    let registry = Registry::standard(&HashMap::new(), None).unwrap();
    let registered: BTreeSet<_> = registry.iter().map(|provider| provider.manifest().slug.to_string()).collect();
    let tested: BTreeSet<_> = specimens().iter().map(|specimen| specimen.slug().to_owned()).collect();
    assert_eq!(registered, tested, "a provider of the registry has no specimen, or a specimen no provider");
}
