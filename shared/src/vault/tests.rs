mod secrets;

use super::{Pointer, StoredGrant, Vault, VaultError};
use crate::clients::fake::{Answer, FakeAws};
use crate::clock::{Clock, SystemClock};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, GrantId, IntegrationId, ProviderAccountId, ProviderSlug};
use providers::Credential;
use secrecy::ExposeSecret;
use secrets::Secrets;
use serde_json::json;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

fn vault(aws: &FakeAws) -> Vault {
    Vault::new(aws.clients(), "aura/test", Arc::new(SystemClock))
}

fn account() -> AccountId {
    AccountId::parse("acme").unwrap()
}

fn integration() -> IntegrationId {
    IntegrationId::new(Uuid::from_u128(1))
}

fn granted(credential: &str, fence: u64) -> StoredGrant {
    StoredGrant {
        grant: GrantId::new(Uuid::from_u128(2)),
        provider_account: ProviderAccountId::parse("1094").unwrap(),
        credential: Credential(credential.into()),
        scopes: vec!["calendar.events".to_owned()],
        fence,
        parent_version: None,
        obtained_at: DateTime::from_timestamp(1_795_305_600, 0).unwrap(),
    }
}

async fn create(vault: &Vault, stored: &StoredGrant) -> Result<Pointer, VaultError> {
    vault.create(&account(), integration(), stored).await
}

fn credential(stored: &StoredGrant) -> &str {
    stored.credential.0.expose_secret()
}

#[tokio::test]
async fn a_grant_is_stored_under_its_own_name_and_read_by_its_version() {
    let secrets = Secrets::default();
    let aws = secrets.aws();
    let vault = vault(&aws);
    let pointer = create(&vault, &granted("refresh-1", 3)).await.unwrap();
    let name = "aura/test/grants/acme/00000000-0000-0000-0000-000000000001/00000000-0000-0000-0000-000000000002";
    let expected = Pointer {
        secret: name.to_owned(),
        version: "00000000-0000-0000-0000-000000000002".to_owned(),
        grant: GrantId::new(Uuid::from_u128(2)),
        fence: 3,
    };
    assert_eq!(pointer, expected);
    let read = vault.read(&pointer).await.unwrap();
    assert_eq!(credential(&read), "refresh-1");
    assert_eq!((read.provider_account.as_str(), read.fence, read.parent_version), ("1094", 3, None));
    assert_eq!((read.scopes, read.obtained_at), (granted("", 0).scopes, granted("", 0).obtained_at));
    let get = &aws.calls()[1].body;
    assert_eq!(*get, json!({ "SecretId": name, "VersionId": pointer.version }));
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_succeeds_once() {
    let secrets = Secrets::default();
    secrets.lose_answers(1);
    let vault = vault(&secrets.aws());
    let pointer = create(&vault, &granted("refresh-1", 1)).await.unwrap();
    assert_eq!(secrets.versions(&pointer.secret), 1);
}

#[tokio::test]
async fn a_repeated_creation_succeeds_though_the_service_says_that_the_name_is_taken() {
    let secrets = Secrets::default();
    secrets.refuse_repeated_creation();
    let vault = vault(&secrets.aws());
    let first = create(&vault, &granted("refresh-1", 1)).await.unwrap();
    assert_eq!(create(&vault, &granted("refresh-1", 1)).await, Ok(first));
    assert_eq!(create(&vault, &granted("refresh-2", 1)).await, Err(VaultError::Conflict));
}

#[tokio::test]
async fn a_refresh_adds_a_version_that_names_its_parent_and_leaves_the_former_readable() {
    let secrets = Secrets::default();
    let vault = vault(&secrets.aws());
    let first = create(&vault, &granted("refresh-1", 1)).await.unwrap();
    let second = vault.put(&first, &granted("refresh-2", 2)).await.unwrap();
    assert_ne!(first.version, second.version);
    let read = vault.read(&second).await.unwrap();
    assert_eq!(credential(&read), "refresh-2");
    assert_eq!(read.parent_version.as_ref(), Some(&first.version));
    assert_eq!(credential(&vault.read(&first).await.unwrap()), "refresh-1");
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_is_stored_once_and_another_value_is_a_conflict() {
    let secrets = Secrets::default();
    let vault = vault(&secrets.aws());
    let first = create(&vault, &granted("refresh-1", 1)).await.unwrap();
    secrets.lose_answers(3);
    assert_eq!(vault.put(&first, &granted("refresh-2", 2)).await, Err(VaultError::Unavailable));
    let second = vault.put(&first, &granted("refresh-2", 2)).await.unwrap();
    assert_eq!(secrets.versions(&second.secret), 2);
    assert_eq!(vault.put(&first, &granted("refresh-x", 2)).await, Err(VaultError::Conflict));
}

#[tokio::test]
async fn a_version_can_never_belong_to_another_grant() {
    let secrets = Secrets::default();
    let vault = vault(&secrets.aws());
    let first = create(&vault, &granted("refresh-1", 1)).await.unwrap();
    let other = GrantId::new(Uuid::from_u128(3));
    let strange = StoredGrant { grant: other, ..granted("refresh-2", 2) };
    assert_eq!(vault.put(&first, &strange).await, Err(VaultError::Conflict));
    let crossed = Pointer { grant: other, ..first };
    assert_eq!(vault.read(&crossed).await.unwrap_err(), VaultError::Malformed);
    assert_eq!(vault.newest(&crossed).await.unwrap_err(), VaultError::Malformed);
}

#[tokio::test]
async fn an_uncommitted_refresh_is_found_for_rolling_forward() {
    let secrets = Secrets::default();
    let vault = vault(&secrets.aws());
    let committed = create(&vault, &granted("refresh-1", 1)).await.unwrap();
    let written = vault.put(&committed, &granted("refresh-2", 2)).await.unwrap();
    let (pointer, stored) = vault.newest(&committed).await.unwrap();
    assert_eq!(pointer, written);
    assert_eq!(credential(&stored), "refresh-2");
    assert_eq!(stored.parent_version, Some(committed.version));
}

#[tokio::test]
async fn a_version_that_is_not_visible_yet_is_read_again() {
    let secrets = Secrets::default();
    let aws = secrets.aws();
    let vault = vault(&aws);
    let pointer = create(&vault, &granted("refresh-1", 1)).await.unwrap();
    secrets.hide_versions(3);
    assert_eq!(credential(&vault.read(&pointer).await.unwrap()), "refresh-1");
    let absent = Pointer { version: Uuid::from_u128(9).to_string(), ..pointer };
    assert_eq!(vault.read(&absent).await.unwrap_err(), VaultError::NotFound);
    let reads = aws.ops().iter().filter(|op| *op == "GetSecretValue").count();
    assert_eq!(reads, 4 + 6);
}

#[tokio::test]
async fn a_deletion_leaves_seven_days_and_may_be_repeated() {
    let secrets = Secrets::default();
    let aws = secrets.aws();
    let vault = vault(&aws);
    let pointer = create(&vault, &granted("refresh-1", 1)).await.unwrap();
    vault.schedule_deletion(&pointer.secret).await.unwrap();
    assert_eq!(aws.calls()[1].body, json!({ "SecretId": pointer.secret, "RecoveryWindowInDays": 7 }));
    assert_eq!(vault.read(&pointer).await.unwrap_err(), VaultError::NotFound);
    vault.schedule_deletion(&pointer.secret).await.unwrap();
    vault.schedule_deletion("aura/test/grants/never").await.unwrap();
    assert_eq!(create(&vault, &granted("refresh-1", 1)).await, Err(VaultError::Conflict));
}

#[tokio::test]
async fn a_deletion_without_an_answer_is_not_a_success() {
    let secrets = Secrets::default();
    secrets.lose_answers(3);
    let outcome = vault(&secrets.aws()).schedule_deletion("aura/test/grants/some").await;
    assert_eq!(outcome, Err(VaultError::Unavailable));
}

#[tokio::test]
async fn a_credential_that_is_too_long_is_refused_before_it_is_sent() {
    let secrets = Secrets::default();
    let aws = secrets.aws();
    let outcome = create(&vault(&aws), &granted(&"x".repeat(60 * 1024), 1)).await;
    assert_eq!(outcome, Err(VaultError::Malformed));
    assert!(aws.ops().is_empty());
}

#[tokio::test]
async fn throttling_is_told_from_an_outage() {
    for (code, expected) in [
        ("ThrottlingException", VaultError::Throttled),
        ("LimitExceededException", VaultError::Throttled),
        ("InternalServiceError", VaultError::Unavailable),
        ("AccessDeniedException", VaultError::Unavailable),
    ] {
        let aws = FakeAws::answering(move |_| Answer::error(400, code));
        assert_eq!(create(&vault(&aws), &granted("refresh-1", 1)).await, Err(expected), "{code}");
    }
}

#[test]
fn nothing_of_a_credential_is_shown() {
    let shown = format!("{:?}", granted("CANARY", 1));
    assert!(!shown.contains("CANARY"), "{shown}");
}

struct Hand(Mutex<DateTime<Utc>>);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn a_providers_registration_is_read_every_five_minutes_and_serves_on_in_an_outage() {
    let clock = Arc::new(Hand(Mutex::new(DateTime::UNIX_EPOCH)));
    let forward = |by: TimeDelta| *clock.0.lock().unwrap() += by;
    let secrets = Secrets::default();
    let aws = secrets.aws();
    let vault = Vault::new(aws.clients(), "aura/test", clock.clone());
    let google = ProviderSlug::parse("google-calendar").unwrap();
    let name = "aura/test/providers/google-calendar";

    assert_eq!(vault.app_credentials(&google).await.unwrap_err(), VaultError::NotConfigured);
    secrets.set(name, r#"{"client_id":"","client_secret":""}"#);
    assert_eq!(vault.app_credentials(&google).await.unwrap_err(), VaultError::NotConfigured);
    secrets.set(name, r#"{"client_id":"id-1","client_secret":"secret-1"}"#);
    assert_eq!(vault.app_credentials(&google).await.unwrap().client_secret.expose_secret(), "secret-1");

    secrets.set(name, r#"{"client_id":"id-2","client_secret":"secret-2"}"#);
    forward(TimeDelta::seconds(299));
    assert_eq!(vault.app_credentials(&google).await.unwrap().client_id, "id-1");
    assert_eq!(aws.ops().len(), 3);
    forward(TimeDelta::seconds(1));
    assert_eq!(vault.app_credentials(&google).await.unwrap().client_id, "id-2");

    forward(TimeDelta::hours(1));
    secrets.lose_answers(3);
    assert_eq!(vault.app_credentials(&google).await.unwrap().client_id, "id-2");
}
