//! The changes of appointments that a provider does not have yet.

use super::show::view;
use crate::api::WritesView;
use crate::entry::{Caller, Problem};
use crate::store::WriteState;
use crate::usecases::get::Integrations;
use domain::ids::ProviderSlug;

/// Lists them.
#[derive(Clone)]
pub struct ListWrites {
    integrations: Integrations,
}

impl ListWrites {
    /// Over these.
    pub fn new(integrations: Integrations) -> Self {
        Self { integrations }
    }

    /// What is pending or was given up, of one page of the appointments.
    pub async fn list(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<WritesView, Problem> {
        let store = &self.integrations.store;
        let read = |id, after| store.appointments(id, limit, after);
        let page = self.integrations.page(caller, slug, "writes", cursor, read).await?;
        let unfinished = page.items.iter().filter(|item| item.state != WriteState::Written);
        Ok(WritesView { writes: unfinished.map(view).collect(), cursor: page.cursor })
    }
}
