//! Who uses a provider's account, so that a revocation never kills another tenant's grant.

use super::expression::{When, any, check, instant, number, put};
use super::keys;
use super::table::StoreError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, GrantId, IntegrationId, ProviderAccountId, ProviderSlug};

/// A revocation of a provider account that may be under way.
#[derive(Debug, Clone, Copy)]
pub struct Revoking;

impl Revoking {
    /// For how long after a disconnect nobody may connect the same provider account (`docs/ARCHITECTURE.md`,
    /// "Revoke window").
    pub const WINDOW: TimeDelta = TimeDelta::seconds(60);

    /// Refuses the transaction while a revocation may be under way.
    pub(super) fn none_alive(
        table: &str,
        provider: &ProviderSlug,
        id: &ProviderAccountId,
        now: DateTime<Utc>,
    ) -> Result<TransactWriteItem, StoreError> {
        let over = When::Any(vec![When::Absent(keys::PK), When::Below("until", instant(now))]);
        check(table, keys::revoking(provider, id), over)
    }

    /// Begins the window.
    pub(super) fn begin(
        table: &str,
        provider: &ProviderSlug,
        id: &ProviderAccountId,
        now: DateTime<Utc>,
    ) -> Result<TransactWriteItem, StoreError> {
        let until = now + Self::WINDOW;
        let mut item = keys::revoking(provider, id).into_item();
        item.insert("until".into(), instant(until));
        item.insert(keys::EXPIRES.into(), number((until + TimeDelta::days(1)).timestamp()));
        put(table, item, None)
    }
}

/// Notes that this integration uses the provider account. The grant is the stamp that each set-up renews.
pub(super) fn uses(
    table: &str,
    provider: &ProviderSlug,
    id: &ProviderAccountId,
    account: &AccountId,
    integration: IntegrationId,
    grant: GrantId,
) -> Result<TransactWriteItem, StoreError> {
    let mut item = keys::external_account(provider, id, account).into_item();
    item.insert("integration".into(), any(&integration)?);
    item.insert("stamp".into(), any(&grant)?);
    put(table, item, None)
}
