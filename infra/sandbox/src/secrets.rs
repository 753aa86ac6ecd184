//! What nobody can guess, and what proves that a secret is known.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

/// Letters and digits of base64url behind a prefix, also not to be guessed from the seed: a sandbox may be reachable
/// in a team's network.
pub(crate) fn secret(prefix: &str) -> String {
    let mut bytes = [0_u8; 36];
    SystemRandom::new().fill(&mut bytes).expect("the operating system gives random bytes");
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// HMAC-SHA256.
pub(crate) fn hmac_of(key: &str, message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), message).as_ref().to_vec()
}

/// HMAC-SHA256 in lowercase hexadecimal digits.
pub(crate) fn hex_hmac(key: &str, message: &[u8]) -> String {
    hex(&hmac_of(key, message))
}

/// Lowercase hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text with each character outside of ASCII as `\u00e4`, above U+FFFF as a surrogate pair: the form that Facebook
/// and TikTok sign.
pub fn escaped(text: &str) -> String {
    let mut units = [0; 2];
    let mut whole = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            whole.push(character);
        } else {
            character.encode_utf16(&mut units).iter().for_each(|unit| whole.push_str(&format!("\\u{unit:04x}")));
        }
    }
    whole
}
