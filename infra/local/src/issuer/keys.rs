//! The issuer's signing key: made once, kept in the data folder.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::jwk::JwkSet;
use ring::digest;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, LineEnding};
use rsa::traits::PublicKeyParts;
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The key cannot be made or kept.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the issuer's key {path} cannot be used: {source}")]
    File {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("the issuer's key {path} is not an RSA key; remove the file to get a new one")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The key could not be made.
    #[error("the issuer's key could not be made: {0}")]
    Generate(String),
}

/// An RSA key with its public half.
#[derive(Clone)]
pub struct SigningKey {
    pub(super) encoding: EncodingKey,
    pub(super) kid: String,
    pub(super) public: JwkSet,
}

/// Making a key takes a second or more, so stacks that keep nothing share one per process.
static SHARED: OnceLock<SigningKey> = OnceLock::new();

impl SigningKey {
    /// The key of this file, made at the first start; only its owner can read it.
    pub fn kept_in(path: &Path) -> Result<Self, KeyError> {
        let file = |source| KeyError::File { path: path.to_owned(), source };
        match std::fs::read_to_string(path) {
            Ok(pem) => Self::from_pem(&pem).ok_or_else(|| KeyError::Damaged { path: path.to_owned() }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let pem = generate()?;
                let mut target =
                    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(file)?;
                target.write_all(pem.as_bytes()).map_err(file)?;
                Self::from_pem(&pem).ok_or_else(|| KeyError::Damaged { path: path.to_owned() })
            }
            Err(error) => Err(file(error)),
        }
    }

    /// A key that is forgotten with the process.
    pub fn of_this_process() -> Result<Self, KeyError> {
        if let Some(key) = SHARED.get() {
            return Ok(key.clone());
        }
        let unusable = || KeyError::Generate("the new key is not readable".to_owned());
        let key = Self::from_pem(&generate()?).ok_or_else(unusable)?;
        Ok(SHARED.get_or_init(|| key).clone())
    }

    /// The public half, as the issuer publishes it.
    pub fn public(&self) -> &JwkSet {
        &self.public
    }

    fn from_pem(pem: &str) -> Option<Self> {
        let key = RsaPrivateKey::from_pkcs1_pem(pem).ok()?;
        let n = key.n().to_bytes_be();
        let kid = URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, &n).as_ref()[..12]);
        let public = json!({"keys": [{
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": kid,
            "n": URL_SAFE_NO_PAD.encode(&n),
            "e": URL_SAFE_NO_PAD.encode(key.e().to_bytes_be()),
        }]});
        Some(Self {
            encoding: EncodingKey::from_rsa_pem(pem.as_bytes()).ok()?,
            public: serde_json::from_value(public).ok()?,
            kid,
        })
    }
}

fn generate() -> Result<String, KeyError> {
    let key =
        RsaPrivateKey::new(&mut rand::rngs::OsRng, 2048).map_err(|error| KeyError::Generate(error.to_string()))?;
    let pem = key.to_pkcs1_pem(LineEnding::LF).map_err(|error| KeyError::Generate(error.to_string()))?;
    Ok(pem.to_string())
}
