//! Random text: request ids, receipt handles, the tails of ARNs.

use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // ring documents no failure other than a system without a random source; nothing can work there.
    SystemRandom::new().fill(&mut bytes).expect("the operating system has a random source");
    bytes
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> String {
    uuid::Builder::from_random_bytes(bytes()).into_uuid().to_string()
}

/// `N` random ASCII letters and digits.
pub(crate) fn letters<const N: usize>() -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    bytes::<N>().iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}

/// Whether `text` is a UUID, as SQS's message ids are.
pub(crate) fn is_uuid(text: &str) -> bool {
    Uuid::try_parse(text).is_ok()
}
