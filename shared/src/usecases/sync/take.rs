//! Taking the sync lease: the item decides whether a message still means anything.

use super::{LEASE_MARGIN, SyncWorker};
use crate::store::{Integration, StoreError};
use crate::usecases::TRIES;
use crate::usecases::draft::Draft;
use crate::usecases::request_sync::SyncMessage;
use chrono::{DateTime, TimeDelta, Utc};
use domain::run::Trigger;
use providers::Provider;
use std::sync::Arc;

/// The planner's clock may be ahead of a worker's; an entry that is sent too early would come back in five minutes.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(10);

pub(super) enum Taken {
    Held(Box<Integration>, Arc<dyn Provider>),
    /// The message means nothing any more, and why.
    Dropped(&'static str),
}

impl SyncWorker {
    pub(super) async fn take(&self, message: &SyncMessage, deadline: DateTime<Utc>) -> Result<Taken, StoreError> {
        let Some(provider) = self.registry.find(&message.provider).cloned() else {
            return Ok(Taken::Dropped("unknown_provider"));
        };
        for _ in 0..TRIES {
            let seen = self.store.integration(&message.account, &message.provider).await?;
            let Some(seen) = seen.filter(|seen| seen.id == message.integration) else {
                return Ok(Taken::Dropped("gone"));
            };
            if let Some(why) = self.void(&seen).await? {
                return Ok(Taken::Dropped(why));
            }
            let change = self.taken(&seen, deadline).quiet();
            match self.store.commit(&change).await {
                Ok(()) => return Ok(Taken::Held(Box::new(change.next().clone()), provider)),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Taken::Dropped("contended"))
    }

    /// Why there is nothing to do.
    async fn void(&self, seen: &Integration) -> Result<Option<&'static str>, StoreError> {
        let now = self.store.now();
        if !seen.is_scheduled() || seen.grant.is_none() {
            self.store.forget_due(seen).await?;
            return Ok(Some("not_scheduled"));
        }
        if seen.is_leased(now) {
            return Ok(Some("busy"));
        }
        if seen.retry_at.is_some_and(|at| at > now) {
            return Ok(Some("held_back"));
        }
        let due = seen.due_at.is_some_and(|at| at <= now + CLOCK_SKEW) || seen.has_request();
        Ok((!due).then_some("not_due"))
    }

    /// During a run the entry's time is the lease's end: a crashed run comes back by itself. A run that goes on from
    /// its checkpoint does not take up what was asked for since it began.
    fn taken<'a>(&'a self, seen: &'a Integration, deadline: DateTime<Utc>) -> Draft<'a> {
        let mut draft = Draft::of(&self.store, seen);
        let until = deadline + LEASE_MARGIN;
        draft.next.sync_fence += 1;
        draft.next.lease_until = Some(until);
        match &mut draft.next.run {
            Some(run) if run.begun => {}
            Some(run) => {
                run.begun = true;
                draft.next.served = draft.next.requested;
            }
            None => {
                draft.next.served = draft.next.requested;
                let trigger = if seen.is_deactivated() { Trigger::Probe } else { Trigger::Schedule };
                draft.open_run(trigger, true);
            }
        }
        draft.next.due_at = Some(until);
        draft
    }
}
