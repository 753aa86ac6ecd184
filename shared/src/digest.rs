//! Hashes of secrets, and comparing them.

use ring::{digest, hmac};

/// The SHA-256 of the bytes, as 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

/// Whether two texts are equal, in a time that does not tell where they differ. For hashes and tags of secrets.
pub fn constant_time_eq(left: &str, right: &str) -> bool {
    // Comparing tags under one key is ring's supported comparison; its bare one is deprecated.
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"aura constant_time_eq");
    let tag = hmac::sign(&key, left.as_bytes());
    hmac::verify(&key, right.as_bytes(), tag.as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{constant_time_eq, sha256_hex};

    #[test]
    fn the_hash_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn only_equal_texts_are_equal() {
        let hash = sha256_hex(b"ticket");
        assert!(constant_time_eq(&hash, &sha256_hex(b"ticket")));
        assert!(!constant_time_eq(&hash, &sha256_hex(b"tickets")));
        assert!(!constant_time_eq(&hash, &hash[..63]));
        assert!(!constant_time_eq(&hash, ""));
        assert!(constant_time_eq("", ""));
    }
}
