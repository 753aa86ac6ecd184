//! Erasing people's data: the records of a dataset, what hangs on a deleted id, and, where a person asked for it, the way
//! back.

use super::{CleanupWorker, Wait};
use crate::seal::KeysError;
use crate::store::Cleanup;
use crate::usecases::leads::marker;
use chrono::{DateTime, Utc};
use domain::ids::{DatasetId, ExternalId};

/// So many leads that could not be read are erased between two looks at the clock.
const UNREAD_AT_ONCE: usize = 50;

impl From<KeysError> for Wait {
    fn from(_: KeysError) -> Self {
        Self::Failed("keys")
    }
}

impl CleanupWorker {
    pub(super) async fn erase(&self, cleanup: &Cleanup, deadline: DateTime<Utc>) -> Result<(), Wait> {
        if let Some(dataset) = cleanup.dataset {
            if cleanup.erases {
                self.erase_for_good(cleanup, dataset, deadline).await?;
            }
            while !self.store.erase_records(dataset).await? {
                self.check_time(deadline)?;
            }
            self.erase_unread(cleanup, dataset, deadline).await?;
        }
        if cleanup.everything {
            while !self.store.erase_integration(cleanup.integration).await? {
                self.check_time(deadline)?;
            }
        }
        Ok(())
    }

    /// First the markers say that a lead was erased, then it goes: a worker that dies in between leaves nothing that
    /// could come back.
    async fn erase_for_good(&self, cleanup: &Cleanup, dataset: DatasetId, deadline: DateTime<Utc>) -> Result<(), Wait> {
        loop {
            let records = self.store.some_records(dataset).await?;
            if records.is_empty() {
                return Ok(());
            }
            self.mark(cleanup, records.iter().map(|record| &record.id)).await?;
            self.store.erase_these(&records).await?;
            self.check_time(deadline)?;
        }
    }

    async fn erase_unread(&self, cleanup: &Cleanup, dataset: DatasetId, deadline: DateTime<Utc>) -> Result<(), Wait> {
        let id = cleanup.integration;
        loop {
            let unread = self.store.unread_as_stored(id, dataset, UNREAD_AT_ONCE, None).await?.items;
            if unread.is_empty() {
                return Ok(());
            }
            if cleanup.erases {
                self.mark(cleanup, unread.iter().filter_map(|unread| unread.notice.lead.as_ref())).await?;
            }
            for unread in unread {
                self.store.forget_unread(id, dataset, &unread.name).await?;
            }
            self.check_time(deadline)?;
        }
    }

    async fn mark(&self, cleanup: &Cleanup, leads: impl Iterator<Item = &ExternalId>) -> Result<(), Wait> {
        let mut marks = Vec::new();
        for lead in leads {
            marks.push(marker(&self.marks, &cleanup.account, &cleanup.provider, lead).await?);
        }
        Ok(self.store.mark_erased(&marks).await?)
    }
}
