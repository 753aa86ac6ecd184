//! Pause and resume: a person's decision, true at once.

use crate::entry::{Caller, Problem};
use crate::store::RequestName;
use crate::usecases::get::{Found, Integrations, show};
use crate::usecases::lifecycle::Lifecycle;
use crate::usecases::{Answered, TRIES};
use domain::history::Actor;
use domain::ids::ProviderSlug;
use domain::lifecycle::Signal;

/// Carries out what a person decides.
#[derive(Clone)]
pub struct Actions {
    /// Finds integrations.
    pub integrations: Integrations,
    /// Moves them.
    pub lifecycle: Lifecycle,
}

impl Actions {
    /// Stops syncing until somebody resumes it. Configuration, history and credentials stay, and the credentials are
    /// kept alive.
    pub async fn pause(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        self.act(caller, slug, Signal::Pause, request).await
    }

    /// Tests the connection and syncs again.
    pub async fn resume(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        self.act(caller, slug, Signal::Resume, request).await
    }

    async fn act(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        signal: Signal,
        request: Option<&RequestName>,
    ) -> Result<Answered, Problem> {
        let store = &self.integrations.store;
        for _ in 0..TRIES {
            // The integration first: once the same request has changed it, its answer is remembered as well.
            let (found, account) = futures_util::try_join!(self.integrations.find(caller, slug), async {
                Ok(store.account(&caller.account).await?)
            })?;
            if let Some(before) = Answered::before(store, request).await? {
                return Ok(before);
            }
            let actor = Actor::Member(caller.member.to_string());
            let change = self.lifecycle.change(&found.integration, signal, actor)?;
            let Some(change) = change else { return Answered::of(200, &show(&found, &account)) };
            let after = Found { integration: change.next().clone(), ..found };
            let answered = Answered::of(200, &show(&after, &account))?;
            let remembered = request.map(|request| request.answered(200, answered.body.clone(), store.now()));
            if self.lifecycle.commit(&change, remembered).await? {
                return Ok(answered);
            }
        }
        Err(Problem::busy())
    }
}
