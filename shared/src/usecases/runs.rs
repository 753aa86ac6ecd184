//! The run history.

use crate::api::{RunView, RunsView};
use crate::entry::{Caller, Problem};
use crate::store::{Integration, Run};
use crate::usecases::get::Integrations;
use crate::usecases::records::Cursor;
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
        let integration = self.integrations.find(caller, slug).await?.integration;
        let scope = format!("runs/{}", integration.id);
        let after = cursor.map(|cursor| Cursor::open(cursor, &scope)).transpose()?;
        let page = self.integrations.store.runs(integration.id, limit, after).await?;
        Ok(RunsView {
            runs: page.items.into_iter().map(|run| run_view(&live(run, &integration))).collect(),
            cursor: page.next.map(|next| Cursor::close(&next, &scope)),
        })
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
