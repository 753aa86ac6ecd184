//! What people took back at a provider: Aura's access, or also the data that Aura has of them. One item says that it was
//! asked for, and one for each account what is left to do.

use super::due::{self, Due, ItemName};
use super::expression::{Item, number, put};
use super::table::{Query, Range, StoreError};
use super::{Store, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, IntegrationId, ProviderAccountId, ProviderSlug};
use serde::{Deserialize, Serialize};

/// So long a person can ask how far it is.
const ANSWERED_FOR: TimeDelta = TimeDelta::days(90);
/// The message comes first; the index nominates what it did not bring.
const MESSAGE_FIRST: TimeDelta = TimeDelta::minutes(1);
/// So many accounts are written at once.
const AT_ONCE: usize = 50;

/// What is left to do for one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// By which the person can ask how far it is.
    pub code: String,
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// The integration that had data then.
    pub id: IntegrationId,
    /// Whose access it was.
    pub user: ProviderAccountId,
    /// The data are to go too.
    pub erases: bool,
    /// When the provider says that it was asked for: a later consent is another one.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<DateTime<Utc>>,
    /// When Aura was told.
    #[serde(with = "ts_milliseconds")]
    pub told_at: DateTime<Utc>,
    /// What is left to destroy, once the integration has been changed: with it, this is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleanup: Option<ItemName>,
}

impl Withdrawal {
    /// The item's name, for the message that starts the work.
    pub fn name(&self) -> ItemName {
        keys::withdrawal_part(&self.code, &self.account, &self.provider).into()
    }

    pub(super) fn write(&self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(keys::withdrawal_part(&self.code, &self.account, &self.provider).into_item());
        due::enter(&mut item, Due::Cleanup, self.id, Some(self.told_at + MESSAGE_FIRST));
        put(table, item, None)
    }
}

/// That something was taken back.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    vendor: String,
}

/// How far a withdrawal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawalState {
    /// Some account has something left to do.
    UnderWay,
    /// All of it is done.
    Done,
}

impl Store {
    /// Notes that something was taken back, and what is to be done for each account. The same once more changes nothing
    /// but to do it again.
    pub async fn withdraw(&self, code: &str, vendor: &str, parts: &[Withdrawal]) -> Result<(), StoreError> {
        let table = self.table.name();
        let mut asked: Item = serde_dynamo::to_item(Asked { vendor: vendor.to_owned() }).map_err(StoreError::ours)?;
        asked.extend(keys::withdrawal(code).into_item());
        asked.insert(keys::EXPIRES.into(), number((self.now() + ANSWERED_FOR).timestamp()));
        let mut writes = vec![put(table, asked, None)?];
        for part in parts {
            writes.push(part.write(table)?);
        }
        for some in writes.chunks(AT_ONCE) {
            self.table.transact(some.to_vec()).await?;
        }
        Ok(())
    }

    /// How far it is; `None` for a code that was never given.
    pub async fn withdrawal(&self, code: &str) -> Result<Option<WithdrawalState>, StoreError> {
        let key = keys::withdrawal(code);
        let partition = key.pk.clone();
        if self.table.get::<Asked>(key).await?.is_none() {
            return Ok(None);
        }
        let left = Query { limit: Some(1), ..Query::of(partition, Range::Prefix(keys::ACCOUNT.into())) };
        let is_left = !self.table.query(left).await?.items.is_empty();
        Ok(Some(if is_left { WithdrawalState::UnderWay } else { WithdrawalState::Done }))
    }

    /// Nothing is left to do for this account.
    pub async fn finish_withdrawal(&self, part: &Withdrawal) -> Result<(), StoreError> {
        self.table.delete(keys::withdrawal_part(&part.code, &part.account, &part.provider)).await
    }
}
