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

#[test]
fn every_changed_byte_of_the_body_is_refused() {
    for (body, signature) in [(PLAIN, PLAIN_SIGNATURE), (ESCAPED, ESCAPED_SIGNATURE)] {
        for at in 0..body.len() {
            for bit in [1, 0x20, 0x80] {
                let mut changed = body.as_bytes().to_vec();
                changed[at] ^= bit;
                assert!(!accepts(signature, &changed), "byte {at}");
            }
        }
        assert!(!accepts(signature, &body.as_bytes()[..body.len() - 1]));
        assert!(!accepts(signature, format!("{body}\n").as_bytes()));
        assert!(!accepts(signature, b""));
    }
}

#[test]
fn every_changed_digit_of_the_signature_is_refused() {
    for at in 0..64 {
        let mut changed = PLAIN_SIGNATURE.to_owned().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        assert!(!accepts(std::str::from_utf8(&changed).unwrap(), PLAIN.as_bytes()), "digit {at}");
    }
    for other in
        ["", "sha256=", &PLAIN_SIGNATURE[..62], &format!("{PLAIN_SIGNATURE}00"), &format!("sha256={PLAIN_SIGNATURE}")]
    {
        assert!(!accepts(other, PLAIN.as_bytes()), "{other}");
    }
}

#[test]
fn the_header_is_there_once_and_under_its_own_name() {
    let apps = [signed_app("app-secret")];
    assert!(!is_accepted(&headers(&[]), PLAIN.as_bytes(), &apps));
    assert!(!is_accepted(&headers(&[PLAIN_SIGNATURE, PLAIN_SIGNATURE]), PLAIN.as_bytes(), &apps));
    let mut other = HeaderMap::new();
    other.insert("tiktok-signature", PLAIN_SIGNATURE.parse().unwrap());
    assert!(!is_accepted(&other, PLAIN.as_bytes(), &apps));
}

#[test]
fn while_a_secret_is_replaced_both_are_good_and_no_third_is() {
    let at = headers(&[PLAIN_SIGNATURE]);
    assert!(is_accepted(&at, PLAIN.as_bytes(), &[signed_app("new"), signed_app("app-secret")]));
    assert!(!is_accepted(&at, PLAIN.as_bytes(), &[signed_app("new"), signed_app("app-secret ")]));
    assert!(!is_accepted(&at, PLAIN.as_bytes(), &[]));
}

#[test]
fn a_delivery_is_verified_with_the_application_and_nothing_else() {
    let tiktok = TikTok::answering([]);
    let webhook = tiktok.provider.webhook().unwrap();
    let (signed, unsigned) = (headers(&[PLAIN_SIGNATURE]), headers(&[]));
    assert_eq!(webhook.claim(&Delivery { headers: &signed, body: b"" }), Ok(Claim::App));
    assert_eq!(webhook.claim(&Delivery { headers: &unsigned, body: b"" }), Err(Refused));
    let by_token =
        webhook.verify(&Delivery { headers: &signed, body: PLAIN.as_bytes() }, &Proof::Subscription(&[0; 32]));
    assert!(by_token.is_err());
    assert!(webhook.handshake(&[], &[signed_app("app-secret")]).is_err());
}

#[test]
fn bytes_that_are_no_text_are_verified_as_they_are() {
    let body = b"{\"object\":1,\"x\":\"\xff\xfe\"}";
    assert!(accepts(&sign(body), body));
    assert!(!accepts(&sign(b"{\"object\":1,\"x\":\"\\u00ff\\u00fe\"}"), body));
}
