//! The application's registrations at the providers, kept for a few minutes.

use super::VaultError;
use crate::clock::SharedClock;
use crate::secret::SecretText;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::ProviderSlug;
use providers::AppCredentials;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::HashMap;
use tokio::sync::Mutex;

/// After this a changed client secret is noticed.
const LONGEST_AGE: TimeDelta = TimeDelta::minutes(5);

#[derive(Deserialize)]
struct Registration {
    client_id: String,
    client_secret: SecretText,
    #[serde(default)]
    verify_token: Option<SecretText>,
}

struct Cached {
    app: AppCredentials,
    at: DateTime<Utc>,
}

pub(super) struct AppCache {
    clock: SharedClock,
    apps: Mutex<HashMap<ProviderSlug, Cached>>,
}

impl AppCache {
    pub(super) fn new(clock: SharedClock) -> Self {
        Self { clock, apps: Mutex::default() }
    }

    /// The registration, from `fetch` when there is none young enough.
    pub(super) async fn get<F>(
        &self,
        provider: &ProviderSlug,
        fetch: impl FnOnce() -> F,
    ) -> Result<AppCredentials, VaultError>
    where
        F: Future<Output = Result<SecretString, VaultError>>,
    {
        let now = self.clock.now();
        // Held while fetching, so that concurrent uses make one call.
        let mut apps = self.apps.lock().await;
        let known = apps.get(provider);
        if let Some(known) = known.filter(|known| now - known.at < LONGEST_AGE) {
            return Ok(known.app.clone());
        }
        match fetch().await {
            Ok(text) => {
                let app = parse(&text)?;
                apps.insert(provider.clone(), Cached { app: app.clone(), at: now });
                Ok(app)
            }
            Err(VaultError::NotFound) => Err(VaultError::NotConfigured),
            Err(error) => known.map(|known| known.app.clone()).ok_or(error),
        }
    }
}

/// A registration with an empty half is a secret that nobody has filled in yet.
fn parse(text: &SecretString) -> Result<AppCredentials, VaultError> {
    let read: Registration = serde_json::from_str(text.expose_secret()).map_err(|_| VaultError::Malformed)?;
    let client_secret = read.client_secret.0;
    if read.client_id.is_empty() || client_secret.expose_secret().is_empty() {
        return Err(VaultError::NotConfigured);
    }
    let verify_token = read.verify_token.map(|token| token.0).filter(|token| !token.expose_secret().is_empty());
    Ok(AppCredentials { client_id: read.client_id, client_secret, verify_token })
}
