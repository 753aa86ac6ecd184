//! What vouches for a delivery, a handshake and a signed request, and what does not.

use super::*;
use base64::Engine;
use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue};

const HEADER: &str = "x-hub-signature-256";
/// As Facebook sends it: what is not ASCII is escaped, in lowercase digits.
const BODY: &str = r#"{"object":"page","entry":[],"name":"Zo\u00eb \/ caf\u00e9"}"#;

fn signed(signature: &str) -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static(HEADER), HeaderValue::from_bytes(signature.as_bytes()).unwrap())])
}

fn genuine(body: &[u8]) -> String {
    format!("sha256={}", hmac_hex(SECRET, body))
}

fn another(secret: &str) -> AppCredentials {
    AppCredentials { client_id: "app1".into(), client_secret: secret.into(), verify_token: Some("another".into()) }
}

fn verify(headers: &HeaderMap, body: &[u8], apps: &[AppCredentials]) -> Result<(), Refused> {
    let facebook = Facebook::answering(vec![]);
    let delivery = Delivery { headers, body };
    facebook.provider.webhook().unwrap().verify(&delivery, &Proof::App(apps)).map(drop)
}

/// The vector of RFC 4231, test case 2, and others that OpenSSL counted.
#[test]
fn the_signature_is_hmac_sha256_of_the_raw_bytes() {
    let body = b"what do ya want for nothing?";
    let known = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(verify(&signed(known), body, &[another("Jefe")]), Ok(()));
    let known = "sha256=41f2561e5a8818aaf17eb0e7bda0685cc53542240d9119ebcb90b79a2871d7f7";
    assert_eq!(verify(&signed(known), BODY.as_bytes(), &[app()]), Ok(()));
    assert_eq!(key(OF_PAGE).proof, "ee2940a5d6d6b44c838367a898b5866b78ba44ae29fa08fbfc1b6fa07450206a");
    let rewritten = serde_json::from_str::<Value>(BODY).unwrap().to_string();
    assert_eq!(verify(&signed(&genuine(BODY.as_bytes())), rewritten.as_bytes(), &[app()]), Err(Refused));
}

#[test]
fn the_older_header_of_sha1_counts_for_nothing() {
    let digits = hmac_hex(SECRET, BODY.as_bytes());
    let old = HeaderMap::from_iter([(
        HeaderName::from_static("x-hub-signature"),
        format!("sha256={digits}").parse().unwrap(),
    )]);
    assert_eq!(verify(&old, BODY.as_bytes(), &[app()]), Err(Refused));
}

fn shake(query: &[(&str, &str)], apps: &[AppCredentials]) -> Result<String, Refused> {
    let query: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Facebook::answering(vec![]).provider.webhook().unwrap().handshake(&query, apps)
}

#[test]
fn a_handshake_is_answered_with_its_challenge() {
    let query = [("hub.mode", "subscribe"), ("hub.challenge", "1158201444"), ("hub.verify_token", VERIFY)];
    assert_eq!(shake(&query, &[app()]), Ok("1158201444".to_owned()));
    assert_eq!(shake(&query, &[another("x"), app()]), Ok("1158201444".to_owned()));
    for missing in 0..3 {
        let mut less = query.to_vec();
        less.remove(missing);
        assert_eq!(shake(&less, &[app()]), Err(Refused));
        let mut twice = query.to_vec();
        twice.push(query[missing]);
        assert_eq!(shake(&twice, &[app()]), Err(Refused));
    }
    assert_eq!(shake(&[("hub.mode", "unsubscribe"), query[1], query[2]], &[app()]), Err(Refused));
}

#[test]
fn a_challenge_that_could_be_more_than_one_is_not_sent_back() {
    let challenge = |text: &str| {
        shake(&[("hub.mode", "subscribe"), ("hub.challenge", text), ("hub.verify_token", VERIFY)], &[app()])
    };
    assert!(challenge(&"aZ0_-".repeat(40)).is_ok());
    for text in ["", "<script>", "1 2", "1\r\nX: y", "ä", "1.5", &"1".repeat(201)] {
        assert_eq!(challenge(text), Err(Refused), "{text}");
    }
}

fn signed_request(payload: &str, secret: &str) -> String {
    let payload = BASE64_URL_SAFE_NO_PAD.encode(payload);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), payload.as_bytes());
    format!("{}.{payload}", BASE64_URL_SAFE_NO_PAD.encode(tag))
}

fn removed(body: &str) -> Result<SignedRequest, Refused> {
    Facebook::answering(vec![]).provider.webhook().unwrap().signed_request(body.as_bytes(), &[another("next"), app()])
}

const PAYLOAD: &str = r#"{"user_id":"10001","algorithm":"HMAC-SHA256","issued_at":1795341600,"expires":1}"#;

#[test]
fn a_signed_request_names_who_removed_the_application() {
    let known = "lj4rVax5hRQ1iVcgpIkUR3YNRFWGxRVXhxiqtc5AS8g.eyJ1c2VyX2lkIjoiMTAwMDEiLCJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIs\
                 Imlzc3VlZF9hdCI6MTc5NTM0MTYwMCwiZXhwaXJlcyI6MX0";
    assert_eq!(signed_request(PAYLOAD, SECRET), known);
    let request = removed(&format!("signed_request={known}")).unwrap();
    assert_eq!((request.user.as_str(), request.issued_at.unwrap().timestamp()), ("10001", 1_795_341_600));
    let number = r#"{"user_id":9007199254740993,"algorithm":"HMAC-SHA256","issued_at":null}"#;
    let request = removed(&format!("a=b&signed_request={}", signed_request(number, SECRET))).unwrap();
    assert_eq!((request.user.as_str(), request.issued_at), ("9007199254740993", None));
}

#[test]
fn a_signed_request_that_is_changed_or_of_another_form_is_refused() {
    let genuine = signed_request(PAYLOAD, SECRET);
    let (signature, payload) = genuine.split_once('.').unwrap();
    let hex = hmac_hex(SECRET, payload.as_bytes());
    let padded = BASE64_URL_SAFE.encode(BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap());
    let bodies = [
        String::new(),
        genuine.clone(),
        format!("signed_request={genuine}&signed_request={genuine}"),
        format!("signed_request={genuine}."),
        format!("signed_request={genuine}.x"),
        format!("signed_request={signature}"),
        format!("signed_request=.{payload}"),
        format!("signed_request={hex}.{payload}"),
        format!("signed_request={padded}.{payload}"),
        format!("signed_request={}.{payload}", &signature[..signature.len() - 1]),
        format!("signed_request={signature}.{}", BASE64_URL_SAFE_NO_PAD.encode(PAYLOAD.replace("10001", "10002"))),
        format!("signed_request={}", signed_request(PAYLOAD, "another secret")),
        format!("signed_request={}", signed_request(&PAYLOAD.replace("SHA256", "SHA1"), SECRET)),
        format!("signed_request={}", signed_request(&PAYLOAD.replace("HMAC-SHA256", "none"), SECRET)),
        format!("signed_request={}", signed_request(&PAYLOAD.replace("\"algorithm\":\"HMAC-SHA256\",", ""), SECRET)),
        format!("signed_request={}", signed_request(&PAYLOAD.replace("user_id", "user"), SECRET)),
        format!("signed_request={}", signed_request("[]", SECRET)),
        format!("signed_request={}", signed_request("canary", SECRET)),
    ];
    for body in bodies {
        assert_eq!(removed(&body), Err(Refused), "{body}");
    }
}
