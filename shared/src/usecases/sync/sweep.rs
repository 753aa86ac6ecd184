//! Sweeping: records that a full pull did not see, or whose resource is no longer chosen, become deletions.

use super::store_page::{Batch, tombstone};
use super::{Step, Stop};
use crate::store::{Chunk, MOST_RECORDS, Resource, StoredRecord};
use domain::ids::ResourceId;
use uuid::Uuid;

impl Step<'_> {
    /// Sweeps what the full pull of this generation did not see; `done` marks the resource done with it.
    pub(super) async fn sweep_unseen(
        &mut self,
        resource: &mut Resource,
        generation: Uuid,
        done: bool,
    ) -> Result<(), Stop> {
        self.sweep(resource, Some(generation)).await?;
        resource.sweeping = None;
        if done {
            self.progress.done.push(resource.resource.clone());
        }
        let cursor = resource.clone();
        self.store_batch(resource, Batch::default(), Some(&cursor)).await
    }

    /// Sweeps every record of a resource that is no longer chosen, and forgets the resource. Its cursor goes first:
    /// chosen again before the sweep is over, the resource is read in full, and what was swept already comes back.
    pub(super) async fn sweep_all(&mut self, resource: &Resource) -> Result<(), Stop> {
        let unread = Resource::new(resource.resource.clone(), resource.dataset, resource.window_start);
        if *resource != unread {
            self.store_batch(&unread, Batch::default(), Some(&unread)).await?;
        }
        self.sweep(resource, None).await?;
        self.forget(&resource.resource).await
    }

    /// Removes the resource's item.
    pub(super) async fn forget(&mut self, resource: &ResourceId) -> Result<(), Stop> {
        let chunk = Chunk {
            integration: &self.held,
            resource,
            records: vec![],
            progress: &self.progress,
            cursor: None,
            forget: true,
            event: None,
        };
        Ok(self.worker.store.store_chunk(&chunk).await?)
    }

    async fn sweep(&mut self, resource: &Resource, spared: Option<Uuid>) -> Result<(), Stop> {
        let mut after = None;
        loop {
            let store = &self.worker.store;
            let page = store.records_of(self.held.dataset, &resource.resource, MOST_RECORDS, after).await?;
            let now = store.now();
            let seen = |record: &StoredRecord| record.deleted || (spared.is_some() && record.generation == spared);
            let unseen: Vec<StoredRecord> = page.items.into_iter().filter(|record| !seen(record)).collect();
            let young = match spared {
                Some(generation) => self.too_young(resource, &unseen, generation).await?,
                None => vec![],
            };
            let mut batch = Batch::default();
            for record in unseen.iter().filter(|record| !young.contains(&record.id)) {
                batch.put(tombstone(resource, &record.id, record.version, now), "deleted");
            }
            if !batch.writes.is_empty() {
                self.store_batch(resource, batch, None).await?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
            self.check_time()?;
        }
    }
}
