//! What is kept of a grant, and what calls are made with (facebook-lead-ads.md §1, "Token steps").

use super::errors::not_granted;
use crate::contract::{Access, AppCredentials, Credential};
use crate::error::ProviderError;
use chrono::TimeDelta;
use domain::failure::FailureClass;
use domain::lead::Owner;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// How long an access is used: the refresh that follows is the daily check of the token and of the pages.
const LASTS: TimeDelta = TimeDelta::days(1);
/// Longest access, in bytes. One of 500 pages has about 170 KB.
const LONGEST_ACCESS: usize = 200_000;
/// Longest token that is taken, in bytes. Facebook's have about 200.
const LONGEST_TOKEN: usize = 4_096;

/// A token with the proof that it is the application that uses it, so that calls need no application secret.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Key {
    #[serde(with = "exposed")]
    pub(super) token: SecretString,
    pub(super) proof: String,
}

impl Key {
    pub(super) fn new(app: &AppCredentials, token: SecretString) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, app.client_secret.expose_secret().as_bytes());
        let proof = hex::encode(hmac::sign(&secret, token.expose_secret().as_bytes()));
        Self { token, proof }
    }

    /// The application's own token, for what it does by itself.
    pub(super) fn of_app(app: &AppCredentials) -> Self {
        let token = format!("{}|{}", app.client_id, app.client_secret.expose_secret());
        Self::new(app, token.into())
    }
}

/// Somebody, or a page, with the key to it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Holder {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) key: Key,
}

/// What an access holds: the person's own token to list pages with, and one per page for all else.
#[derive(Serialize, Deserialize)]
pub(super) struct Keys {
    pub(super) user: Holder,
    pub(super) pages: Vec<Holder>,
}

impl Keys {
    /// Reads what [`Keys::access`] wrote.
    pub(super) fn of(access: &Access) -> Result<Self, ProviderError> {
        serde_json::from_str(access.token.expose_secret())
            .map_err(|_| ProviderError::new(FailureClass::OurBug, "unreadable_access"))
    }

    /// The access. So many pages that it cannot be kept are refused: those left out would lose their leads in silence.
    pub(super) fn access(&self) -> Result<Access, ProviderError> {
        let text = serde_json::to_string(self);
        let token = text.map_err(|_| ProviderError::new(FailureClass::OurBug, "unwritable_access"))?;
        if token.len() > LONGEST_ACCESS {
            return Err(ProviderError::new(FailureClass::PermanentConfiguration, "too_many_pages"));
        }
        Ok(Access { token: token.into(), expires_in: Some(LASTS) })
    }

    /// The key of a page; `ResourceNotFound` when the access does not reach it.
    pub(super) fn page(&self, owner: &Owner) -> Result<&Key, ProviderError> {
        let mut pages = self.pages.iter().filter(|_| owner.kind() == super::PAGE);
        pages.find(|page| page.id == owner.id()).map(|page| &page.key).ok_or_else(not_granted)
    }
}

/// What is kept of a grant. The pages are not: they can be listed with it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Grant {
    /// The person's id for this application.
    pub(super) user: String,
    #[serde(with = "exposed")]
    pub(super) token: SecretString,
    /// When it was received and when it ends, in seconds since 1970; without an end it does not.
    pub(super) issued_at: Option<i64>,
    pub(super) expires_at: Option<i64>,
}

impl Grant {
    pub(super) fn of(credential: &Credential) -> Result<Self, ProviderError> {
        serde_json::from_str(credential.0.expose_secret())
            .map_err(|_| ProviderError::new(FailureClass::OurBug, "unreadable_credential"))
    }

    pub(super) fn credential(&self) -> Result<Credential, ProviderError> {
        let text = serde_json::to_string(self);
        let text = text.map_err(|_| ProviderError::new(FailureClass::OurBug, "unwritable_credential"))?;
        Ok(Credential(text.into()))
    }
}

/// A token as Facebook sends it; `None` for what cannot be one.
pub(super) fn token(text: String) -> Option<SecretString> {
    let fits = (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.into())
}

/// Secrets in what is itself kept as one.
mod exposed {
    use secrecy::{ExposeSecret, SecretString};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose_secret())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
        String::deserialize(deserializer).map(SecretString::from)
    }
}
