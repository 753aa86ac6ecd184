//! Who uses a provider's account, so that a revocation never kills another tenant's grant.

use super::expression::{When, any, check, instant, number, put};
use super::table::{Query, Range, StoreError};
use super::{Store, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, GrantId, IntegrationId, ProviderAccountId, ProviderSlug};
use serde::Deserialize;

/// A revocation of a provider account that may be under way.
#[derive(Debug, Clone, Copy)]
pub struct Revoking;

impl Revoking {
    /// For how long after a disconnect nobody may connect the same provider account (`docs/ARCHITECTURE.md`,
    /// "Revoke window").
    pub const WINDOW: TimeDelta = TimeDelta::seconds(60);
    /// The revocation begins within this time of the window's beginning, or not in this window: it takes up to 10 s, and
    /// a connect that exchanged its code before it landed has another 20 s for its commit, which the window must refuse
    /// (`docs/decisions/0014`).
    pub const BEGINS_WITHIN: TimeDelta = TimeDelta::seconds(30);

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

/// An account that has data of a provider's account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Holder {
    /// The tenant.
    pub account: AccountId,
    /// Its integration.
    pub integration: IntegrationId,
}

/// Notes that this integration has data of the provider account: for longer than it is connected.
pub(super) fn holds(
    table: &str,
    provider: &ProviderSlug,
    id: &ProviderAccountId,
    account: &AccountId,
    integration: IntegrationId,
) -> Result<TransactWriteItem, StoreError> {
    let mut item = keys::external_holder(provider, id, account).into_item();
    item.insert("account".into(), any(account)?);
    item.insert("integration".into(), any(&integration)?);
    put(table, item, None)
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

impl Store {
    /// Begins a window of its own for a revocation that could not begin in the former one. Put first and read the users
    /// afterwards: whoever connects later is refused by the window, whoever was earlier is seen.
    pub async fn begin_revoking(&self, provider: &ProviderSlug, id: &ProviderAccountId) -> Result<(), StoreError> {
        self.table.transact(vec![Revoking::begin(self.table.name(), provider, id, self.now())?]).await
    }

    /// Every account that has data of this account of the provider.
    pub async fn holders(&self, provider: &ProviderSlug, id: &ProviderAccountId) -> Result<Vec<Holder>, StoreError> {
        let partition = keys::external_account_partition(provider, id);
        self.table.query_all(None, &partition, || Range::Prefix(keys::HOLDER.into())).await
    }

    /// Whether any account uses this account of the provider.
    pub async fn is_used(&self, provider: &ProviderSlug, id: &ProviderAccountId) -> Result<bool, StoreError> {
        let range = Range::Prefix(keys::ACCOUNT.into());
        let query = Query { limit: Some(1), ..Query::of(keys::external_account_partition(provider, id), range) };
        Ok(!self.table.query(query).await?.items.is_empty())
    }
}
