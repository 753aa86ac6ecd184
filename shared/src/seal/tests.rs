use super::{Context, Keyring, KeyringError, KeysError, Purpose, SealError, SealKeys, Sealer};
use crate::clients::fake::{Answer, FakeAws};
use crate::clock::Clock;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const ONE: &str = r#"{"k1":"first random text of a key"}"#;
const TWO: &str = r#"{"k1":"first random text of a key","k2":"second random text of a key"}"#;

fn keyring(json: &str) -> Arc<Keyring> {
    Arc::new(Keyring::parse(&json.into()).unwrap())
}

fn sealer(json: &str) -> Sealer {
    Sealer::new(keyring(json), Purpose::Access)
}

fn context() -> Context {
    Context::new(&[("account", "acme"), ("integration", "i1"), ("grant", "g1")])
}

fn opened(outcome: Result<SecretString, SealError>) -> Result<String, SealError> {
    outcome.map(|secret| secret.expose_secret().to_owned())
}

#[test]
fn what_was_sealed_opens_in_its_place() {
    let sealed = sealer(ONE).seal(&"ya29.CANARY".into(), &context());
    assert!(sealed.starts_with("v1.k1."), "{sealed}");
    assert_eq!(opened(sealer(ONE).open(&sealed, &context())).as_deref(), Ok("ya29.CANARY"));
}

#[test]
fn the_same_secret_is_never_sealed_to_the_same_text() {
    let sealer = sealer(ONE);
    assert_ne!(sealer.seal(&"token".into(), &context()), sealer.seal(&"token".into(), &context()));
}

#[test]
fn an_envelope_does_not_open_in_another_place() {
    let sealed = sealer(ONE).seal(&"token".into(), &context());
    let elsewhere = [
        Context::new(&[("account", "acme"), ("integration", "i1"), ("grant", "g2")]),
        Context::new(&[("account", "acme"), ("integration", "i1")]),
        Context::new(&[("account", "acmei"), ("integration", "1"), ("grant", "g1")]),
        Context::new(&[("integration", "i1"), ("account", "acme"), ("grant", "g1")]),
        Context::new(&[]),
    ];
    for other in elsewhere {
        assert_eq!(opened(sealer(ONE).open(&sealed, &other)), Err(SealError::Refused), "{other:?}");
    }
}

#[test]
fn an_envelope_does_not_open_for_another_purpose() {
    let sealed = Sealer::new(keyring(ONE), Purpose::Code).seal(&"code".into(), &context());
    for purpose in [Purpose::Verifier, Purpose::Access, Purpose::Journal] {
        let outcome = Sealer::new(keyring(ONE), purpose).open(&sealed, &context());
        assert_eq!(opened(outcome), Err(SealError::Refused));
    }
}

#[test]
fn an_envelope_does_not_open_with_another_key_of_the_same_name() {
    let sealed = sealer(ONE).seal(&"token".into(), &context());
    let stranger = sealer(r#"{"k1":"another random text of a key"}"#);
    assert_eq!(opened(stranger.open(&sealed, &context())), Err(SealError::Refused));
}

#[test]
fn an_envelope_relabelled_to_another_key_does_not_open() {
    let sealed = sealer(ONE).seal(&"token".into(), &context());
    let twins = sealer(r#"{"k1":"first random text of a key","k2":"first random text of a key"}"#);
    assert_eq!(opened(twins.open(&sealed.replace("v1.k1", "v1.k2"), &context())), Err(SealError::Refused));
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    let sealed = sealer(ONE).seal(&"token".into(), &context());
    let body = URL_SAFE_NO_PAD.decode(sealed.strip_prefix("v1.k1.").unwrap()).unwrap();
    for byte in 0..body.len() {
        for bit in 0..8 {
            let mut forged = body.clone();
            forged[byte] ^= 1 << bit;
            let forged = format!("v1.k1.{}", URL_SAFE_NO_PAD.encode(forged));
            assert_eq!(opened(sealer(ONE).open(&forged, &context())), Err(SealError::Refused), "byte {byte}");
        }
    }
}

#[test]
fn what_is_not_an_envelope_is_malformed() {
    let sealed = sealer(ONE).seal(&"token".into(), &context());
    for text in ["", "v1", "v1.k1", "v1.k1.", "v1.k1.AAAA", "v1.k1.!!!!", &sealed.replace("v1.", "v2."), &sealed[3..]] {
        assert_eq!(opened(sealer(ONE).open(text, &context())), Err(SealError::Malformed), "{text}");
    }
}

#[test]
fn a_rotated_keyring_seals_with_the_new_key_and_still_opens_the_old() {
    let old = sealer(ONE).seal(&"token".into(), &context());
    let new = sealer(TWO).seal(&"token".into(), &context());
    assert!(new.starts_with("v1.k2."), "{new}");
    assert_eq!(opened(sealer(TWO).open(&old, &context())).as_deref(), Ok("token"));
    assert_eq!(opened(sealer(ONE).open(&new, &context())), Err(SealError::UnknownKey));
}

#[test]
fn the_tenth_key_is_higher_than_the_ninth() {
    let ring = r#"{"k10":"tenth random text of a key","k9":"ninth random text of a key"}"#;
    assert!(sealer(ring).seal(&"token".into(), &context()).starts_with("v1.k10."));
}

#[test]
fn what_is_not_a_keyring_is_refused_without_telling_what_it_was() {
    for json in ["", "{}", "[]", r#"{"k1":1}"#, r#"{"k1":"CANARY-short"}"#, r#"{"K.1":"CANARY long enough for a key"}"#]
    {
        let error = Keyring::parse(&json.into()).unwrap_err();
        assert_eq!(error, KeyringError);
        assert!(!format!("{error} {error:?}").contains("CANARY"));
    }
    assert_eq!(format!("{:?}", keyring(ONE)), r#"Keyring { sealing: "k1", .. }"#);
}

#[derive(Clone)]
struct Hand(Arc<Mutex<DateTime<Utc>>>);

impl Hand {
    fn forward(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A secret that can be changed, the keys read from it, and the clock that they go by.
fn stored(first: &str) -> (Arc<Mutex<String>>, FakeAws, Hand) {
    let secret = Arc::new(Mutex::new(first.to_owned()));
    let behind = Arc::clone(&secret);
    let aws = FakeAws::answering(move |_| Answer::ok(json!({ "SecretString": *behind.lock().unwrap() })));
    (secret, aws, Hand(Arc::new(Mutex::new(DateTime::UNIX_EPOCH))))
}

fn keys(aws: &FakeAws, clock: &Hand) -> SealKeys {
    SealKeys::new(aws.clients(), "aura/test/seal/tokens", Arc::new(clock.clone()))
}

#[tokio::test]
async fn an_instance_reads_its_keyring_once() {
    let (_, aws, clock) = stored(ONE);
    let keys = keys(&aws, &clock);
    assert_eq!(aws.ops().len(), 0);
    let sealed = keys.seal(Purpose::Access, &"token".into(), &context()).await.unwrap();
    clock.forward(TimeDelta::days(1));
    let plain = keys.open(Purpose::Access, &sealed, &context()).await.unwrap();
    assert_eq!(plain.expose_secret(), "token");
    assert_eq!(aws.ops(), ["GetSecretValue"]);
    assert_eq!(aws.calls()[0].body["SecretId"], Value::from("aura/test/seal/tokens"));
}

#[tokio::test]
async fn an_envelope_of_a_new_key_makes_the_keyring_be_read_again_once_a_minute() {
    let (secret, aws, clock) = stored(ONE);
    let keys = keys(&aws, &clock);
    keys.seal(Purpose::Access, &"token".into(), &context()).await.unwrap();
    let new = sealer(TWO).seal(&"newer".into(), &context());

    let too_soon = keys.open(Purpose::Access, &new, &context()).await.unwrap_err();
    assert_eq!(too_soon, KeysError::Seal(SealError::UnknownKey));
    assert_eq!(aws.ops().len(), 1);

    clock.forward(TimeDelta::minutes(1));
    *secret.lock().unwrap() = TWO.to_owned();
    let plain = keys.open(Purpose::Access, &new, &context()).await.unwrap();
    assert_eq!(plain.expose_secret(), "newer");
    assert_eq!(aws.ops().len(), 2);
}

#[tokio::test]
async fn a_keyring_that_cannot_be_read_is_asked_for_again_at_the_next_use() {
    let reachable = Arc::new(Mutex::new(false));
    let behind = Arc::clone(&reachable);
    let aws = FakeAws::answering(move |_| match *behind.lock().unwrap() {
        true => Answer::ok(json!({ "SecretString": ONE })),
        false => Answer::error(400, "AccessDeniedException"),
    });
    let keys = keys(&aws, &Hand(Arc::new(Mutex::new(DateTime::UNIX_EPOCH))));
    let refused = keys.seal(Purpose::Code, &"code".into(), &context()).await.unwrap_err();
    assert_eq!(refused, KeysError::Unavailable);
    *reachable.lock().unwrap() = true;
    keys.seal(Purpose::Code, &"code".into(), &context()).await.unwrap();
}
