//! One refresh: lease with fence, roll forward, ask, store before anything else, commit by pointer
//! (`docs/ARCHITECTURE.md`, "Refresh"). `tests/model` explores every order of these steps under the same names.

mod forward;
mod refused;

use crate::entry::metrics;
use crate::seal::Purpose;
use crate::store::{Credential, Journal, StoreError};
use crate::usecases::access::{AccessError, Held, Tokens, context};
use crate::vault::{Pointer, StoredGrant, VaultError};
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::schedule;
use providers::{Provider, ProviderError, Refreshed};
use secrecy::SecretString;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A refresh has its answer within this time, or none: six seconds until the provider is asked, ten for its answer. Who
/// waits for another's refresh waits no longer.
pub(super) const DEADLINE: TimeDelta = TimeDelta::seconds(20);
/// What a refresh may need in all: six seconds to ask, ten for the answer, five to store it, three to park it instead.
pub(super) const WHOLE: TimeDelta = TimeDelta::seconds(24);
/// The provider is asked within this time, or not by this holder. What cuts the asking itself off would lose its answer.
const ASKS_WITHIN: Duration = Duration::from_secs(6);
/// The token lease: it outlives its holder, so an expired lease means a dead holder.
const LEASE: TimeDelta = TimeDelta::seconds(35);
/// A received credential is offered to Secrets Manager for so long in all, well within the lease.
const PUTS_WITHIN: Duration = Duration::from_secs(5);
/// How often a received credential is offered to Secrets Manager before it goes to the journal.
const MOST_PUTS: usize = 3;
/// A grant that was refused is asked again only after a time without calls. Longer than a lease, so that whoever holds
/// one has come back or is dead.
const QUIET: TimeDelta = TimeDelta::seconds(60);

/// The credentials that were asked with, and the provider's answer.
struct Asked {
    held: Credential,
    stored: StoredGrant,
    answer: Result<Refreshed, ProviderError>,
    /// After a refusal: whether there was time to look for another version.
    looked: bool,
}

/// When a refresh began, before anything else: the lease ends by this clock.
#[derive(Clone, Copy)]
struct Began {
    at: DateTime<Utc>,
    asks_until: Instant,
}

impl Began {
    /// Whether nobody asks any more. By the clock that the lease goes by: a process may have stood still meanwhile.
    fn is_over(self, now: DateTime<Utc>) -> bool {
        (now - self.at).to_std().is_ok_and(|passed| passed > ASKS_WITHIN)
    }
}

/// Until when nobody calls the provider with a grant that is suspected dead, not even with access that seems to last.
pub(super) fn quiet_until(credential: &Credential, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    credential.suspected_at.map(|since| since + QUIET).filter(|until| *until > now)
}

impl Tokens {
    /// Refreshes, if the lease is free; [`StoreError::Conflict`] when somebody else has it.
    pub(super) async fn refresh(&self, seen: &Credential, provider: &dyn Provider) -> Result<Held, AccessError> {
        let began = Began { at: self.store.now(), asks_until: Instant::now() + ASKS_WITHIN };
        let leased = timeout_at(began.asks_until, self.store.lease_token(seen, began.at + LEASE)).await;
        // If it was taken all the same, it ends by itself.
        let held = leased.unwrap_or_else(|_| Err(too_slow()))?;
        let outcome = match self.ask(held.clone(), provider, began).await {
            Ok(Asked { held, stored, answer: Ok(refreshed), .. }) => self.keep(&held, &stored, refreshed).await,
            Ok(Asked { held, answer: Err(error), looked, .. }) if is_refusal(&error) => {
                self.suspect(&held, provider, looked).await
            }
            Ok(Asked { held, answer: Err(error), .. }) if error.class == FailureClass::Transient => {
                Err(self.unanswered(&held, provider, error).await)
            }
            Ok(Asked { held, answer: Err(error), .. }) => Err(self.let_go(&held, error.into()).await),
            Err(AccessError::Provider(error)) if is_refusal(&error) => self.suspect(&held, provider, true).await,
            Err(error) => Err(self.let_go(&held, error).await),
        };
        self.told(provider, &outcome);
        outcome
    }

    /// Asks the provider, with the credentials as they are after rolling forward. A version that is refused is not the
    /// last word while the grant has another one that nobody has tried.
    async fn ask(&self, held: Credential, provider: &dyn Provider, began: Began) -> Result<Asked, AccessError> {
        let prepared = timeout_at(began.asks_until, self.prepare(held, provider)).await;
        let (mut held, mut stored, app) = prepared.unwrap_or_else(|_| Err(too_slow().into()))?;
        if began.is_over(self.store.now()) {
            return Err(too_slow().into());
        }
        loop {
            let answer = provider.refresh(&app, &stored.credential).await;
            if !answer.as_ref().is_err_and(is_refusal) {
                return Ok(Asked { held, stored, answer, looked: true });
            }
            if !held.dead.contains(&held.pointer.version) {
                held.dead.push(held.pointer.version.clone());
            }
            let Some(pointer) = self.untried(&held, &stored).await? else {
                return Ok(Asked { held, stored, answer, looked: true });
            };
            held = self.store.roll_forward(&held, &pointer).await?;
            stored = self.vault.read(&held.pointer).await?;
            // Whatever the looking took: nobody asks whose lease may end before the answer.
            if began.is_over(self.store.now()) {
                return Ok(Asked { held, stored, answer, looked: false });
            }
        }
    }

    /// Everything that is needed before the provider is asked, rolled forward to what a dead holder left.
    async fn prepare(
        &self,
        held: Credential,
        provider: &dyn Provider,
    ) -> Result<(Credential, StoredGrant, providers::AppCredentials), AccessError> {
        let held = self.rolled_forward(held).await?;
        let stored = async { self.vault.read(&held.pointer).await.map_err(unreadable) };
        let app = async { Ok(self.vault.app_credentials(&provider.manifest().slug).await?) };
        let (stored, app) = futures_util::try_join!(stored, app)?;
        Ok((held, stored, app))
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
        let mut sealed = self.seal(held, &refreshed.access, now).await?;
        sealed.consent_ends = refreshed.consent_ends.or(sealed.consent_ends);
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
        let offered = tokio::time::timeout(PUTS_WITHIN, self.offer(held, stored)).await;
        let refused = match offered.unwrap_or(Err(VaultError::Unavailable)) {
            Ok(pointer) => return Ok(pointer),
            Err(refused) => refused,
        };
        let json: SecretString = stored.to_json()?;
        let sealed = self.keys.seal(Purpose::Journal, &json, &context(held, held.grant)).await?;
        self.store.park(held, &Journal { sealed, fence: held.fence, at: now }).await?;
        self.log.count(metrics::JOURNAL, &[held.provider.as_str()], 1);
        Err(self.let_go(held, refused.into()).await)
    }

    async fn offer(&self, held: &Credential, stored: &StoredGrant) -> Result<Pointer, VaultError> {
        let mut refused = VaultError::Unavailable;
        for _ in 0..MOST_PUTS {
            match self.vault.put(&held.pointer, stored).await {
                Ok(pointer) => return Ok(pointer),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn told(&self, provider: &dyn Provider, outcome: &Result<Held, AccessError>) {
        let name = match outcome {
            Ok(_) => "refreshed",
            Err(AccessError::Suspected { .. }) => "suspected",
            Err(AccessError::Dead) => "dead",
            Err(AccessError::Store(StoreError::Conflict(_)) | AccessError::Busy) => "lost",
            Err(_) => "failed",
        };
        let slug = provider.manifest().slug.as_str();
        self.log.count(metrics::REFRESH, &[slug, name], 1);
    }
}

/// Whether the provider says that the grant is dead.
fn is_refusal(error: &ProviderError) -> bool {
    error.class == FailureClass::DeadCredentials
}

/// A grant whose secret is gone is as dead as one that the provider refuses: suspected first, because a store may be
/// wrong for a moment.
fn unreadable(error: VaultError) -> AccessError {
    match error {
        VaultError::NotFound | VaultError::Malformed => {
            ProviderError::new(FailureClass::DeadCredentials, "secret_gone").into()
        }
        error => error.into(),
    }
}

/// The table or the vault took so long that nobody asks any more.
fn too_slow() -> StoreError {
    StoreError::Unavailable("too slow for a refresh".into())
}
