//! The credential item: where the grant's secret is, the sealed access token, and the token lease with its fence.

use super::expression::{Item, Update, When, any, instant, number, text};
use super::table::StoreError;
use super::{Store, keys};
use crate::vault::Pointer;
use chrono::serde::{ts_milliseconds, ts_milliseconds_option};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, GrantId, IntegrationId, ProviderSlug};
use serde::{Deserialize, Serialize};

/// The credentials of an integration. No token is in it but sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credential {
    /// The integration.
    pub id: IntegrationId,
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// The grant.
    pub grant: GrantId,
    /// The version of the secret that is current.
    pub pointer: Pointer,
    /// The scopes that were granted.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The access token, a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<SealedAccess>,
    /// Grows each time the token lease is taken.
    pub fence: u64,
    /// Until when the holder of the token lease may write.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<DateTime<Utc>>,
    /// Versions that the provider refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dead: Vec<String>,
    /// Since when the grant is suspected dead: no call is made before the quiet period is over.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub suspected_at: Option<DateTime<Utc>>,
    /// A received credential that Secrets Manager would not take, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Journal>,
}

/// A sealed access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedAccess {
    /// The envelope.
    pub sealed: String,
    /// The fence of the refresh that brought it; tells a caller whose token was refused whether there is a newer one.
    pub fence: u64,
    /// When it expires; `None` when it does not.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A credential that waits to be written to Secrets Manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// The stored grant as JSON, sealed.
    pub sealed: String,
    /// The fence of the refresh that received it.
    pub fence: u64,
    /// When it was received.
    #[serde(with = "ts_milliseconds")]
    pub at: DateTime<Utc>,
}

impl Credential {
    pub(super) fn to_item(&self, due: Option<DateTime<Utc>>) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(keys::credential(self.id).into_item());
        if let Some(due) = due {
            item.insert("due_at".into(), instant(due));
            item.insert(keys::DUE.pk.into(), text(keys::due_shard("refresh", self.id)));
            item.insert(keys::DUE.sk.into(), text(keys::due_sort(due, self.id)));
        }
        Ok(item)
    }

    /// An update that requires the grant and the fence of this copy.
    fn update(&self) -> Result<Update, StoreError> {
        Ok(self.granted()?.when(When::Equals("fence", number(self.fence))))
    }

    /// Holds while nobody has taken the lease or moved the pointer since.
    pub(super) fn unchanged(&self) -> Result<When, StoreError> {
        let held = When::Equals("fence", number(self.fence));
        Ok(When::All(vec![
            When::Equals("grant", any(&self.grant)?),
            held,
            When::Equals("pointer", any(&self.pointer)?),
        ]))
    }

    fn granted(&self) -> Result<Update, StoreError> {
        Ok(Update::of(keys::credential(self.id)).when(When::Equals("grant", any(&self.grant)?)))
    }
}

impl Store {
    /// Reads the credentials.
    pub async fn credential(&self, id: IntegrationId) -> Result<Option<Credential>, StoreError> {
        self.table.get(keys::credential(id)).await
    }

    /// Takes the token lease, if nobody holds it and nobody took it since `seen` was read. Answers the credentials
    /// with the holder's fence.
    pub async fn lease_token(&self, seen: &Credential, until: DateTime<Utc>) -> Result<Credential, StoreError> {
        let free = When::Any(vec![When::Absent("lease_until"), When::Below("lease_until", instant(self.now()))]);
        let update = seen.update()?.when(free).set("fence", number(seen.fence + 1)).set("lease_until", instant(until));
        // A transaction, because the SDK's own tries of it are replays: a lost answer is not a lost lease.
        self.table.transact(vec![update.into_write(self.table.name())?]).await?;
        Ok(Credential { fence: seen.fence + 1, lease_until: Some(until), ..seen.clone() })
    }

    /// Commits a refresh: pointer and access token, lease released. Requires the holder's grant and fence.
    pub async fn commit_refresh(
        &self,
        held: &Credential,
        pointer: &Pointer,
        access: &SealedAccess,
        scopes: &[String],
        due: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let update = held
            .update()?
            .set("pointer", any(pointer)?)
            .set("access", any(access)?)
            .set("scopes", any(&scopes)?)
            .remove("lease_until")
            .remove("suspected_at")
            .remove("journal")
            .remove("dead");
        let update = match due {
            Some(due) => update
                .set("due_at", instant(due))
                .set(keys::DUE.pk, text(keys::due_shard("refresh", held.id)))
                .set(keys::DUE.sk, text(keys::due_sort(due, held.id))),
            None => update.remove("due_at").remove(keys::DUE.pk).remove(keys::DUE.sk),
        };
        self.table.transact(vec![update.into_write(self.table.name())?]).await
    }

    /// Moves the pointer forward to a version that was written and never committed, and keeps the lease.
    pub async fn roll_forward(&self, held: &Credential, pointer: &Pointer) -> Result<(), StoreError> {
        let update = held.update()?.set("pointer", any(pointer)?).remove("journal");
        self.table.transact(vec![update.into_write(self.table.name())?]).await
    }

    /// Releases the lease after a failure that says nothing about the grant.
    pub async fn release_token(&self, held: &Credential) -> Result<(), StoreError> {
        self.table.transact(vec![held.update()?.remove("lease_until").into_write(self.table.name())?]).await
    }

    /// Notes that the provider refused versions of the grant, and releases the lease.
    pub async fn suspect(&self, held: &Credential, dead: &[String], since: DateTime<Utc>) -> Result<(), StoreError> {
        let update = held.update()?.set("dead", any(&dead)?).set("suspected_at", instant(since)).remove("lease_until");
        self.table.transact(vec![update.into_write(self.table.name())?]).await
    }

    /// Parks a received credential that Secrets Manager would not take. Requires the grant and no younger journal: a
    /// received token is kept even when the lease is lost.
    pub async fn park(&self, held: &Credential, journal: &Journal) -> Result<(), StoreError> {
        let newer = When::Any(vec![When::Absent("journal_fence"), When::Below("journal_fence", number(journal.fence))]);
        let update =
            held.granted()?.when(newer).set("journal", any(journal)?).set("journal_fence", number(journal.fence));
        self.table.transact(vec![update.into_write(self.table.name())?]).await
    }
}
