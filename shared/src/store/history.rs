//! History lines of an integration.

use super::expression::{any, put};
use super::table::{Page, Query, Range, StoreError, parse};
use super::{Store, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use domain::history::HistoryLine;
use domain::ids::IntegrationId;
use serde::Deserialize;
use uuid::Uuid;

/// Writes one line, as part of the transaction that makes it true.
pub(super) fn write(
    table: &str,
    integration: IntegrationId,
    id: Uuid,
    at: DateTime<Utc>,
    line: &HistoryLine,
) -> Result<TransactWriteItem, StoreError> {
    let mut item = keys::history(integration, id).into_item();
    item.insert("at".into(), super::expression::instant(at));
    item.insert("line".into(), any(line)?);
    put(table, item, None)
}

/// A line as it is kept.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredLine {
    #[serde(rename = "SK")]
    sort: String,
    /// When it was written.
    #[serde(with = "ts_milliseconds")]
    pub at: DateTime<Utc>,
    /// What it says.
    pub line: HistoryLine,
}

impl StoredLine {
    /// The line's id.
    pub fn id(&self) -> &str {
        self.sort.trim_start_matches(keys::HISTORY)
    }
}

impl Store {
    /// A page of history, newest first.
    pub async fn history(
        &self,
        integration: IntegrationId,
        limit: usize,
        after: Option<String>,
    ) -> Result<Page<StoredLine>, StoreError> {
        let query = Query {
            limit: Some(limit as i32),
            newest_first: true,
            after,
            ..Query::of(keys::integration_partition(integration), Range::Prefix(keys::HISTORY.into()))
        };
        let page = self.table.query(query).await?;
        let items = page.items.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Page { items, next: page.next })
    }
}
