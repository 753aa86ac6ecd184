//! Grants through the vault's own doors.

use super::scene::{create, credential, granted, labels, read, with_grant};
use crate::bench::Bench;
use domain::ids::{GrantId, ProviderSlug};
use secrecy::ExposeSecret;
use shared::vault::{StoredGrant, VaultError};
use uuid::Uuid;

pub(super) async fn a_grant_is_read_by_its_version_as_it_was_stored(bench: Bench) {
    let vault = bench.vault();
    let pointer = create(&vault, &granted("töken \"1\"\n", 3)).await.unwrap();
    let found = vault.read(&pointer).await.unwrap();
    assert_eq!((credential(&found), found.fence, &found.parent_version), ("töken \"1\"\n", 3, &None));
    assert_eq!(found.obtained_at, granted("", 0).obtained_at);
}

pub(super) async fn a_creation_is_repeated_without_harm(bench: Bench) {
    let (vault, pointer) = with_grant(&bench).await;
    assert_eq!(create(&vault, &granted("first", 1)).await, Ok(pointer.clone()));
    assert_eq!(labels(&bench, &pointer.secret).await, [format!("{} AWSCURRENT", pointer.version)]);
}

pub(super) async fn a_name_is_given_to_one_grant(bench: Bench) {
    let (vault, pointer) = with_grant(&bench).await;
    assert_eq!(create(&vault, &granted("another", 1)).await, Err(VaultError::Conflict));
    assert_eq!(read(&vault, &pointer).await, "first");
}

pub(super) async fn a_creation_whose_answer_was_lost_succeeds_once(bench: Bench) {
    let unlucky = bench.vault_by(bench.clients_losing("CreateSecret"));
    let pointer = create(&unlucky, &granted("first", 1)).await.unwrap();
    assert_eq!(read(&unlucky, &pointer).await, "first");
    assert_eq!(labels(&bench, &pointer.secret).await, [format!("{} AWSCURRENT", pointer.version)]);
}

pub(super) async fn a_refresh_whose_answer_was_lost_is_stored_once(bench: Bench) {
    let (_, first) = with_grant(&bench).await;
    let unlucky = bench.vault_by(bench.clients_losing("PutSecretValue"));
    let second = unlucky.put(&first, &granted("second", 2)).await.unwrap();
    let mut expected = vec![format!("{} AWSCURRENT", second.version), format!("{} AWSPREVIOUS", first.version)];
    expected.sort();
    assert_eq!(labels(&bench, &first.secret).await, expected);
}

pub(super) async fn a_repeated_refresh_changes_nothing(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    let second = vault.put(&first, &granted("second", 2)).await.unwrap();
    let third = vault.put(&second, &granted("third", 3)).await.unwrap();
    assert_eq!(vault.put(&first, &granted("second", 2)).await, Ok(second));
    assert_eq!(vault.newest(&first).await.unwrap().0, third);
}

pub(super) async fn a_fence_holds_one_value(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    let second = vault.put(&first, &granted("second", 2)).await.unwrap();
    assert_eq!(vault.put(&first, &granted("other", 2)).await, Err(VaultError::Conflict));
    assert_eq!(read(&vault, &second).await, "second");
    assert_eq!(vault.newest(&first).await.unwrap().0, second);
}

pub(super) async fn of_two_refreshes_at_once_both_are_kept(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    let (two, three) = (granted("two", 2), granted("three", 3));
    let (two, three) = tokio::join!(vault.put(&first, &two), vault.put(&first, &three));
    assert_eq!(read(&vault, &two.unwrap()).await, "two");
    assert_eq!(read(&vault, &three.unwrap()).await, "three");
}

pub(super) async fn a_grant_of_sixty_kibibytes_is_kept(bench: Bench) {
    let vault = bench.vault();
    let long = "x".repeat(59 * 1024);
    let pointer = create(&vault, &granted(&long, 1)).await.unwrap();
    assert_eq!(read(&vault, &pointer).await.len(), long.len());
    let other = StoredGrant { grant: GrantId::new(Uuid::from_u128(3)), ..granted(&"x".repeat(60 * 1024), 1) };
    assert_eq!(create(&vault, &other).await, Err(VaultError::Malformed));
}

pub(super) async fn an_application_is_read_once_it_is_registered(bench: Bench) {
    let (vault, clients) = (bench.vault(), bench.clients());
    let provider = ProviderSlug::parse("a-provider").unwrap();
    let name = format!("{}/providers/{provider}", bench.secret_prefix());
    assert_eq!(vault.app_credentials(&provider).await.map(drop), Err(VaultError::NotConfigured));
    clients
        .secrets()
        .create_secret()
        .name(&name)
        .secret_string(r#"{"client_id":"","client_secret":""}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(vault.app_credentials(&provider).await.map(drop), Err(VaultError::NotConfigured));
    let filled_in = r#"{"client_id":"id","client_secret":"secret"}"#;
    clients.secrets().put_secret_value().secret_id(&name).secret_string(filled_in).send().await.unwrap();
    let app = vault.app_credentials(&provider).await.unwrap();
    assert_eq!((app.client_id.as_str(), app.client_secret.expose_secret()), ("id", "secret"));
}
