//! One refresh: lease with fence, roll forward, ask, store before anything else, commit by pointer
//! (`docs/ARCHITECTURE.md`, "Refresh").

use crate::seal::Purpose;
use crate::store::{Credential, Journal, StoreError};
use crate::usecases::access::{AccessError, Held, Tokens, context};
use crate::vault::{Pointer, StoredGrant, VaultError};
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::schedule;
use providers::{Provider, ProviderError, Refreshed};
use secrecy::SecretString;

/// A refresh has its answer within this time, or none.
pub(super) const DEADLINE: TimeDelta = TimeDelta::seconds(20);
/// The token lease: it outlives its holder, so an expired lease means a dead holder.
const LEASE: TimeDelta = TimeDelta::seconds(35);
/// How often a received credential is offered to Secrets Manager before it goes to the journal.
const MOST_PUTS: usize = 3;
/// A grant that was refused is asked again only after a time without calls.
const QUIET: TimeDelta = TimeDelta::seconds(60);

/// The credentials that were asked with, and the provider's answer.
type Asked = (Credential, StoredGrant, Result<Refreshed, ProviderError>);

/// Until when nobody calls the provider with a grant that is suspected dead, not even with access that seems to last.
pub(super) fn quiet_until(credential: &Credential, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    credential.suspected_at.map(|since| since + QUIET).filter(|until| *until > now)
}

impl Tokens {
    /// Refreshes, if the lease is free; [`StoreError::Conflict`] when somebody else has it.
    pub(super) async fn refresh(&self, seen: &Credential, provider: &dyn Provider) -> Result<Held, AccessError> {
        let held = self.store.lease_token(seen, self.store.now() + LEASE).await?;
        let limit = DEADLINE.to_std().unwrap_or_default();
        // Only the asking is cut off: what was received is kept, however long that takes.
        let asked = tokio::time::timeout(limit, self.ask(held.clone(), provider)).await;
        let late = || AccessError::from(ProviderError::new(FailureClass::Transient, "refresh_timeout"));
        match asked.unwrap_or_else(|_| Err(late())) {
            Ok((held, stored, Ok(refreshed))) => self.keep(&held, &stored, refreshed).await,
            Ok((held, _, Err(error))) if error.class == FailureClass::DeadCredentials => self.suspect(&held).await,
            Ok((held, _, Err(error))) => {
                self.let_go(&held).await;
                Err(error.into())
            }
            Err(error) => {
                self.let_go(&held).await;
                Err(error)
            }
        }
    }

    /// Asks the provider, with the credentials as they are after rolling forward.
    async fn ask(&self, held: Credential, provider: &dyn Provider) -> Result<Asked, AccessError> {
        let (held, stored, app) = self.prepare(held, provider).await?;
        let answer = provider.refresh(&app, &stored.credential).await;
        Ok((held, stored, answer))
    }

    /// Everything that is needed before the provider is asked, rolled forward to what a dead holder left.
    async fn prepare(
        &self,
        held: Credential,
        provider: &dyn Provider,
    ) -> Result<(Credential, StoredGrant, providers::AppCredentials), AccessError> {
        let held = self.rolled_forward(held).await?;
        let stored = self.vault.read(&held.pointer);
        let app = self.vault.app_credentials(&provider.manifest().slug);
        let (stored, app) = futures_util::try_join!(stored, app)?;
        Ok((held, stored, app))
    }

    /// A holder that died between storing a received credential and committing it left it in the journal or as a
    /// younger version of the secret: that one is current, the pointer's may be refused already.
    async fn rolled_forward(&self, held: Credential) -> Result<Credential, AccessError> {
        let pointer = match &held.journal {
            // An older journal than the pointer was overtaken: what it holds was rotated away.
            Some(journal) if journal.fence <= held.pointer.fence => None,
            Some(journal) => Some(self.drain(&held, journal).await?),
            None => self.uncommitted(&held).await?,
        };
        let Some(pointer) = pointer else { return Ok(held) };
        self.store.roll_forward(&held, &pointer).await?;
        Ok(Credential { pointer, journal: None, ..held })
    }

    async fn drain(&self, held: &Credential, journal: &Journal) -> Result<Pointer, AccessError> {
        let opened = self.keys.open(Purpose::Journal, &journal.sealed, &context(held, held.grant)).await?;
        let stored = StoredGrant::from_json(&opened)?;
        Ok(self.vault.put(&held.pointer, &stored).await?)
    }

    async fn uncommitted(&self, held: &Credential) -> Result<Option<Pointer>, AccessError> {
        let (pointer, stored) = match self.vault.newest(&held.pointer).await {
            Ok(newest) => newest,
            Err(VaultError::NotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let child = stored.parent_version.as_deref() == Some(held.pointer.version.as_str());
        let tried = held.dead.contains(&pointer.version);
        Ok((child && !tried && pointer.version != held.pointer.version).then_some(pointer))
    }

    /// Stores what came back before any other I/O, then commits.
    async fn keep(&self, held: &Credential, parent: &StoredGrant, refreshed: Refreshed) -> Result<Held, AccessError> {
        let now = self.store.now();
        let scopes = refreshed.scopes.unwrap_or_else(|| held.scopes.clone());
        let pointer = match refreshed.credential {
            None => held.pointer.clone(),
            Some(credential) => {
                let stored = StoredGrant {
                    credential,
                    scopes: scopes.clone(),
                    fence: held.fence,
                    parent_version: Some(held.pointer.version.clone()),
                    obtained_at: now,
                    ..parent.clone()
                };
                self.store_received(held, &stored, now).await?
            }
        };
        let sealed = self.seal(held, &refreshed.access, now).await?;
        let due = sealed.expires_at.map(|at| schedule::next_refresh(now, at, self.store.jitter()));
        self.store.commit_refresh(held, &pointer, &sealed, &scopes, due).await?;
        Ok(Held { access: refreshed.access, fence: held.fence })
    }

    /// Writes a received credential; when Secrets Manager refuses, it waits sealed in the journal.
    async fn store_received(
        &self,
        held: &Credential,
        stored: &StoredGrant,
        now: DateTime<Utc>,
    ) -> Result<Pointer, AccessError> {
        let mut refused = VaultError::Unavailable;
        for _ in 0..MOST_PUTS {
            match self.vault.put(&held.pointer, stored).await {
                Ok(pointer) => return Ok(pointer),
                Err(error) => refused = error,
            }
        }
        let json: SecretString = stored.to_json()?;
        let sealed = self.keys.seal(Purpose::Journal, &json, &context(held, held.grant)).await?;
        self.store.park(held, &Journal { sealed, fence: held.fence, at: now }).await?;
        self.let_go(held).await;
        Err(refused.into())
    }

    /// The provider refused the version: a suspicion until it was refused again after a quiet period.
    async fn suspect(&self, held: &Credential) -> Result<Held, AccessError> {
        let now = self.store.now();
        let again = held.suspected_at.is_some_and(|since| since + QUIET <= now);
        let mut dead = held.dead.clone();
        if !dead.contains(&held.pointer.version) {
            dead.push(held.pointer.version.clone());
        }
        let since = held.suspected_at.filter(|_| again).unwrap_or(now);
        match self.store.suspect(held, &dead, since).await {
            Ok(()) if again => Err(AccessError::Dead),
            Ok(()) => Err(AccessError::Suspected { until: now + QUIET }),
            // The grant was replaced meanwhile: the refusal was about the former one.
            Err(StoreError::Conflict(_)) => Err(AccessError::Busy),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the lease back; if that fails it expires.
    async fn let_go(&self, held: &Credential) {
        let _ = self.store.release_token(held).await;
    }
}
