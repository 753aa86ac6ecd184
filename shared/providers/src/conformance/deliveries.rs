//! A delivery is taken when it is genuine, byte for byte, and refused with anything else.

use super::specimen::*;
use super::subject::{Subject, subjects};
use crate::contract::*;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue};
use ring::digest::{SHA256, digest};

/// The way of a delivery through the door: who it claims to be from, and whether that is true.
pub(super) fn take(
    webhook: &dyn Webhook,
    delivery: &Delivery<'_>,
    apps: &[AppCredentials],
    token: &str,
) -> Result<Vec<Notice>, Refused> {
    let hash: [u8; 32] = digest(&SHA256, token.as_bytes()).as_ref().try_into().unwrap();
    let proof = match webhook.claim(delivery)? {
        Claim::App => Proof::App(apps),
        Claim::Subscription(id) if id == CHANNEL => Proof::Subscription(&hash),
        Claim::Subscription(_) => return Err(Refused),
    };
    Ok(webhook.parse(webhook.verify(delivery, &proof)?))
}

/// A genuine delivery, and the door that it comes to.
struct Genuine<'a> {
    subject: &'a Subject,
    webhook: &'a dyn Webhook,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Genuine<'_> {
    fn taken(&self, headers: &HeaderMap, body: &[u8]) -> Result<Vec<Notice>, Refused> {
        take(self.webhook, &Delivery { headers, body }, &[app()], SECRET)
    }

    fn voucher(&self) -> &HeaderValue {
        &self.headers[self.subject.specimen.voucher()]
    }

    fn with_voucher(&self, value: &[u8]) -> Option<HeaderMap> {
        let mut headers = self.headers.clone();
        headers.insert(self.subject.specimen.voucher(), HeaderValue::from_bytes(value).ok()?);
        Some(headers)
    }

    #[track_caller]
    fn assert_refused(&self, headers: &HeaderMap, body: &[u8], what: &str) {
        let taken = self.taken(headers, body);
        assert_eq!(taken, Err(Refused), "{}: {what}: {headers:?}", self.subject.specimen.slug());
    }

    /// Another body is refused; where nothing but a token vouches for a delivery, its body says nothing at all.
    #[track_caller]
    fn assert_other_body(&self, body: &[u8], what: &str) {
        let is_signed = matches!(self.webhook.claim(&self.delivery()), Ok(Claim::App));
        let expected = if is_signed { Err(Refused) } else { self.taken(&self.headers, &self.body) };
        assert_eq!(self.taken(&self.headers, body), expected, "{}: {what}", self.subject.specimen.slug());
    }

    fn delivery(&self) -> Delivery<'_> {
        Delivery { headers: &self.headers, body: &self.body }
    }
}

/// Every genuine delivery of every provider that delivers.
async fn each(test: impl Fn(&Genuine<'_>)) {
    for subject in subjects().await {
        let provider = subject.bench(subject.good()).provider;
        let Some(webhook) = provider.webhook() else { continue };
        let deliveries = subject.specimen.deliveries();
        assert!(!deliveries.is_empty(), "{} delivers, and its specimen does not", subject.specimen.slug());
        for body in deliveries.into_iter().map(String::into_bytes) {
            let headers = subject.specimen.sign(&body, SECRET);
            test(&Genuine { subject: &subject, webhook, headers, body });
        }
    }
}

#[tokio::test]
async fn a_genuine_delivery_is_taken_and_tells_something() {
    each(|genuine| {
        let notices = genuine.taken(&genuine.headers, &genuine.body).expect("it is genuine");
        assert!(!notices.is_empty(), "{}", genuine.subject.specimen.slug());
        assert!(!format!("{notices:?}").contains("canary"), "{notices:?}");
        // While a secret is being replaced there are two.
        let two = [app_with("another"), app()];
        assert_eq!(take(genuine.webhook, &genuine.delivery(), &two, SECRET), Ok(notices));
    })
    .await;
}

#[tokio::test]
async fn every_bit_of_the_body_counts() {
    each(|genuine| {
        for at in 0..genuine.body.len() {
            for bit in 0..8 {
                let mut body = genuine.body.clone();
                body[at] ^= 1 << bit;
                genuine.assert_other_body(&body, &format!("bit {bit} of byte {at} of the body"));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_cut_or_goes_on_is_another_one() {
    each(|genuine| {
        for end in 0..genuine.body.len() {
            genuine.assert_other_body(&genuine.body[..end], &format!("{end} bytes of the body"));
        }
        for more in [&b" "[..], b"\n", b"\0", b"\r\n", b"{}", &genuine.body.clone()] {
            genuine.assert_other_body(&[&genuine.body, more].concat(), "a body that goes on");
            genuine.assert_other_body(&[more, &genuine.body].concat(), "a body with something before it");
        }
    })
    .await;
}

#[tokio::test]
async fn every_bit_of_what_vouches_counts() {
    each(|genuine| {
        let voucher = genuine.voucher().as_bytes();
        for at in 0..voucher.len() {
            for bit in 0..8 {
                let mut other = voucher.to_vec();
                other[at] ^= 1 << bit;
                // What cannot be a header does not come this far.
                let Some(headers) = genuine.with_voucher(&other) else { continue };
                genuine.assert_refused(&headers, &genuine.body, &format!("bit {bit} of byte {at} of the voucher"));
            }
        }
    })
    .await;
}

/// What is not the very same text, though it may mean the same bytes.
fn other_spellings(voucher: &str) -> Vec<String> {
    let mut others: Vec<String> = (0..voucher.len()).map(|end| voucher[..end].to_owned()).collect();
    for (before, after) in [("", " "), (" ", ""), ("\t", ""), ("", "0"), ("", "00"), ("0", ""), ("", ","), ("\"", "\"")]
    {
        others.push(format!("{before}{voucher}{after}"));
    }
    let digits = voucher.rsplit('=').next().unwrap();
    let prefix = voucher.strip_suffix(digits).unwrap();
    for other in ["sha256=", "SHA256=", "sha256:", "sha1=", "sha512=", "0x", "="] {
        others.push(format!("{other}{voucher}"));
        others.push(format!("{other}{digits}"));
    }
    others.extend([digits.to_owned(), prefix.to_owned(), voucher.to_uppercase()]);
    others.extend([format!("{prefix}{}", digits.to_uppercase()), format!("{prefix} {digits}")]);
    others.push(format!("{voucher}, {voucher}"));
    if let Ok(bytes) = hex::decode(digits) {
        for engine in [&BASE64_STANDARD, &BASE64_URL_SAFE_NO_PAD] {
            others.extend([format!("{prefix}{}", engine.encode(&bytes)), engine.encode(&bytes)]);
        }
    }
    others.retain(|other| other != voucher);
    others
}

#[tokio::test]
async fn what_vouches_has_one_spelling() {
    each(|genuine| {
        let voucher = genuine.voucher().to_str().unwrap().to_owned();
        for other in other_spellings(&voucher) {
            let headers = genuine.with_voucher(other.as_bytes()).expect("it can be a header");
            genuine.assert_refused(&headers, &genuine.body, &other);
        }
    })
    .await;
}

#[tokio::test]
async fn what_vouches_is_there_once_under_its_own_name() {
    each(|genuine| {
        let name = genuine.subject.specimen.voucher();
        let mut without = genuine.headers.clone();
        without.remove(name);
        genuine.assert_refused(&without, &genuine.body, "nothing vouches");
        let mut elsewhere = without.clone();
        elsewhere.insert("x-another", genuine.voucher().clone());
        elsewhere.insert("authorization", genuine.voucher().clone());
        genuine.assert_refused(&elsewhere, &genuine.body, "it has another name");
        for (first, second) in
            [(genuine.voucher(), None), (genuine.voucher(), Some("x")), (genuine.voucher(), Some(""))]
        {
            let second = second.map_or_else(|| first.clone(), |text| HeaderValue::from_str(text).unwrap());
            for pair in [[first.clone(), second.clone()], [second.clone(), first.clone()]] {
                let mut twice = without.clone();
                for value in pair {
                    twice.append(name, value);
                }
                genuine.assert_refused(&twice, &genuine.body, "it comes twice");
            }
        }
        genuine.assert_refused(&HeaderMap::new(), &genuine.body, "there are no headers");
    })
    .await;
}

#[tokio::test]
async fn only_the_right_secret_vouches() {
    each(|genuine| {
        let specimen = &genuine.subject.specimen;
        for other in
            ["another", "", "canary-client-secre", "canary-client-secret ", "Canary-client-secret", VERIFY_TOKEN]
        {
            genuine.assert_refused(&specimen.sign(&genuine.body, other), &genuine.body, "signed with another secret");
            let refused = take(genuine.webhook, &genuine.delivery(), &[app_with(other)], other);
            assert_eq!(refused, Err(Refused), "{}: verified with {other}", specimen.slug());
        }
        assert_eq!(take(genuine.webhook, &genuine.delivery(), &[], ""), Err(Refused));
        // A secret that is not set would let everybody sign.
        let (headers, body) = (&specimen.sign(&genuine.body, ""), genuine.body.as_slice());
        let unset = take(genuine.webhook, &Delivery { headers, body }, &[app_with("")], "");
        assert_eq!(unset, Err(Refused), "{}: signed with an empty secret", specimen.slug());
    })
    .await;
}

#[tokio::test]
async fn a_proof_of_another_kind_proves_nothing() {
    each(|genuine| {
        let (apps, hash) = ([app()], [0; 32]);
        let other = match genuine.webhook.claim(&genuine.delivery()).unwrap() {
            Claim::App => Proof::Subscription(&hash),
            Claim::Subscription(_) => Proof::App(&apps),
        };
        assert!(genuine.webhook.verify(&genuine.delivery(), &other).is_err(), "{}", genuine.subject.specimen.slug());
    })
    .await;
}
