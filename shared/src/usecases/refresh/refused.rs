//! A refresh that brought nothing: a refusal is a suspicion before it is a verdict, and everything else is tried again.

use super::QUIET;
use crate::entry::metrics;
use crate::store::{Again, Credential, StoreError};
use crate::usecases::access::{AccessError, Held, Tokens};
use chrono::TimeDelta;
use domain::policy;
use providers::{Provider, ProviderError, Rotation};

/// No provider makes us wait longer.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

impl Tokens {
    /// The provider refused every version there is: a suspicion until it was refused again after a quiet period.
    /// `looked`: there was time to look for another version; without that there is no verdict.
    pub(super) async fn suspect(
        &self,
        held: &Credential,
        provider: &dyn Provider,
        looked: bool,
    ) -> Result<Held, AccessError> {
        let now = self.store.now();
        let again = looked && held.suspected_at.is_some_and(|since| since + QUIET <= now);
        let since = held.suspected_at.filter(|_| again).unwrap_or(now);
        let due = (!again).then_some(now + QUIET);
        match self.store.suspect(held, &held.dead, since, due).await {
            Ok(()) if again => {
                self.count_window_loss(held, provider);
                Err(AccessError::Dead)
            }
            Ok(()) => Err(AccessError::Suspected { until: now + QUIET }),
            // The grant was replaced meanwhile: the refusal was about the former one.
            Err(StoreError::Conflict(_)) => Err(AccessError::Busy),
            Err(error) => Err(error.into()),
        }
    }

    /// The one loss that nobody can prevent: a provider that rotates had issued a new token, and the answer did not come,
    /// or whoever received it died before it was written. Seen from here: that, and then a refusal.
    fn count_window_loss(&self, held: &Credential, provider: &dyn Provider) {
        let rotates = matches!(provider.manifest().rotation, Rotation::Strict | Rotation::ReuseDetect);
        if rotates && held.orphaned {
            self.log.count(metrics::ROTATION_WINDOW_LOSS, &[held.provider.as_str()], 1);
        }
    }

    /// The provider was asked and did not answer: it may have rotated. Where the use of a spent token kills the grant,
    /// the request that is still on its way would do that to whoever asks meanwhile, so the lease stays until it ends.
    pub(super) async fn unanswered(
        &self,
        held: &Credential,
        provider: &dyn Provider,
        error: ProviderError,
    ) -> AccessError {
        let in_flight = provider.manifest().rotation == Rotation::ReuseDetect;
        self.try_again(held, error.into(), |again| Again { orphaned: true, in_flight, ..again }).await
    }

    /// Gives the lease back and plans another try; if that fails the lease expires, and the entry in the due index is
    /// where it was. Answers the error.
    pub(super) async fn let_go(&self, held: &Credential, error: AccessError) -> AccessError {
        self.try_again(held, error, |again| again).await
    }

    async fn try_again(&self, held: &Credential, error: AccessError, how: impl FnOnce(Again) -> Again) -> AccessError {
        let now = self.store.now();
        let asked = match &error {
            AccessError::Provider(error) => error.retry_after.map(|wait| now + wait.min(LONGEST_WAIT)),
            _ => None,
        };
        let attempts = held.attempts + 1;
        let wait = policy::backoff(&self.policy, attempts, self.store.jitter());
        let again = Again {
            attempts,
            retry_at: asked,
            due_at: asked.unwrap_or(now + wait).max(now + wait),
            orphaned: held.orphaned,
            in_flight: false,
        };
        let _ = self.store.release_token(held, &how(again)).await;
        error
    }
}
