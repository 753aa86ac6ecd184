//! Who sent a delivery (tiktok-lead-ads.md §4, "Signature").

use crate::contract::AppCredentials;
use http::HeaderMap;
use ring::hmac;
use secrecy::ExposeSecret;
use std::fmt::Write;

/// Lower-case hexadecimal HMAC-SHA256 with the application's secret.
pub(super) const HEADER: &str = "x-open-signature";
/// Length of an HMAC-SHA256 in bytes.
const LENGTH: usize = 32;

/// Whether one of the applications signed the body, byte for byte or in its escaped form; in constant time.
///
/// TikTok says that it signs the form in which each character beyond ASCII is escaped, and not whether the body arrives
/// in that form: so the bytes that arrived are tried first.
pub(super) fn is_signed(headers: &HeaderMap, body: &[u8], apps: &[AppCredentials]) -> bool {
    let Some(signature) = signature(headers) else { return false };
    let by_any = |body: &[u8]| {
        apps.iter().any(|app| {
            let secret = app.client_secret.expose_secret().as_bytes();
            // With an empty secret anybody could sign.
            !secret.is_empty() && hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret), body, &signature).is_ok()
        })
    };
    by_any(body) || escaped(body).is_some_and(|escaped| by_any(escaped.as_bytes()))
}

/// What the header says, if it is there exactly once, as 64 lower-case digits.
fn signature(headers: &HeaderMap) -> Option<[u8; LENGTH]> {
    let mut values = headers.get_all(HEADER).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let digits = value.as_bytes();
    let mut signature = [0; LENGTH];
    let is_lower = digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    (is_lower && hex::decode_to_slice(digits, &mut signature).is_ok()).then_some(signature)
}

/// The body with each character beyond ASCII as `\uxxxx`, in lower case and as a pair of surrogates above U+FFFF, and
/// otherwise unchanged. `None` where there is none, or the body is no text.
fn escaped(body: &[u8]) -> Option<String> {
    if body.is_ascii() {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?;
    let mut escaped = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if character.is_ascii() {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(escaped, "\\u{unit:04x}").ok()?;
        }
    }
    Some(escaped)
}
