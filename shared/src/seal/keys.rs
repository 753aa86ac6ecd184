//! The keyring of one function instance, fetched when it is first needed.

use super::{Context, Keyring, KeyringError, Purpose, SealError, Sealer};
use crate::clients::Clients;
use crate::clock::SharedClock;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use std::sync::Arc;
use tokio::sync::Mutex;

/// An envelope with an unknown key id makes the keyring be read again, at most this often.
const REFETCH_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Secrets Manager did not give the keyring. Worth another try.
    #[error("the keyring could not be read")]
    Unavailable,
    /// The keyring's secret is not one: an operator has to act.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The envelope does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The sealing keys in one secret of Secrets Manager.
///
/// Read once per instance. Keys are rotated by adding one: an instance that meets an envelope of a key that it does not
/// know reads the secret again.
pub struct SealKeys {
    clients: Clients,
    secret: String,
    clock: SharedClock,
    loaded: Mutex<Option<Loaded>>,
}

#[derive(Clone)]
struct Loaded {
    keyring: Arc<Keyring>,
    at: DateTime<Utc>,
}

impl SealKeys {
    /// The keys in the secret with this name or ARN. Reads nothing yet.
    pub fn new(clients: Clients, secret: impl Into<String>, clock: SharedClock) -> Self {
        Self { clients, secret: secret.into(), clock, loaded: Mutex::new(None) }
    }

    /// Seals a secret for a purpose and a context.
    pub async fn seal(&self, purpose: Purpose, plain: &SecretString, context: &Context) -> Result<String, KeysError> {
        let keyring = self.keyring().await?;
        Ok(Sealer::new(keyring, purpose).seal(plain, context))
    }

    /// Opens an envelope that was sealed for this purpose and context.
    pub async fn open(&self, purpose: Purpose, sealed: &str, context: &Context) -> Result<SecretString, KeysError> {
        let keyring = self.keyring().await?;
        match Sealer::new(Arc::clone(&keyring), purpose).open(sealed, context) {
            Err(SealError::UnknownKey) => {
                let keyring = self.newer_than(&keyring).await?;
                Ok(Sealer::new(keyring, purpose).open(sealed, context)?)
            }
            outcome => Ok(outcome?),
        }
    }

    pub(super) async fn keyring(&self) -> Result<Arc<Keyring>, KeysError> {
        // Held while fetching, so that concurrent first uses make one call.
        let mut loaded = self.loaded.lock().await;
        if let Some(loaded) = loaded.as_ref() {
            return Ok(Arc::clone(&loaded.keyring));
        }
        let fresh = self.fetch().await?;
        *loaded = Some(fresh.clone());
        Ok(fresh.keyring)
    }

    /// The keyring after one that lacked a key: fetched again unless that was done within the last minute.
    async fn newer_than(&self, seen: &Arc<Keyring>) -> Result<Arc<Keyring>, KeysError> {
        let mut loaded = self.loaded.lock().await;
        if let Some(loaded) = loaded.as_ref() {
            let replaced = !Arc::ptr_eq(&loaded.keyring, seen);
            if replaced || self.clock.now() - loaded.at < REFETCH_AFTER {
                return Ok(Arc::clone(&loaded.keyring));
            }
        }
        let fresh = self.fetch().await?;
        *loaded = Some(fresh.clone());
        Ok(fresh.keyring)
    }

    async fn fetch(&self) -> Result<Loaded, KeysError> {
        let at = self.clock.now();
        let answer = self.clients.secrets().get_secret_value().secret_id(&self.secret).send().await;
        let text = answer.map_err(|_| KeysError::Unavailable)?.secret_string.ok_or(KeyringError)?;
        Ok(Loaded { keyring: Arc::new(Keyring::parse(&text.into())?), at })
    }
}
