//! What a provider asks or tells beside its deliveries: whether the address is ours, and what is signed within a body.

use super::specimen::*;
use super::subject::subjects;
use crate::contract::*;

#[tokio::test]
async fn a_handshake_takes_the_verify_token_and_nothing_else() {
    for subject in subjects().await {
        let provider = subject.bench(subject.good()).provider;
        let Some(webhook) = provider.webhook() else { continue };
        let slug = subject.specimen.slug();
        let ask = |token: &str, apps: &[AppCredentials]| {
            webhook.handshake(&subject.specimen.handshake(token).unwrap_or_default(), apps)
        };
        assert_eq!(ask(VERIFY_TOKEN, &[app()]).is_ok(), subject.specimen.handshake("").is_some(), "{slug}");
        for wrong in ["", "another", "canary-verify-toke", "canary-verify-token ", SECRET] {
            assert_eq!(ask(wrong, &[app()]), Err(Refused), "{slug}: {wrong}");
        }
        let unset = AppCredentials { verify_token: None, ..app() };
        let empty = AppCredentials { verify_token: Some("".into()), ..app() };
        for (token, apps) in [(VERIFY_TOKEN, vec![unset]), ("", vec![empty]), (VERIFY_TOKEN, vec![])] {
            assert_eq!(ask(token, &apps), Err(Refused), "{slug}");
        }
        assert_eq!(webhook.handshake(&[], &[app()]), Err(Refused), "{slug}");
    }
}

#[tokio::test]
async fn every_bit_of_a_signed_request_counts() {
    for subject in subjects().await {
        let provider = subject.bench(subject.good()).provider;
        let (Some(webhook), Some(body)) = (provider.webhook(), subject.specimen.signed_request(SECRET)) else {
            continue;
        };
        assert!(webhook.signed_request(body.as_bytes(), &[app_with("another"), app()]).is_ok());
        for at in 0..body.len() {
            for bit in 0..8 {
                let mut other = body.clone().into_bytes();
                other[at] ^= 1 << bit;
                assert_eq!(webhook.signed_request(&other, &[app()]), Err(Refused), "bit {bit} of byte {at}");
            }
            assert_eq!(webhook.signed_request(&body.as_bytes()[..at], &[app()]), Err(Refused), "{at} bytes");
        }
        let unset = subject.specimen.signed_request("").unwrap();
        assert_eq!(webhook.signed_request(unset.as_bytes(), &[app_with("")]), Err(Refused));
        assert_eq!(webhook.signed_request(body.as_bytes(), &[app_with("another")]), Err(Refused));
    }
}
