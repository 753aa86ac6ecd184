//! The run history.

use crate::api::{RunView, RunsView};
use crate::entry::{Caller, Problem};
use crate::store::{Integration, Run};
use crate::usecases::get::Integrations;
use crate::usecases::view::run_view;
use domain::ids::{ProviderSlug, RunId};

/// Shows runs.
#[derive(Clone)]
pub struct Runs {
    integrations: Integrations,
}

impl Runs {
    /// Over these.
    pub fn new(integrations: Integrations) -> Self {
        Self { integrations }
    }

    /// A page, newest first.
    pub async fn list(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<RunsView, Problem> {
        let store = &self.integrations.store;
        let read = |id, after| store.runs(id, limit, after);
        let page = self.integrations.page(caller, slug, "runs", cursor, read).await?;
        let live = |run| run_view(&live(run, &page.integration));
        Ok(RunsView { runs: page.items.into_iter().map(live).collect(), cursor: page.cursor })
    }

    /// One run.
    pub async fn get(&self, caller: &Caller, slug: &ProviderSlug, run: &str) -> Result<RunView, Problem> {
        let integration = self.integrations.find(caller, slug).await?.integration;
        let id = RunId::parse(run).map_err(|_| Problem::not_found("run"))?;
        let run = self.integrations.store.run(integration.id, id).await?;
        let run = run.ok_or_else(|| Problem::not_found("run"))?;
        Ok(run_view(&live(run, &integration)))
    }
}

/// The open run's progress stands in the integration.
fn live(run: Run, integration: &Integration) -> Run {
    match Run::open(integration) {
        Some(open) if open.id == run.id => open,
        _ => run,
    }
}
