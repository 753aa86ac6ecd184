//! Who sent a delivery. The two vectors are the fact sheet's, computed with another implementation.

use super::*;
use http::HeaderMap;

const PLAIN: &str = r#"{"object":1,"entry":[{"id":7126711421177430274}],"time":1614334356}"#;
const PLAIN_SIGNATURE: &str = "2b3d78d00b4bb4a9c9da97ac026dcc278055080e3c379ab0da5bd90b6feac600";
const ESCAPED: &str = r#"{"name":"äöå😀"}"#;
const ESCAPED_SIGNATURE: &str = "946a21310778cff6d4046000c445529644bc148732e4d8dc63a625e9078afb62";

fn signed_app(secret: &str) -> AppCredentials {
    AppCredentials { client_id: "app-7".to_owned(), client_secret: secret.into(), verify_token: None }
}

fn headers(signatures: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for signature in signatures {
        headers.append("x-open-signature", signature.parse().unwrap());
    }
    headers
}

fn is_accepted(headers: &HeaderMap, body: &[u8], apps: &[AppCredentials]) -> bool {
    let tiktok = TikTok::answering([]);
    tiktok.provider.webhook().unwrap().verify(&Delivery { headers, body }, &Proof::App(apps)).is_ok()
}

fn accepts(signature: &str, body: &[u8]) -> bool {
    is_accepted(&headers(&[signature]), body, &[signed_app("app-secret")])
}

/// The signature of these bytes, as TikTok's documentation says it is made.
fn sign(body: &[u8]) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"app-secret");
    hex::encode(ring::hmac::sign(&key, body))
}

#[test]
fn the_vectors_are_accepted() {
    assert!(accepts(PLAIN_SIGNATURE, PLAIN.as_bytes()));
    assert!(accepts(ESCAPED_SIGNATURE, ESCAPED.as_bytes()));
}

#[test]
fn both_readings_of_what_is_signed_are_accepted() {
    assert!(accepts(&sign(ESCAPED.as_bytes()), ESCAPED.as_bytes()), "over the bytes as they arrive");
    assert!(accepts(ESCAPED_SIGNATURE, br#"{"name":"\u00e4\u00f6\u00e5\ud83d\ude00"}"#), "which arrive escaped");
    assert!(
        accepts(&sign(br#"{"a":"\u20ac \\ \" \n /"}"#), r#"{"a":"€ \\ \" \n /"}"#.as_bytes()),
        "nothing else is changed"
    );
}

#[test]
fn another_encoding_is_not_accepted() {
    for other in [
        r#"{"name":"\u00E4\u00F6\u00E5\uD83D\uDE00"}"#,
        r#"{"name":"\u00e4\u00f6\u00e5\u1f600"}"#,
        r#"{"name": "\u00e4\u00f6\u00e5\ud83d\ude00"}"#,
    ] {
        assert!(!accepts(ESCAPED_SIGNATURE, other.as_bytes()), "{other}");
        assert!(!accepts(&sign(other.as_bytes()), ESCAPED.as_bytes()), "{other}");
    }
}

/// Where the signature is of the escaped form; of the bytes as they arrive it is for every provider.
#[test]
fn every_changed_byte_of_an_escaped_body_is_refused() {
    for at in 0..ESCAPED.len() {
        for bit in 0..8 {
            let mut changed = ESCAPED.as_bytes().to_vec();
            changed[at] ^= 1 << bit;
            assert!(!accepts(ESCAPED_SIGNATURE, &changed), "byte {at}");
        }
        assert!(!accepts(ESCAPED_SIGNATURE, &ESCAPED.as_bytes()[..at]));
    }
    assert!(!accepts(ESCAPED_SIGNATURE, format!("{ESCAPED}\n").as_bytes()));
}

#[test]
fn bytes_that_are_no_text_are_verified_as_they_are() {
    let body = b"{\"object\":1,\"x\":\"\xff\xfe\"}";
    assert!(accepts(&sign(body), body));
    assert!(!accepts(&sign(b"{\"object\":1,\"x\":\"\\u00ff\\u00fe\"}"), body));
}
