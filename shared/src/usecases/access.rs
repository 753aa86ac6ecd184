//! Access tokens: the sealed one while it lasts, otherwise one refresh that everybody waits for.

use crate::entry::log::Log;
use crate::seal::{Context, KeysError, Purpose, SealKeys};
use crate::store::{Credential, Integration, SealedAccess, Store, StoreError};
use crate::vault::{Vault, VaultError};
use chrono::{DateTime, TimeDelta, Utc};
use domain::failure::FailureClass;
use domain::ids::GrantId;
use domain::policy::Policy;
use providers::{Access, Provider, ProviderError, Rotation};
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

/// A token that expires sooner is refreshed before it is used.
const MARGIN: TimeDelta = TimeDelta::seconds(120);
/// How often somebody who waits for another's refresh looks.
const LOOK: Duration = Duration::from_millis(200);

/// So often, which is as long as a refresh may take.
const MOST_LOOKS: u32 = 100;

/// Why there is no access.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The integration has no grant.
    #[error("not connected")]
    NotConnected,
    /// The verdict stands: every version of the grant was refused, and again after the quiet period.
    #[error("the grant is dead")]
    Dead,
    /// The provider refused the grant; whether that is a verdict shows after the quiet period.
    #[error("the grant is suspected dead")]
    Suspected {
        /// When it may be tried again.
        until: DateTime<Utc>,
    },
    /// Another refresh did not end in time.
    #[error("a refresh is at work")]
    Busy,
    /// The provider failed in a way that says nothing about the grant.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Secrets Manager failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The sealing keys failed.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// Access to a provider, with what tells it from a newer one.
#[derive(Debug, Clone)]
pub struct Held {
    /// The access.
    pub access: Access,
    pub(super) fence: u64,
}

/// Hands out access.
#[derive(Clone)]
pub struct Tokens {
    pub(super) store: Store,
    pub(super) vault: Arc<Vault>,
    pub(super) keys: Arc<SealKeys>,
    pub(super) policy: Arc<Policy>,
    pub(super) log: Log,
    deadline: Option<DateTime<Utc>>,
}

impl Tokens {
    /// Over these. A refresh that failed is tried again as the policy says; what refreshes bring is counted in `log`.
    pub fn new(store: Store, vault: Arc<Vault>, keys: Arc<SealKeys>, policy: Arc<Policy>, log: Log) -> Self {
        Self { store, vault, keys, policy, log, deadline: None }
    }

    /// The same for an invocation that is cut off at this instant: a refresh that could lose what it receives does not
    /// begin too late.
    #[must_use]
    pub fn until(&self, deadline: DateTime<Utc>) -> Self {
        Self { deadline: Some(deadline), ..self.clone() }
    }

    /// Access for this integration. A warm call reads one item and nothing of Secrets Manager.
    pub async fn access(&self, integration: &Integration, provider: &dyn Provider) -> Result<Held, AccessError> {
        self.fresh(integration, provider, None).await
    }

    /// Access after the provider refused `refused`: a newer one if there is one, otherwise one refresh.
    pub async fn renewed(
        &self,
        integration: &Integration,
        provider: &dyn Provider,
        refused: &Held,
    ) -> Result<Held, AccessError> {
        self.fresh(integration, provider, Some(refused.fence)).await
    }

    /// Asks the provider something with the access in `held`, which is fetched if there is none and renewed once if it is
    /// refused; there it stays for the next question.
    pub async fn call<T, A: Future<Output = Result<T, ProviderError>>>(
        &self,
        integration: &Integration,
        provider: &dyn Provider,
        held: &mut Option<Held>,
        question: impl Fn(Access) -> A,
    ) -> Result<T, AccessError> {
        let current = match held.take() {
            Some(held) => held,
            None => self.access(integration, provider).await?,
        };
        let first = question(current.access.clone()).await;
        match first {
            Err(error) if error.class == FailureClass::DeadCredentials => {
                let renewed = self.renewed(integration, provider, &current).await?;
                let access = held.insert(renewed).access.clone();
                Ok(question(access).await?)
            }
            answer => {
                *held = Some(current);
                Ok(answer?)
            }
        }
    }

    async fn fresh(
        &self,
        integration: &Integration,
        provider: &dyn Provider,
        refused: Option<u64>,
    ) -> Result<Held, AccessError> {
        let began = self.store.now();
        let mut looks = 0_u32;
        loop {
            let credential = self.credential(integration).await?;
            let now = self.store.now();
            if let Some(until) = super::refresh::quiet_until(&credential, now) {
                return Err(AccessError::Suspected { until });
            }
            if let Some(held) = self.usable(&credential, refused, now).await? {
                return Ok(held);
            }
            if !credential.is_leased(now) && self.may_begin(provider, now) {
                held_back(&credential, now)?;
                match self.refresh(&credential, provider).await {
                    Err(AccessError::Store(error)) if error.is_conflict() => {}
                    outcome => return outcome,
                }
            } else if now - began > super::refresh::DEADLINE || looks > MOST_LOOKS || !credential.is_leased(now) {
                return Err(AccessError::Busy);
            }
            looks += 1;
            tokio::time::sleep(LOOK).await;
        }
    }

    /// With a provider that rotates, a refresh that is cut off between answer and storage loses the grant: it begins
    /// with all the time it may need, or leaves that to the refresh worker.
    fn may_begin(&self, provider: &dyn Provider, now: DateTime<Utc>) -> bool {
        let harmless = provider.manifest().rotation == Rotation::None;
        harmless || self.deadline.is_none_or(|deadline| deadline - now >= super::refresh::WHOLE)
    }

    async fn credential(&self, integration: &Integration) -> Result<Credential, AccessError> {
        let grant = integration.grant.ok_or(AccessError::NotConnected)?;
        let credential = self.store.credential(integration.id).await?;
        credential.filter(|credential| credential.grant == grant).ok_or(AccessError::NotConnected)
    }

    /// The sealed access, if it is newer than the refused one and lasts. While somebody else refreshes, one that is
    /// still valid will do. While the journal holds a credential, none is: it is stored before the provider is called.
    async fn usable(
        &self,
        credential: &Credential,
        refused: Option<u64>,
        now: DateTime<Utc>,
    ) -> Result<Option<Held>, AccessError> {
        let Some(sealed) = credential.access.as_ref().filter(|_| credential.journal.is_none()) else { return Ok(None) };
        let leased = credential.is_leased(now);
        let margin = if leased { TimeDelta::seconds(10) } else { MARGIN };
        let lasts = sealed.expires_at.is_none_or(|at| at - margin > now);
        let newer = refused.is_none_or(|fence| sealed.fence > fence);
        if !(lasts && newer) {
            return Ok(None);
        }
        match self.open(credential, sealed).await {
            Ok(token) => Ok(Some(held(token, sealed, now))),
            // A cache that does not open is a cache that is lost: one refresh brings it back.
            Err(KeysError::Seal(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn open(&self, credential: &Credential, sealed: &SealedAccess) -> Result<SecretString, KeysError> {
        self.keys.open(Purpose::Access, &sealed.sealed, &context(credential, credential.grant)).await
    }

    /// Seals access for the credential item.
    pub(super) async fn seal(
        &self,
        credential: &Credential,
        access: &Access,
        now: DateTime<Utc>,
    ) -> Result<SealedAccess, KeysError> {
        let context = context(credential, credential.grant);
        Ok(SealedAccess {
            sealed: self.keys.seal(Purpose::Access, &access.token, &context).await?,
            fence: credential.fence,
            expires_at: access.expires_in.map(|lasts| now + lasts),
            consent_ends: credential.access.as_ref().and_then(|access| access.consent_ends),
        })
    }
}

/// No call while the provider asks to wait.
fn held_back(credential: &Credential, now: DateTime<Utc>) -> Result<(), ProviderError> {
    match credential.retry_at.filter(|at| *at > now) {
        Some(at) => Err(ProviderError::new(FailureClass::RateLimited, "held_back").with_retry_after(Some(at - now))),
        None => Ok(()),
    }
}

fn held(token: SecretString, sealed: &SealedAccess, now: DateTime<Utc>) -> Held {
    let expires_in = sealed.expires_at.map(|at| at - now);
    Held { access: Access { token, expires_in }, fence: sealed.fence }
}

/// What a sealed token belongs to.
pub(super) fn context(credential: &Credential, grant: GrantId) -> Context {
    Context::new(&[
        ("account", credential.account.as_str()),
        ("integration", &credential.id.to_string()),
        ("grant", &grant.to_string()),
    ])
}
