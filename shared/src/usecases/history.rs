//! The history of an integration.

use crate::api::{HistoryLineView, HistoryView};
use crate::entry::{Caller, Problem};
use crate::store::StoredLine;
use crate::usecases::get::Integrations;
use domain::ids::ProviderSlug;

/// Shows history.
#[derive(Clone)]
pub struct History {
    integrations: Integrations,
}

impl History {
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
    ) -> Result<HistoryView, Problem> {
        let store = &self.integrations.store;
        let read = |id, after| store.history(id, limit, after);
        let page = self.integrations.page(caller, slug, "history", cursor, read).await?;
        Ok(HistoryView { lines: page.items.into_iter().map(view).collect(), cursor: page.cursor })
    }
}

fn view(stored: StoredLine) -> HistoryLineView {
    HistoryLineView { id: stored.id().to_owned(), at: stored.at, actor: stored.line.actor, event: stored.line.event }
}
