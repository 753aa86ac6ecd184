//! Reading secrets out of JSON.

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

/// A JSON string that is a secret from the moment it is read.
pub(crate) struct SecretText(pub(crate) SecretString);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}
