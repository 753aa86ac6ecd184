//! The keys that seal: one secret of Secrets Manager, `{"k1": "<random text>", "k2": …}`.

use super::Purpose;
use crate::secret::SecretText;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Prk, Salt};
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::fmt;

/// Fixed on purpose: the texts are random already, so the salt only keeps this use apart from any other (RFC 5869 §3.1).
const SALT: &[u8] = b"aura integrations seal v1";

/// Shorter texts cannot hold enough randomness for a key.
const SHORTEST_TEXT: usize = 16;

/// A secret is not a keyring. Says nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a keyring: a JSON object of key ids ([a-z0-9]{{1,16}}) and random texts of at least 16 characters")]
pub struct KeyringError;

/// Several keys, so that they can be rotated: all open, the highest seals.
pub struct Keyring {
    keys: HashMap<String, Prk>,
    sealing: String,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("sealing", &self.sealing).finish_non_exhaustive()
    }
}

impl Keyring {
    /// Reads the secret's text. The highest key id seals: `k10` is higher than `k9`.
    pub fn parse(json: &SecretString) -> Result<Self, KeyringError> {
        let texts: HashMap<String, SecretText> =
            serde_json::from_str(json.expose_secret()).map_err(|_| KeyringError)?;
        let sealing = texts.keys().max_by_key(|id| (id.len(), *id)).cloned().ok_or(KeyringError)?;
        let keys = texts.into_iter().map(|(id, text)| key(id, &text.0)).collect::<Result<_, _>>()?;
        Ok(Self { keys, sealing })
    }

    /// The lowest key: `k1` is lower than `k10`.
    pub(super) fn first(&self) -> &Prk {
        let first = self.keys.iter().min_by_key(|(id, _)| (id.len(), *id));
        first.map(|(_, key)| key).expect("a keyring has a key")
    }

    pub(super) fn sealing(&self, purpose: Purpose) -> (String, LessSafeKey) {
        let key = self.opening(&self.sealing, purpose).expect("a keyring has the key that it seals with");
        (self.sealing.clone(), key)
    }

    pub(super) fn opening(&self, id: &str, purpose: Purpose) -> Option<LessSafeKey> {
        self.keys.get(id).map(|secret| derive(secret, purpose))
    }
}

fn key(id: String, text: &SecretString) -> Result<(String, Prk), KeyringError> {
    let text = text.expose_secret();
    if !is_key_id(&id) || text.len() < SHORTEST_TEXT {
        return Err(KeyringError);
    }
    Ok((id, Salt::new(HKDF_SHA256, SALT).extract(text.as_bytes())))
}

fn is_key_id(id: &str) -> bool {
    (1..=16).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn derive(secret: &Prk, purpose: Purpose) -> LessSafeKey {
    let info = [purpose.as_str().as_bytes()];
    let key = secret.expand(&info, &AES_256_GCM).expect("one key is far less than HKDF can give");
    LessSafeKey::new(UnboundKey::from(key))
}
