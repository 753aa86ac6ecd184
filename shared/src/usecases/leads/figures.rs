//! How the leads of each form came, and whether any is missing.

use crate::api::{FormFiguresView, ReceivedView, ReconciliationView};
use crate::entry::{Caller, Problem};
use crate::store::{Integration, LeadFigures, LeadsFound, Resource, Store, StoreError};
use crate::usecases::get::Integrations;
use domain::ids::{ProviderSlug, ResourceId};
use futures_util::try_join;
use std::collections::HashMap;

/// More leads than this that wait are not counted one by one.
const MOST_COUNTED: usize = 2_000;
/// So many are read at once.
const PAGE: usize = 500;

/// Shows the figures.
#[derive(Clone)]
pub struct Reconciliation {
    /// Finds integrations.
    pub integrations: Integrations,
}

impl Reconciliation {
    /// The figures of the chosen forms: from the table alone, the provider is not asked.
    pub async fn show(&self, caller: &Caller, slug: &ProviderSlug) -> Result<ReconciliationView, Problem> {
        let found = self.integrations.find(caller, slug).await?;
        if !found.manifest.brings_leads() {
            return Err(Problem::not_found("form"));
        }
        let (store, id) = (&self.integrations.store, found.integration.id);
        let (figures, resources, waiting) =
            try_join!(store.lead_figures(&found.integration), store.resources(id), waiting(store, &found.integration))?;
        let forms = found.integration.settings.resources.iter().map(|form| {
            let figures = figures.iter().find(|figures| figures.form == *form);
            let resource = resources.iter().find(|resource| resource.resource == *form);
            view(form, figures, resource, waiting.get(form).copied().unwrap_or_default())
        });
        Ok(ReconciliationView { forms: forms.collect() })
    }
}

fn view(
    form: &ResourceId,
    figures: Option<&LeadFigures>,
    resource: Option<&Resource>,
    waiting: u64,
) -> FormFiguresView {
    let received = figures.map(|figures| ReceivedView {
        webhook: figures.by_webhook,
        reconciliation: figures.by_reconciliation,
        backfill: figures.by_backfill,
    });
    let found = resource.and_then(|resource| resource.found);
    FormFiguresView {
        form: form.clone(),
        received: received.unwrap_or_default(),
        waiting,
        missing: found.map_or(0, missing),
        provider: found.and_then(|found| found.counted),
        read_at: resource.and_then(|resource| resource.read_at),
        fully_read_at: resource.and_then(|resource| resource.full_at),
    }
}

/// What the last full reading listed and could not read, and what the provider counted beyond what it listed.
fn missing(found: LeadsFound) -> u64 {
    let shown = found.counted.map_or(0, |counted| counted.total.saturating_sub(counted.expired));
    found.unreadable + shown.saturating_sub(found.listed)
}

/// How many leads of each form wait to be read.
async fn waiting(store: &Store, of: &Integration) -> Result<HashMap<ResourceId, u64>, StoreError> {
    let (mut waiting, mut counted, mut after) = (HashMap::new(), 0, None);
    loop {
        let page = store.unread(of.id, of.dataset, PAGE, after).await?;
        counted += page.items.len();
        for form in page.items.into_iter().filter_map(|unread| unread.form) {
            *waiting.entry(form).or_default() += 1;
        }
        match page.next {
            Some(next) if counted < MOST_COUNTED => after = Some(next),
            _ => return Ok(waiting),
        }
    }
}
