//! Sealing short secrets into items: AES-256-GCM, bound to what they belong to.
//!
//! An envelope is `v1.<key id>.<base64url of nonce and ciphertext>`. Its key comes from a keyring's secret text by HKDF
//! (RFC 5869) for one purpose; what it belongs to (account, integration, grant or flow) is associated data. Moved to
//! another item, or read for another purpose, an envelope does not open.

mod keyring;
mod keys;
mod marks;

pub use keyring::{Keyring, KeyringError};
pub use keys::{KeysError, SealKeys};

use crate::random::Random;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use zeroize::Zeroizing;

const VERSION: &str = "v1";

/// What a secret is sealed for. Each purpose has its own key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The PKCE verifier of a flow.
    Verifier,
    /// The authorization code of a flow, for its 60 seconds.
    Code,
    /// The short-lived access token of a grant.
    Access,
    /// A received credential that Secrets Manager did not take.
    Journal,
}

impl Purpose {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Verifier => "verifier",
            Self::Code => "code",
            Self::Access => "access",
            Self::Journal => "journal",
        }
    }
}

/// What a sealed secret belongs to: named fields, such as account, integration and grant. Order counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context(Vec<u8>);

impl Context {
    /// A context of these names and values.
    pub fn new(fields: &[(&str, &str)]) -> Self {
        let mut bytes = Vec::new();
        for (name, value) in fields {
            append(&mut bytes, name);
            append(&mut bytes, value);
        }
        Self(bytes)
    }
}

/// Appends a text with its length before it, so that no two different lists make the same bytes.
fn append(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// Why an envelope did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is not an envelope of ours.
    #[error("not an envelope")]
    Malformed,
    /// The keyring has no key of that id: it was added elsewhere, or removed.
    #[error("the envelope's key is unknown")]
    UnknownKey,
    /// It was changed, or belongs to something else, or was sealed for another purpose.
    #[error("the envelope does not belong here")]
    Refused,
}

/// Seals and opens for one purpose.
#[derive(Debug, Clone)]
pub struct Sealer {
    keyring: Arc<Keyring>,
    purpose: Purpose,
    random: Random,
}

impl Sealer {
    /// Seals with the keyring's highest key.
    pub fn new(keyring: Arc<Keyring>, purpose: Purpose) -> Self {
        Self { keyring, purpose, random: Random::new() }
    }

    /// Seals a secret into an envelope.
    pub fn seal(&self, plain: &SecretString, context: &Context) -> String {
        let (id, key) = self.keyring.sealing(self.purpose);
        let nonce = self.random.bytes::<NONCE_LEN>();
        let mut sealed = plain.expose_secret().as_bytes().to_vec();
        // The nonces are random: 2^32 envelopes of one key keep a collision below 2^-32 (NIST SP 800-38D §8.3).
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), self.associated(&id, context), &mut sealed)
            .expect("a secret is far shorter than what one key may seal");
        let body = [nonce.as_slice(), &sealed].concat();
        format!("{VERSION}.{id}.{}", URL_SAFE_NO_PAD.encode(body))
    }

    /// Opens an envelope that was sealed for this purpose and context.
    pub fn open(&self, sealed: &str, context: &Context) -> Result<SecretString, SealError> {
        let (id, body) = parse(sealed)?;
        let key = self.keyring.opening(id, self.purpose).ok_or(SealError::UnknownKey)?;
        open(&key, body, self.associated(id, context))
    }

    fn associated(&self, key_id: &str, context: &Context) -> Aad<Vec<u8>> {
        let mut bytes = Vec::new();
        append(&mut bytes, VERSION);
        append(&mut bytes, key_id);
        append(&mut bytes, self.purpose.as_str());
        bytes.extend_from_slice(&context.0);
        Aad::from(bytes)
    }
}

fn parse(sealed: &str) -> Result<(&str, Vec<u8>), SealError> {
    let mut parts = sealed.splitn(3, '.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(VERSION), Some(id), Some(body)) => {
            URL_SAFE_NO_PAD.decode(body).map(|body| (id, body)).map_err(|_| SealError::Malformed)
        }
        _ => Err(SealError::Malformed),
    }
}

fn open(key: &LessSafeKey, body: Vec<u8>, associated: Aad<Vec<u8>>) -> Result<SecretString, SealError> {
    let mut body = Zeroizing::new(body);
    let (nonce, ciphertext) = body.split_first_chunk_mut::<NONCE_LEN>().ok_or(SealError::Malformed)?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let plain = key.open_in_place(nonce, associated, ciphertext).map_err(|_| SealError::Refused)?;
    std::str::from_utf8(plain).map(SecretString::from).map_err(|_| SealError::Malformed)
}

#[cfg(test)]
mod tests;
