//! The test of a connection that was just made or resumed, or is deactivated, as the first part of its run.

use super::{Step, Stop};
use crate::store::{Integration, OutboxEntry};
use crate::usecases::TRIES;
use crate::usecases::draft::Draft;
use crate::usecases::test_connection::check;
use domain::history::Actor;
use domain::lifecycle::{Signal, Status};
use domain::resource::Choice;
use domain::run::RunOutcome;
use providers::Access;
use std::sync::Arc;

impl Step<'_> {
    /// Tests a connection in Testing and moves it on: to Active, or back to Configuring while something is missing. One
    /// that is deactivated is not tested where it can be synced: only a whole sync shows that it works again.
    pub(super) async fn test_if_due(&mut self) -> Result<(), Stop> {
        let can_sync = self.held.is_deactivated() && self.held.is_complete();
        if can_sync || (self.held.status != Status::Testing && !self.held.is_deactivated()) {
            return Ok(());
        }
        check(&self.tokens(), &self.held, self.provider.as_ref()).await?;
        let preset = if self.held.settings.resources.is_empty() { self.preset().await? } else { None };
        self.passed(preset.as_ref()).await
    }

    /// The account's main resource, where the provider has one: it is read and, if possible, written to.
    async fn preset(&mut self) -> Result<Option<Choice>, Stop> {
        let kind = self.provider.manifest().resource_kind;
        let provider = &Arc::clone(&self.provider);
        let listed = self.call(|access: Access| async move { provider.options(&access, kind, None).await }).await?;
        Ok(listed.into_iter().flatten().find(|choice| choice.primary))
    }

    async fn passed(&mut self, preset: Option<&Choice>) -> Result<(), Stop> {
        let store = &self.worker.store;
        for _ in 0..TRIES {
            let now = self.worker.reread(&self.held).await?.ok_or(Stop::Lost)?;
            let mut draft = Draft::of(store, &now);
            if let Some(choice) = preset.filter(|_| now.settings.resources.is_empty()) {
                draft.next.settings.resources = vec![choice.id.clone()];
                draft.next.settings.write_resource = (!choice.read_only).then(|| choice.id.clone());
            }
            let complete = draft.next.is_complete();
            let signal = match complete && now.is_deactivated() {
                true => Signal::ProbeSucceeded,
                false => Signal::TestPassed { complete },
            };
            draft.signal(signal, Actor::System).map_err(|_| Stop::Lost)?;
            draft.worked();
            if !complete {
                draft.end_run(RunOutcome::Succeeded, None);
            }
            let change = draft.visible();
            match store.commit(&change).await {
                Ok(()) => return self.moved(change.next().clone(), change.events().to_vec()).await,
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Stop::Lost)
    }

    async fn moved(&mut self, next: Integration, events: Vec<OutboxEntry>) -> Result<(), Stop> {
        self.worker.publish(events).await;
        self.held = next;
        if self.held.status == Status::Active { Ok(()) } else { Err(Stop::Incomplete) }
    }
}
