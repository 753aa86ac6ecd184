//! Pause and resume: a person's decision, true at once.

use crate::entry::{Caller, Problem};
use crate::store::RequestName;
use crate::usecases::Answered;
use crate::usecases::get::{Found, Integrations, show};
use crate::usecases::lifecycle::Lifecycle;
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
        let account = store.account(&caller.account).await?;
        let actor = || Actor::Member(caller.member.to_string());
        let attempt = async |found: Found| {
            let Some(change) = self.lifecycle.change(&found.integration, signal, actor())? else {
                return Answered::of(200, &show(&found, &account)).map(Some);
            };
            let after = Found { integration: change.next().clone(), ..found };
            let answered = Answered::of(200, &show(&after, &account))?;
            let committed = self.lifecycle.commit(&change, answered.remembered(store, request)).await?;
            Ok(committed.then_some(answered))
        };
        self.integrations.repeatable(caller, slug, request, attempt).await
    }
}
