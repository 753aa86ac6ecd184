//! A provider under test: of the registry, over the suite's wire, with its specimen.

use super::calls::{self, Call, Pulled};
use super::outcome::{Outcome, Told};
use super::specimen::{Specimen, Stage};
use super::wire::{Script, ScriptedWire, good};
use crate::Registry;
use crate::contract::{Next, Provider};
use bytes::Bytes;
use http::Request;
use std::collections::HashMap;
use std::sync::Arc;

/// Pages after which a pull does not end any more.
const MOST_PAGES: usize = 100;

/// A provider, and its wire.
pub(super) struct Bench {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) wire: Arc<ScriptedWire>,
}

impl Bench {
    pub(super) fn new(slug: &str, script: Script) -> Self {
        let wire = Arc::new(ScriptedWire::new(script));
        let registry = Registry::standard(&HashMap::new(), Some(wire.clone())).unwrap();
        let found = registry.iter().find(|provider| provider.manifest().slug.as_str() == slug);
        Self { provider: Arc::clone(found.expect("the provider is registered")), wire }
    }
}

pub(super) struct Subject {
    pub(super) specimen: Arc<dyn Specimen>,
    pub(super) pulled: Pulled,
    /// What it can be called, with the requests that each call makes when all goes well.
    pub(super) calls: Vec<(Call, Vec<Request<Bytes>>)>,
}

/// Every provider.
pub(super) async fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for specimen in super::specimens() {
        subjects.push(Subject::meet(specimen).await);
    }
    subjects
}

impl Subject {
    async fn meet(specimen: Arc<dyn Specimen>) -> Self {
        let bench = Bench::new(specimen.slug(), good(&specimen, Stage::First));
        let pulled = pull(&bench, &specimen, None).await;
        let mut subject = Self { specimen, pulled, calls: Vec::new() };
        for call in calls::of(bench.provider.as_ref(), subject.specimen.as_ref(), &subject.pulled) {
            let (_, requests) = subject.run(call, subject.good()).await;
            subject.calls.push((call, requests));
        }
        subject
    }

    pub(super) fn good(&self) -> Script {
        good(&self.specimen, Stage::First)
    }

    pub(super) fn bench(&self, script: Script) -> Bench {
        Bench::new(self.specimen.slug(), script)
    }

    /// Makes a call of a provider of its own, over a wire that goes by this script.
    pub(super) async fn run(&self, call: Call, script: Script) -> (Outcome, Vec<Request<Bytes>>) {
        let bench = self.bench(script);
        let outcome = self.make(&bench, call).await;
        (outcome, bench.wire.requests())
    }

    pub(super) async fn make(&self, bench: &Bench, call: Call) -> Outcome {
        calls::make(bench.provider.as_ref(), self.specimen.as_ref(), &self.pulled, call).await
    }

    /// How a message begins.
    pub(super) fn about(&self, call: Call) -> String {
        format!("{} {call:?}", self.specimen.slug())
    }

    /// Every call, with the number of each of its requests.
    pub(super) fn requests(&self) -> impl Iterator<Item = (Call, usize, &Request<Bytes>)> {
        self.calls
            .iter()
            .flat_map(|(call, requests)| requests.iter().enumerate().map(|(number, request)| (*call, number, request)))
    }
}

/// Pulls to the end.
pub(super) async fn pull(bench: &Bench, specimen: &Arc<dyn Specimen>, since: Option<&str>) -> Pulled {
    let mut pages = vec![None];
    while pages.len() <= MOST_PAGES {
        let page = pages.last().unwrap().as_deref();
        match calls::pull(bench.provider.as_ref(), specimen.as_ref(), since, page).await.unwrap().next {
            Next::Page(page) | Next::Later { page, .. } => pages.push(Some(page)),
            Next::Done(cursor) => return Pulled { pages, cursor },
        }
    }
    panic!("{}: the pull does not end", specimen.slug());
}

#[tokio::test]
async fn every_call_succeeds_when_the_provider_grants_it() {
    for subject in subjects().await {
        for (call, requests) in &subject.calls {
            let (outcome, _) = subject.run(*call, subject.good()).await;
            match (call, outcome.told) {
                // Deliveries are whole, and there is nothing to fetch.
                (Call::Fetch, Told::Failed(_)) if requests.is_empty() => {
                    assert_eq!(outcome.error.unwrap().code, "not_fetchable", "{}", subject.about(*call));
                }
                (_, told) => assert_eq!(told, Told::Done, "{}: {}", subject.about(*call), outcome.shown),
            }
            let may_be_silent = matches!(call, Call::Fetch | Call::Count);
            assert!(may_be_silent || !requests.is_empty(), "{} asks the provider nothing", subject.about(*call));
        }
    }
}
