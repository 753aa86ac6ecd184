//! What proves that something comes from Facebook: HMAC-SHA256 with the application's secret, and the verify token
//! (facebook-lead-ads.md §1 and §3). Comparisons are ring's, in a time that does not depend on where they differ.

use crate::contract::{AppCredentials, Refused};
use http::{HeaderMap, HeaderName};
use ring::hmac;
use secrecy::ExposeSecret;

const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");
/// Lengths of an HMAC-SHA256 in bytes, and in hexadecimal digits.
const LENGTH: usize = 32;

/// The signature that a delivery carries: `sha256=` and 64 lowercase digits, exactly once. The older
/// `X-Hub-Signature`, of SHA-1, counts for nothing.
pub(super) fn of_delivery(headers: &HeaderMap) -> Result<[u8; LENGTH], Refused> {
    let mut values = headers.get_all(SIGNATURE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Refused) };
    let digits = value.as_bytes().strip_prefix(b"sha256=").ok_or(Refused)?;
    if !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(Refused);
    }
    let mut signature = [0; LENGTH];
    hex::decode_to_slice(digits, &mut signature).map_err(|_| Refused)?;
    Ok(signature)
}

/// Refuses unless one of the applications signed exactly these bytes.
pub(super) fn check(apps: &[AppCredentials], message: &[u8], signature: &[u8]) -> Result<(), Refused> {
    let signed = |app: &AppCredentials| {
        let secret = app.client_secret.expose_secret().as_bytes();
        // With an empty secret anybody could sign.
        !secret.is_empty() && hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret), message, signature).is_ok()
    };
    if apps.iter().any(signed) { Ok(()) } else { Err(Refused) }
}

/// Whether this is the verify token of one of the applications.
pub(super) fn is_verify_token(apps: &[AppCredentials], token: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"facebook verify token");
    let given = hmac::sign(&key, token.as_bytes());
    let ours = apps.iter().filter_map(|app| app.verify_token.as_ref()).map(ExposeSecret::expose_secret);
    ours.filter(|ours| !ours.is_empty()).any(|ours| hmac::verify(&key, ours.as_bytes(), given.as_ref()).is_ok())
}
