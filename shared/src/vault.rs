//! Credentials in Secrets Manager: one secret per grant, one version per refresh.
//!
//! Secrets Manager is an append-only store of versions here. Which one is current is decided by the pointer in the
//! credential item, never by `AWSCURRENT`, which moves without a fence. Names are never used again and nothing is ever
//! deleted at once.

mod app;
mod error;
mod grant;

pub use error::VaultError;
pub use grant::{Pointer, StoredGrant};

use crate::clients::Clients;
use crate::clock::SharedClock;
use app::AppCache;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use domain::ids::{AccountId, GrantId, IntegrationId, ProviderSlug};
use error::classify;
use providers::AppCredentials;
use secrecy::SecretString;
use std::time::Duration;
use uuid::Uuid;

/// How long a deleted secret can still be brought back: the shortest window that there is.
const RECOVERY_DAYS: i64 = 7;

/// Waits before reading again what is not found: a read straight after a write may not see it. Two seconds in all.
const READ_AGAIN: [u64; 5] = [100, 200, 400, 500, 800];

/// The label that `PutSecretValue` moves to the version written last.
const NEWEST: &str = "AWSCURRENT";

/// The label that the former holder of [`NEWEST`] gets then.
const PREVIOUS: &str = "AWSPREVIOUS";

/// The secrets of one stage.
pub struct Vault {
    clients: Clients,
    prefix: String,
    apps: AppCache,
}

impl Vault {
    /// The secrets whose names begin with `prefix` (`aura/<stage>`).
    pub fn new(clients: Clients, prefix: impl Into<String>, clock: SharedClock) -> Self {
        Self { clients, prefix: prefix.into(), apps: AppCache::new(clock) }
    }

    /// The name of a grant's secret.
    pub fn grant_name(&self, account: &AccountId, integration: IntegrationId, grant: GrantId) -> String {
        format!("{}/grants/{account}/{integration}/{grant}", self.prefix)
    }

    /// Stores a new grant. Repeating it with the same grant is a success; `Conflict` if the name holds another.
    /// `parent_version` does not count: a first version has none.
    pub async fn create(
        &self,
        account: &AccountId,
        integration: IntegrationId,
        stored: &StoredGrant,
    ) -> Result<Pointer, VaultError> {
        let name = self.grant_name(account, integration, stored.grant);
        let version = stored.grant.to_string();
        let text = grant::encode(stored, None)?;
        let request = self.clients.secrets().create_secret().name(&name).client_request_token(&version);
        match request.secret_string(text.as_str()).send().await.map_err(|error| classify(&error)) {
            Ok(_) => {}
            // A repetition after a lost answer.
            Err(VaultError::Conflict) => self.repeat(&name, &version, &text).await?,
            // The name of a secret that is about to be deleted cannot be used either.
            Err(VaultError::NotFound) => return Err(VaultError::Conflict),
            Err(error) => return Err(error),
        }
        Ok(Pointer { secret: name, version, grant: stored.grant, fence: stored.fence })
    }

    /// Stores what a refresh brought as a new version, whose parent is `parent`. Repeating it with the same fence and
    /// value is a success; `Conflict` if that fence holds another value or the grant is not the parent's.
    pub async fn put(&self, parent: &Pointer, stored: &StoredGrant) -> Result<Pointer, VaultError> {
        if stored.grant != parent.grant {
            return Err(VaultError::Conflict);
        }
        let version = version_of(&parent.secret, stored).to_string();
        let text = grant::encode(stored, Some(&parent.version))?;
        let request = self.clients.secrets().put_secret_value().secret_id(&parent.secret);
        let request = request.client_request_token(&version).secret_string(text.as_str());
        request.send().await.map_err(|error| classify(&error))?;
        Ok(Pointer { secret: parent.secret.clone(), version, grant: stored.grant, fence: stored.fence })
    }

    /// Reads the version that the pointer names. `NotFound` only after two seconds.
    pub async fn read(&self, pointer: &Pointer) -> Result<StoredGrant, VaultError> {
        for wait in READ_AGAIN {
            match self.version(&pointer.secret, &pointer.version).await {
                Err(VaultError::NotFound) => self.clients.pause(Duration::from_millis(wait)).await,
                outcome => return decode(&outcome?, pointer.grant),
            }
        }
        decode(&self.version(&pointer.secret, &pointer.version).await?, pointer.grant)
    }

    /// Reads the version that was written last, with a pointer to it. For rolling forward only, when its
    /// `parent_version` is the pointer's version.
    pub async fn newest(&self, pointer: &Pointer) -> Result<(Pointer, StoredGrant), VaultError> {
        self.staged(pointer, NEWEST).await
    }

    /// Reads the version that was written before the last one.
    pub async fn previous(&self, pointer: &Pointer) -> Result<(Pointer, StoredGrant), VaultError> {
        self.staged(pointer, PREVIOUS).await
    }

    async fn staged(&self, pointer: &Pointer, stage: &str) -> Result<(Pointer, StoredGrant), VaultError> {
        let request = self.clients.secrets().get_secret_value().secret_id(&pointer.secret).version_stage(stage);
        let answer = request.send().await.map_err(|error| classify(&error))?;
        let version = answer.version_id.clone().ok_or(VaultError::Malformed)?;
        let stored = decode(&text_of(answer)?, pointer.grant)?;
        let newest = Pointer { secret: pointer.secret.clone(), version, grant: stored.grant, fence: stored.fence };
        Ok((newest, stored))
    }

    /// Lets a secret be deleted in seven days. A secret that is gone, or going already, is a success.
    pub async fn schedule_deletion(&self, secret: &str) -> Result<(), VaultError> {
        let request = self.clients.secrets().delete_secret().secret_id(secret).recovery_window_in_days(RECOVERY_DAYS);
        match request.send().await.map_err(|error| classify(&error)) {
            Ok(_) | Err(VaultError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The application's registration at a provider, at most five minutes old. An older one serves on while Secrets
    /// Manager does not answer.
    pub async fn app_credentials(&self, provider: &ProviderSlug) -> Result<AppCredentials, VaultError> {
        let name = format!("{}/providers/{provider}", self.prefix);
        self.apps.get(provider, || self.current(&name)).await
    }

    /// Whether a name that is taken was taken by this very creation, asked without the right to read: putting a version
    /// that is there again is a success for the same value and a conflict for another. The name has the grant's own id,
    /// so nobody else writes below it. (The service itself takes a repetition; its documentation also knows `ResourceExistsException` as the answer.)
    async fn repeat(&self, name: &str, version: &str, text: &str) -> Result<(), VaultError> {
        let request = self.clients.secrets().put_secret_value().secret_id(name);
        let request = request.client_request_token(version).secret_string(text);
        match request.send().await.map_err(|error| classify(&error)) {
            Ok(_) => Ok(()),
            // It is about to be deleted.
            Err(VaultError::NotFound) => Err(VaultError::Conflict),
            Err(error) => Err(error),
        }
    }

    async fn version(&self, name: &str, version: &str) -> Result<SecretString, VaultError> {
        let request = self.clients.secrets().get_secret_value().secret_id(name).version_id(version);
        text_of(request.send().await.map_err(|error| classify(&error))?)
    }

    async fn current(&self, name: &str) -> Result<SecretString, VaultError> {
        let request = self.clients.secrets().get_secret_value().secret_id(name);
        text_of(request.send().await.map_err(|error| classify(&error))?)
    }
}

/// The version id that this fence writes: the same for every repetition of the put.
fn version_of(secret: &str, stored: &StoredGrant) -> Uuid {
    Uuid::new_v5(&stored.grant.uuid(), format!("{secret}#{}", stored.fence).as_bytes())
}

fn text_of(answer: GetSecretValueOutput) -> Result<SecretString, VaultError> {
    answer.secret_string.map(SecretString::from).ok_or(VaultError::Malformed)
}

/// Reads a grant that must be this one.
fn decode(text: &SecretString, expected: GrantId) -> Result<StoredGrant, VaultError> {
    let stored = grant::decode(text)?;
    if stored.grant == expected { Ok(stored) } else { Err(VaultError::Malformed) }
}

#[cfg(test)]
mod tests;
