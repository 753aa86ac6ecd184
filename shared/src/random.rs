//! Randomness, from the system, through the one cryptographic library.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::SecretString;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A source of unguessable values. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Random(SystemRandom);

impl Default for Random {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Random {
    /// A source that reads the system's generator.
    pub fn new() -> Self {
        Self::default()
    }

    /// 256 random bits as base64url without padding: 43 characters. For states, tickets and PKCE verifiers, whose
    /// alphabet and shortest length this is (RFC 7636 §4.1).
    pub fn token256(&self) -> SecretString {
        let bytes = Zeroizing::new(self.bytes::<32>());
        SecretString::from(URL_SAFE_NO_PAD.encode(*bytes))
    }

    /// An id that sorts by `now` in milliseconds, the rest random (RFC 9562 §5.7).
    pub fn uuid_v7(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes::<10>()).into_uuid()
    }

    /// Evenly spread in `0.0..1.0`, for spreading times.
    pub fn jitter(&self) -> f64 {
        // 53 bits: as many as the fraction of an f64 holds.
        let bits = u64::from_be_bytes(self.bytes::<8>()) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes).expect("the system has a random generator");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Random;
    use chrono::{DateTime, TimeDelta};
    use secrecy::ExposeSecret;
    use std::collections::HashSet;

    #[test]
    fn a_token_has_43_url_safe_characters_and_never_comes_twice() {
        let tokens: Vec<_> = (0..100).map(|_| Random::new().token256()).collect();
        for token in &tokens {
            let text = token.expose_secret();
            assert_eq!(text.len(), 43);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        }
        let distinct: HashSet<_> = tokens.iter().map(|token| token.expose_secret().to_owned()).collect();
        assert_eq!(distinct.len(), tokens.len());
    }

    #[test]
    fn ids_of_version_7_sort_by_their_time() {
        let now = DateTime::from_timestamp_millis(1_790_000_000_123).unwrap();
        let earlier = Random::new().uuid_v7(now);
        let later = Random::new().uuid_v7(now + TimeDelta::milliseconds(1));
        assert!(earlier < later);
        assert_eq!(earlier.get_version_num(), 7);
        assert_eq!(earlier.get_timestamp().unwrap().to_unix(), (1_790_000_000, 123_000_000));
        assert_ne!(earlier, Random::new().uuid_v7(now));
    }

    #[test]
    fn jitter_stays_between_nought_and_one_and_reaches_both_halves() {
        let values: Vec<f64> = (0..200).map(|_| Random::new().jitter()).collect();
        assert!(values.iter().all(|value| (0.0..1.0).contains(value)));
        assert!(values.iter().any(|value| *value < 0.5) && values.iter().any(|value| *value >= 0.5));
    }
}
