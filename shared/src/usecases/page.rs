//! One page of a list that belongs to an integration.

use crate::entry::{Caller, Problem};
use crate::store::{Integration, Page, StoreError};
use crate::usecases::get::Integrations;
use crate::usecases::records::Cursor;
use domain::ids::{IntegrationId, ProviderSlug};
use std::future::Future;

/// A page of a list, with the integration that it belongs to.
pub(super) struct Listed<T> {
    pub(super) integration: Integration,
    pub(super) items: Vec<T>,
    /// Opens the next page.
    pub(super) cursor: Option<String>,
}

impl Integrations {
    /// Reads a page of the list of this name: the first one, or the one that the cursor opens.
    pub(super) async fn page<T, F, R>(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        name: &str,
        cursor: Option<&str>,
        read: F,
    ) -> Result<Listed<T>, Problem>
    where
        F: FnOnce(IntegrationId, Option<String>) -> R,
        R: Future<Output = Result<Page<T>, StoreError>>,
    {
        let integration = self.find(caller, slug).await?.integration;
        let scope = format!("{name}/{}", integration.id);
        let after = cursor.map(|cursor| Cursor::open(cursor, &scope)).transpose()?;
        let page = read(integration.id, after).await?;
        let cursor = page.next.map(|next| Cursor::close(&next, &scope));
        Ok(Listed { integration, items: page.items, cursor })
    }
}
