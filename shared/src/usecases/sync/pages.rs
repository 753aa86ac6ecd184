//! One resource, page by page. The sync token is kept only after the last page is stored; a cursor that the provider
//! no longer knows, or that was made by another query, leads to a full pull with mark and sweep.

use super::{Step, Stop};
use crate::store::{Pulling, Resource};
use crate::usecases::access::AccessError;
use domain::failure::FailureClass;
use providers::{Next, Page, ProviderError, Pull, PullError, PullRequest};
use uuid::Uuid;

/// A cursor that expires again and again within one run is a bad day of the provider.
const MOST_EXPIRATIONS: u32 = 3;

/// So often a page is read again because workers write its appointments meanwhile; then the next step does it.
const MOST_STALE: u32 = 3;

/// More pages than any real calendar has, all resources of a run together.
const MOST_PAGES: u64 = 4_000;

impl Step<'_> {
    /// Reads a resource to its end. A sweep that a former run left over comes first, and what changed since is read
    /// all the same.
    pub(super) async fn pull(&mut self, mut resource: Resource) -> Result<(), Stop> {
        let (mut expirations, mut stale) = (0, 0);
        if let Some(generation) = resource.sweeping {
            self.check_time()?;
            self.sweep_unseen(&mut resource, generation, false).await?;
        }
        loop {
            self.check_time()?;
            self.check_length()?;
            self.begin(&mut resource);
            self.count_before(&mut resource).await;
            let (asked, before) = (self.worker.store.now(), resource.clone());
            match self.page(&resource).await? {
                Some(page) => {
                    let last = matches!(page.next, Next::Done(_));
                    let waits = matches!(page.next, Next::Later { .. });
                    match self.store_page(&mut resource, page, asked).await {
                        Err(Stop::Stale) if stale < MOST_STALE => {
                            stale += 1;
                            self.progress.done.retain(|done| *done != before.resource);
                            resource = before;
                            continue;
                        }
                        stored => stored?,
                    }
                    if let Some(generation) = resource.sweeping {
                        self.check_time()?;
                        self.sweep_unseen(&mut resource, generation, true).await?;
                    }
                    if last || waits {
                        return Ok(());
                    }
                }
                None if expirations < MOST_EXPIRATIONS => {
                    expirations += 1;
                    forget_cursor(&mut resource);
                }
                None => {
                    let error = ProviderError::new(FailureClass::Transient, "cursor_expires_again");
                    return Err(Stop::Failed(error.into()));
                }
            }
        }
    }

    /// Stops a run that a provider keeps alive with ever more pages.
    fn check_length(&self) -> Result<(), Stop> {
        if self.progress.counts.pages < MOST_PAGES {
            return Ok(());
        }
        Err(Stop::Failed(ProviderError::new(FailureClass::OurBug, "too_many_pages").into()))
    }

    /// Begins a pull, unless one is under way: a full one where there is no usable token.
    fn begin(&mut self, resource: &mut Resource) {
        if let Some(version) = self.provider.pull().map(Pull::query_version)
            && resource.query_version != version
        {
            forget_cursor(resource);
            resource.query_version = version;
        }
        if resource.pulling.is_none() {
            let full = resource.token.is_none() || self.is_due_in_full(resource);
            let generation = full.then(|| self.worker.store.new_id());
            resource.pulling = Some(Pulling { generation, ..Pulling::default() });
        }
        self.progress.full |= generation(resource).is_some();
    }

    /// Asks for a page; a refused token is renewed once. `None` when the cursor expired.
    async fn page(&mut self, resource: &Resource) -> Result<Option<Page>, Stop> {
        let held = self.access().await?;
        match self.ask(resource, &held).await {
            Err(PullError::Failed(error)) if error.class == FailureClass::DeadCredentials => {
                let held = self.renewed(&held).await?;
                answered(self.ask(resource, &held).await)
            }
            answer => answered(answer),
        }
    }

    async fn ask(&self, resource: &Resource, held: &crate::usecases::access::Held) -> Result<Page, PullError> {
        let pull = self.provider.pull().ok_or_else(|| ProviderError::new(FailureClass::OurBug, "cannot_be_pulled"))?;
        let full = generation(resource).is_some();
        let request = PullRequest {
            resource: &resource.resource,
            since: resource.token.as_deref().filter(|_| !full),
            page: resource.pulling.as_ref().and_then(|pulling| pulling.page.as_deref()),
            window_start: resource.window_start,
        };
        pull.page(&held.access, &request).await
    }
}

/// The mark of a full pull that is under way.
pub(super) fn generation(resource: &Resource) -> Option<Uuid> {
    resource.pulling.as_ref().and_then(|pulling| pulling.generation)
}

fn forget_cursor(resource: &mut Resource) {
    resource.token = None;
    resource.pulling = None;
}

fn answered(answer: Result<Page, PullError>) -> Result<Option<Page>, Stop> {
    match answer {
        Ok(page) => Ok(Some(page)),
        Err(PullError::CursorExpired) => Ok(None),
        Err(PullError::Failed(error)) => Err(Stop::Failed(AccessError::Provider(error))),
    }
}
