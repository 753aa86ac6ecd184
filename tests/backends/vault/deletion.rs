//! Secrets that are about to be deleted.

use super::scene::{create, granted, read, value, with_grant};
use crate::bench::{Bench, code};
use shared::clock::{Clock, SystemClock};
use shared::vault::VaultError;

pub(super) async fn a_deleted_secret_is_not_found_and_can_be_deleted_again(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    vault.schedule_deletion(&first.secret).await.unwrap();
    assert_eq!(vault.newest(&first).await.map(drop), Err(VaultError::NotFound));
    // That it is about to go is another answer than that it never was.
    assert_eq!(value(&bench, &first.secret, Some(&first.version), None).await, "InvalidRequestException");
    vault.schedule_deletion(&first.secret).await.unwrap();
}

pub(super) async fn a_deleted_secret_takes_no_version(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    vault.schedule_deletion(&first.secret).await.unwrap();
    assert_eq!(vault.put(&first, &granted("second", 2)).await, Err(VaultError::NotFound));
}

pub(super) async fn the_name_of_a_deleted_secret_cannot_be_used(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    vault.schedule_deletion(&first.secret).await.unwrap();
    assert_eq!(create(&vault, &granted("another", 1)).await, Err(VaultError::Conflict));
    let again = bench.clients().secrets().create_secret().name(&first.secret).secret_string("x").send().await;
    assert_eq!(code(again), "InvalidRequestException");
}

pub(super) async fn a_deleted_secret_comes_back_whole(bench: Bench) {
    let (vault, first) = with_grant(&bench).await;
    let second = vault.put(&first, &granted("second", 2)).await.unwrap();
    vault.schedule_deletion(&first.secret).await.unwrap();
    bench.clients().secrets().restore_secret().secret_id(&first.secret).send().await.unwrap();
    assert_eq!(vault.newest(&first).await.unwrap().0, second);
    assert_eq!(read(&vault, &first).await, "first");
}

pub(super) async fn a_secret_goes_after_seven_days_at_the_earliest(bench: Bench) {
    let (_, first) = with_grant(&bench).await;
    let clients = bench.clients();
    let delete = |days| clients.secrets().delete_secret().secret_id(&first.secret).recovery_window_in_days(days).send();
    assert_eq!(code(delete(6).await), "InvalidParameterException");
    assert_eq!(code(delete(31).await), "InvalidParameterException");
    let gone = delete(7).await.unwrap().deletion_date.unwrap().secs();
    let days = (gone - SystemClock.now().timestamp()) as f64 / 86_400.0;
    assert!((6.9..7.1).contains(&days), "it goes in {days} days");
    let described = clients.secrets().describe_secret().secret_id(&first.secret).send().await.unwrap();
    assert!(described.deleted_date.is_some());
}

pub(super) async fn what_never_was_is_deleted_already(bench: Bench) {
    bench.vault().schedule_deletion(&bench.name("nowhere")).await.unwrap();
    let deleted = bench.clients().secrets().delete_secret().secret_id(bench.name("nowhere")).send().await;
    assert_eq!(code(deleted), "ResourceNotFoundException");
}
