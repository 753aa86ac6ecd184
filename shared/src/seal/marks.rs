//! Marks: keyed hashes by which something is recognised without being kept.

use super::{Context, KeysError, SealKeys};
use ring::hmac;

impl SealKeys {
    /// The keyed hash of a context, in hexadecimal. It is made with the keyring's first key, whatever is added later:
    /// a mark must be found again for as long as it is kept.
    pub async fn mark(&self, context: &Context) -> Result<String, KeysError> {
        let keyring = self.keyring().await?;
        let key = hmac::Key::from(keyring.first().expand(&[b"mark"], hmac::HMAC_SHA256).expect("one key is little"));
        Ok(hex::encode(hmac::sign(&key, &context.0)))
    }
}
