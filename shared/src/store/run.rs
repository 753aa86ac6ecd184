//! Runs, for 90 days.

use super::expression::{Item, number, put};
use super::integration::{Failure, Integration};
use super::table::{Page, Query, Range, StoreError, parse};
use super::{Store, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{IntegrationId, RunId};
use domain::run::{Counts, RunKind, RunOutcome, Trigger};
use serde::{Deserialize, Serialize};

/// A run as it is kept. While it is open, its progress stands in the integration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Why it was started.
    pub trigger: Trigger,
    /// What it does.
    pub kind: RunKind,
    /// How it ended.
    pub outcome: RunOutcome,
    /// When it was asked for or started.
    #[serde(with = "ts_milliseconds")]
    pub started_at: DateTime<Utc>,
    /// When it ended.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// What it did.
    #[serde(default)]
    pub counts: Counts,
    /// Resources that are done.
    #[serde(default)]
    pub done: u32,
    /// Resources in all.
    #[serde(default)]
    pub resources: u32,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Run {
    /// The open run of an integration, as far as it is; `None` when there is none.
    pub fn open(integration: &Integration) -> Option<Self> {
        let run = integration.run.as_ref()?;
        Some(Self {
            id: run.id,
            trigger: run.trigger,
            kind: if integration.progress.full { RunKind::Full } else { RunKind::Incremental },
            outcome: RunOutcome::Running,
            started_at: run.started_at,
            ended_at: None,
            counts: integration.progress.counts,
            done: integration.progress.done.len() as u32,
            resources: if run.begun { integration.settings.resources.len() as u32 } else { 0 },
            failure: None,
        })
    }

    /// The same run, ended.
    #[must_use]
    pub fn ended(self, outcome: RunOutcome, failure: Option<Failure>, at: DateTime<Utc>) -> Self {
        Self { outcome, failure, ended_at: Some(at), ..self }
    }

    pub(super) fn write(&self, table: &str, integration: IntegrationId) -> Result<TransactWriteItem, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(keys::run(integration, self.id).into_item());
        item.insert(keys::EXPIRES.into(), number((self.started_at + TimeDelta::days(90)).timestamp()));
        put(table, item, None)
    }
}

impl Store {
    /// One run.
    pub async fn run(&self, integration: IntegrationId, run: RunId) -> Result<Option<Run>, StoreError> {
        self.table.get(keys::run(integration, run)).await
    }

    /// A page of runs, newest first.
    pub async fn runs(
        &self,
        integration: IntegrationId,
        limit: usize,
        after: Option<String>,
    ) -> Result<Page<Run>, StoreError> {
        let query = Query {
            limit: Some(limit as i32),
            newest_first: true,
            after,
            ..Query::of(keys::integration_partition(integration), Range::Prefix(keys::RUN.into()))
        };
        let page = self.table.query(query).await?;
        let items = page.items.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Page { items, next: page.next })
    }
}
