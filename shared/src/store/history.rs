//! History lines of an integration.

use super::expression::{any, put};
use super::keys;
use super::table::StoreError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, Utc};
use domain::history::HistoryLine;
use domain::ids::IntegrationId;
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
