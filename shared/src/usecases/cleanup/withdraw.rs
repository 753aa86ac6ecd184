//! Carrying out, for one account, what a person took back at the provider.

use super::CleanupWorker;
use crate::store::{Change, Cleanup, Integration, StoreError, Withdrawal};
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
    /// Disconnects the integration, and erases its data where that was asked for; then it is done. One that the person
    /// has connected anew since is not meant.
    pub(super) async fn withdraw(
        &self,
        part: &Withdrawal,
        deadline: DateTime<Utc>,
    ) -> Result<&'static str, StoreError> {
        for _ in 0..TRIES {
            let seen = self.store.integration(&part.account, &part.provider).await?;
            let Some(seen) = seen.filter(|seen| is_meant(seen, part)) else {
                self.store.finish_withdrawal(part).await?;
                return Ok("unconcerned");
            };
            match self.take_away(&seen, part).await {
                Ok(cleanup) => {
                    if let Some(cleanup) = cleanup {
                        // What it does not finish is in the due index.
                        self.clean(cleanup, deadline).await?;
                    }
                    self.store.finish_withdrawal(part).await?;
                    return Ok("withdrawn");
                }
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("contended".into()))
    }

    async fn take_away(&self, seen: &Integration, part: &Withdrawal) -> Result<Option<Cleanup>, StoreError> {
        if part.erases {
            return self.store.erase(seen, &self.erased(seen)).await;
        }
        match without_grant(&self.store, seen, Signal::RevokedByProvider, Actor::Provider) {
            Ok(draft) => self.store.disconnect(seen, &draft.visible()).await,
            // The table of transitions has no such refusal.
            Err(_) => Ok(None),
        }
    }

    /// The integration as if it had never been connected, but for its history and interval.
    fn erased(&self, seen: &Integration) -> Change {
        let draft = without_grant(&self.store, seen, Signal::RevokedByProvider, Actor::Provider);
        let mut draft = draft.unwrap_or_else(|_| Draft::of(&self.store, seen));
        draft.next.connected = None;
        draft.next.settings = seen.settings.without_choice();
        draft.next.dataset = DatasetId::new(self.store.new_id());
        draft.next.last_success_at = None;
        draft.line(Actor::Provider, HistoryEvent::DataErased);
        draft.visible()
    }
}

/// Whether the integration is what the person meant: connected by them, and not anew after they asked.
fn is_meant(seen: &Integration, part: &Withdrawal) -> bool {
    let Some(connected) = seen.connected.as_ref().filter(|_| seen.id == part.id) else { return false };
    let again = part.issued_at.zip(connected.at).is_some_and(|(asked, consented)| consented >= asked + PRECISION);
    let nothing_left = !part.erases && matches!(seen.status, Status::Disconnected | Status::Draft);
    connected.id == part.user && !again && !nothing_left
}
