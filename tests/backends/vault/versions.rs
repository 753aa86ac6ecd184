//! Versions and their labels.

use super::scene::{credential, granted, labels, read, value, with_grant};
use crate::bench::{Bench, code};
use shared::vault::{Pointer, VaultError};

/// A version that was never written.
const NEVER: &str = "00000000-0000-0000-0000-00000000dead";

pub(super) async fn the_newest_and_the_one_before_are_found_by_their_labels(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    let second = vault.put(&first, &granted("second", 2)).await.unwrap();
    let third = vault.put(&second, &granted("third", 3)).await.unwrap();
    let (newest, stored) = vault.newest(&first).await.unwrap();
    assert_eq!((newest, credential(&stored)), (third, "third"));
    assert_eq!(stored.parent_version.as_deref(), Some(second.version.as_str()));
    let (previous, stored) = vault.previous(&first).await.unwrap();
    assert_eq!((previous, credential(&stored)), (second, "second"));
}

/// It is deprecated, and not removed before it is a day old.
pub(super) async fn a_version_that_lost_its_label_is_still_read(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    let mut last = first.clone();
    for fence in 2..=5 {
        last = vault.put(&last, &granted(&format!("of fence {fence}"), fence)).await.unwrap();
    }
    assert_eq!(read(&vault, &first).await, "first");
    assert_eq!(read(&vault, &last).await, "of fence 5");
}

pub(super) async fn a_version_is_described_by_its_labels(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    let second = vault.put(&first, &granted("second", 2)).await.unwrap();
    let third = vault.put(&second, &granted("third", 3)).await.unwrap();
    let mut expected = vec![format!("{} AWSCURRENT", third.version), format!("{} AWSPREVIOUS", second.version)];
    expected.sort();
    assert_eq!(labels(&bench, &first.secret).await, expected);
}

pub(super) async fn a_pending_version_leaves_the_current_one(bench: Bench) {
    let (_, first) = with_grant(&bench).await;
    let clients = bench.clients();
    let put = clients.secrets().put_secret_value().secret_id(&first.secret).secret_string("pending");
    put.version_stages("AWSPENDING").client_request_token(NEVER).send().await.unwrap();
    assert!(value(&bench, &first.secret, None, None).await.contains("first"));
    assert_eq!(value(&bench, &first.secret, None, Some("AWSPENDING")).await, "pending");
    let expected = [format!("{} AWSCURRENT", first.version), format!("{NEVER} AWSPENDING")];
    assert_eq!(labels(&bench, &first.secret).await, expected);
}

pub(super) async fn a_version_and_a_label_must_agree(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    let second = vault.put(&first, &granted("second", 2)).await.unwrap();
    let at = |pointer: Pointer| {
        let bench = bench.clone();
        async move { value(&bench, &pointer.secret, Some(&pointer.version), Some("AWSCURRENT")).await }
    };
    assert!(at(second).await.contains("second"));
    assert_eq!(at(first).await, "InvalidRequestException");
}

pub(super) async fn what_does_not_exist_is_not_found(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    let nowhere = Pointer { secret: bench.name("nowhere"), ..first.clone() };
    assert_eq!(vault.newest(&nowhere).await.map(drop), Err(VaultError::NotFound));
    assert_eq!(vault.put(&nowhere, &granted("second", 2)).await, Err(VaultError::NotFound));
    // Nothing was written before the first.
    assert_eq!(vault.previous(&first).await.map(drop), Err(VaultError::NotFound));
    assert_eq!(value(&bench, &first.secret, Some(NEVER), None).await, "ResourceNotFoundException");
}

/// The template makes a provider's secret before anybody has put its registration in.
pub(super) async fn a_secret_without_a_value_is_not_found(bench: Bench) {
    let (clients, name) = (bench.clients(), bench.name("empty"));
    clients.secrets().create_secret().name(&name).send().await.unwrap();
    assert_eq!(value(&bench, &name, None, None).await, "ResourceNotFoundException");
}

pub(super) async fn a_value_holds_64_kibibytes_and_no_more(bench: Bench) {
    let clients = bench.clients();
    let create = |name: &str, size: usize| {
        clients.secrets().create_secret().name(bench.name(name)).secret_string("x".repeat(size)).send()
    };
    create("fits", 65_536).await.unwrap();
    let refused = code(create("too-long", 65_537).await);
    // The guide has the limit, the API's reference leaves it to the parameter's validation.
    assert!(["InvalidParameterException", "ValidationException"].contains(&refused.as_str()), "{refused}");
}

pub(super) async fn a_version_s_name_has_32_characters_at_least(bench: Bench) {
    let (clients, name) = (bench.clients(), bench.name("short"));
    let create = |token: &str| {
        clients.secrets().create_secret().name(&name).secret_string("x").client_request_token(token).send()
    };
    let refused = code(create("too-short").await);
    assert!(["InvalidParameterException", "ValidationException"].contains(&refused.as_str()), "{refused}");
    let token = "t".repeat(32);
    assert_eq!(create(&token).await.unwrap().version_id, Some(token));
}
