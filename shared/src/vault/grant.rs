//! What a grant's secret holds.

use super::VaultError;
use crate::secret::SecretText;
use chrono::{DateTime, Utc};
use domain::ids::{GrantId, ProviderAccountId};
use providers::Credential;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Secrets Manager takes 64 KiB; below that there is room for what a later refresh adds.
const LONGEST: usize = 60 * 1024;

/// Which version of which secret is current, as the credential item keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The secret's name.
    pub secret: String,
    /// The version's id.
    pub version: String,
    /// The grant that the secret belongs to.
    pub grant: GrantId,
    /// The fence of the token lease under which the version was written.
    pub fence: u64,
}

/// One version of a grant.
#[derive(Debug, Clone)]
pub struct StoredGrant {
    /// The grant.
    pub grant: GrantId,
    /// Who was connected.
    pub provider_account: ProviderAccountId,
    /// What must survive, in the provider's own shape.
    pub credential: Credential,
    /// The scopes that were granted.
    pub scopes: Vec<String>,
    /// The fence of the token lease under which it was received.
    pub fence: u64,
    /// The version that it was refreshed from; none for the first. Set by [`super::Vault::put`], whatever stands here.
    pub parent_version: Option<String>,
    /// When it was received.
    pub obtained_at: DateTime<Utc>,
}

impl StoredGrant {
    /// The grant as JSON, for sealing it into the journal.
    pub(crate) fn to_json(&self) -> Result<SecretString, VaultError> {
        let text = encode(self, self.parent_version.as_deref())?;
        Ok(SecretString::from(text.as_str()))
    }

    /// Reads what [`Self::to_json`] wrote.
    pub(crate) fn from_json(json: &SecretString) -> Result<Self, VaultError> {
        decode(json)
    }
}

#[derive(Serialize)]
struct Written<'a> {
    grant_id: GrantId,
    provider_account_id: &'a ProviderAccountId,
    credential: &'a str,
    scopes: &'a [String],
    fence: u64,
    parent_version: Option<&'a str>,
    obtained_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Read {
    grant_id: GrantId,
    provider_account_id: ProviderAccountId,
    credential: SecretText,
    scopes: Vec<String>,
    fence: u64,
    parent_version: Option<String>,
    obtained_at: DateTime<Utc>,
}

/// The secret's text for this grant and parent. Always the same text for the same values, so that a repeated write is
/// recognised.
pub(super) fn encode(stored: &StoredGrant, parent: Option<&str>) -> Result<Zeroizing<String>, VaultError> {
    let written = Written {
        grant_id: stored.grant,
        provider_account_id: &stored.provider_account,
        credential: stored.credential.0.expose_secret(),
        scopes: &stored.scopes,
        fence: stored.fence,
        parent_version: parent,
        obtained_at: stored.obtained_at,
    };
    // The whole room from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    serde_json::to_writer(&mut *bytes, &written).map_err(|_| VaultError::Malformed)?;
    if bytes.len() >= LONGEST {
        return Err(VaultError::Malformed);
    }
    String::from_utf8(std::mem::take(&mut *bytes)).map(Zeroizing::new).map_err(|_| VaultError::Malformed)
}

pub(super) fn decode(text: &SecretString) -> Result<StoredGrant, VaultError> {
    let read: Read = serde_json::from_str(text.expose_secret()).map_err(|_| VaultError::Malformed)?;
    Ok(StoredGrant {
        grant: read.grant_id,
        provider_account: read.provider_account_id,
        credential: Credential(read.credential.0),
        scopes: read.scopes,
        fence: read.fence,
        parent_version: read.parent_version,
        obtained_at: read.obtained_at,
    })
}
