//! A grant, and a secret that is written past the vault.

use crate::bench::{Bench, code};
use chrono::DateTime;
use domain::ids::{AccountId, GrantId, IntegrationId, ProviderAccountId};
use providers::Credential;
use secrecy::ExposeSecret;
use shared::vault::{Pointer, StoredGrant, Vault, VaultError};
use uuid::Uuid;

pub(super) fn granted(credential: &str, fence: u64) -> StoredGrant {
    StoredGrant {
        grant: GrantId::new(Uuid::from_u128(2)),
        provider_account: ProviderAccountId::parse("1094").unwrap(),
        credential: Credential(credential.into()),
        scopes: vec!["read".to_owned()],
        fence,
        parent_version: None,
        obtained_at: DateTime::from_timestamp(1_795_305_600, 0).unwrap(),
    }
}

pub(super) async fn create(vault: &Vault, stored: &StoredGrant) -> Result<Pointer, VaultError> {
    vault.create(&AccountId::parse("acme").unwrap(), IntegrationId::new(Uuid::from_u128(1)), stored).await
}

/// A vault with one grant, `first`.
pub(super) async fn with_grant(bench: &Bench) -> (Vault, Pointer) {
    let vault = bench.vault();
    let pointer = create(&vault, &granted("first", 1)).await.expect("a grant is stored");
    (vault, pointer)
}

pub(super) fn credential(stored: &StoredGrant) -> &str {
    stored.credential.0.expose_secret()
}

/// What the vault reads at this version.
pub(super) async fn read(vault: &Vault, pointer: &Pointer) -> String {
    credential(&vault.read(pointer).await.expect("a version")).to_owned()
}

/// The labels of each version that has any: `version label label`.
pub(super) async fn labels(bench: &Bench, secret: &str) -> Vec<String> {
    let clients = bench.clients();
    let described = clients.secrets().describe_secret().secret_id(secret).send().await.expect("a description");
    let versions = described.version_ids_to_stages.unwrap_or_default().into_iter();
    let mut labels: Vec<_> = versions
        .filter(|(_, labels)| !labels.is_empty())
        .map(|(version, mut labels)| {
            labels.sort();
            format!("{version} {}", labels.join(" "))
        })
        .collect();
    labels.sort();
    labels
}

/// How reading a version, a label or both ends: the value, or the error's code.
pub(super) async fn value(bench: &Bench, secret: &str, version: Option<&str>, label: Option<&str>) -> String {
    let clients = bench.clients();
    let get = clients.secrets().get_secret_value().secret_id(secret).set_version_id(version.map(str::to_owned));
    match get.set_version_stage(label.map(str::to_owned)).send().await {
        Ok(answer) => answer.secret_string.unwrap_or_else(|| "no text".to_owned()),
        Err(error) => code::<(), _>(Err(error)),
    }
}
