//! Carrying out, for one account, what a person took back at the provider.

use super::CleanupWorker;
use crate::store::{Change, Integration, LeftBehind, StoreError, Withdrawal};
use crate::usecases::TRIES;
use crate::usecases::draft::Draft;
use crate::usecases::removal::without_grant;
use chrono::{DateTime, TimeDelta, Utc};
use domain::history::{Actor, HistoryEvent};
use domain::ids::DatasetId;
use domain::lifecycle::{Signal, Status};

/// The provider says in whole seconds when it was asked.
const PRECISION: TimeDelta = TimeDelta::seconds(1);

impl CleanupWorker {
    /// Disconnects the integration, and erases its data where that was asked for; then it is done.
    pub(super) async fn withdraw(
        &self,
        part: &Withdrawal,
        deadline: DateTime<Utc>,
    ) -> Result<&'static str, StoreError> {
        if part.cleanup.is_some() {
            return self.finish(part, deadline).await;
        }
        for _ in 0..TRIES {
            let seen = self.store.integration(&part.account, &part.provider).await?;
            let change = seen.as_ref().filter(|seen| is_meant(seen, part)).map(|seen| (seen, self.taken(seen, part)));
            let Some((seen, change)) = change else {
                self.store.finish_withdrawal(part).await?;
                return Ok("unconcerned");
            };
            match self.store.take_back(seen, &change, part).await {
                Ok(part) => return self.finish(&part, deadline).await,
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("contended".into()))
    }

    /// It is done when nothing is left to destroy: until then nobody is told so, and the due index brings the next worker.
    async fn finish(&self, part: &Withdrawal, deadline: DateTime<Utc>) -> Result<&'static str, StoreError> {
        let left = match &part.cleanup {
            Some(name) => self.store.left_behind(name).await?,
            None => None,
        };
        if let Some(LeftBehind::Cleanup(cleanup)) = left
            && self.clean(*cleanup, deadline).await? != "cleaned"
        {
            return Ok("waiting");
        }
        self.store.finish_withdrawal(part).await?;
        Ok("withdrawn")
    }

    fn taken(&self, seen: &Integration, part: &Withdrawal) -> Change {
        let draft = without_grant(&self.store, seen, Signal::RevokedByProvider, Actor::Provider);
        // The table of transitions has no such refusal.
        let draft = draft.unwrap_or_else(|_| Draft::of(&self.store, seen));
        if part.erases { self.erased(seen, draft) } else { draft.visible() }
    }

    /// The integration as if it had never been connected, but for its history and interval.
    fn erased(&self, seen: &Integration, mut draft: Draft<'_>) -> Change {
        draft.next.connected = None;
        draft.next.settings = seen.settings.without_choice();
        draft.next.dataset = DatasetId::new(self.store.new_id());
        draft.next.last_success_at = None;
        draft.line(Actor::Provider, HistoryEvent::DataErased);
        draft.visible()
    }
}

/// Whether the integration is what the person meant. Who has consented anew since has not taken that back; but data are
/// erased whenever the request comes: it must not be a matter of luck.
fn is_meant(seen: &Integration, part: &Withdrawal) -> bool {
    let Some(connected) = seen.connected.as_ref().filter(|_| seen.id == part.id) else { return false };
    let again = part.issued_at.zip(connected.at).is_some_and(|(asked, consented)| consented >= asked + PRECISION);
    let gone = matches!(seen.status, Status::Disconnected | Status::Draft);
    connected.id == part.user && (part.erases || !(again || gone))
}
