//! The credential item: where the grant's secret is, the sealed access token, and the token lease with its fence.
//!
//! The protocol is checked as a state space in `tests/model`, which uses these names: whoever changes a condition here
//! changes it there.

use super::due::{self, Due};
use super::expression::{Item, Update, When, any, instant, number};
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
    /// A holder of the lease died with it, or the provider's answer never came: what was issued then is lost, unless a
    /// version or the journal has it.
    #[serde(default)]
    pub orphaned: bool,
    /// Failed refreshes in a row that say nothing about the grant.
    #[serde(default)]
    pub attempts: u32,
    /// No refresh before this instant: the provider asked to wait.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<DateTime<Utc>>,
    /// When it is to be refreshed ahead of its expiry; the truth behind the index.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
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
    /// When the provider takes the access away unless the person consents again, where it says so.
    #[serde(default, with = "ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub consent_ends: Option<DateTime<Utc>>,
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

/// When a refresh that failed is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    /// Failed refreshes in a row.
    pub attempts: u32,
    /// No call before this instant: the provider asked to wait.
    pub retry_at: Option<DateTime<Utc>>,
    /// When it is due.
    pub due_at: DateTime<Utc>,
    /// The provider may have rotated the token in an answer that never came.
    pub orphaned: bool,
    /// The request may arrive yet, and harm whoever asks meanwhile: the lease stays until it ends.
    pub in_flight: bool,
}

impl Credential {
    pub(super) fn to_item(&self) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self).map_err(StoreError::ours)?;
        item.extend(keys::credential(self.id).into_item());
        due::enter(&mut item, Due::Refresh, self.id, self.due_at);
        Ok(item)
    }

    /// Somebody holds the token lease.
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        self.lease_until.is_some_and(|until| until >= now)
    }

    /// An update that requires the grant and the fence of this copy.
    fn update(&self) -> Result<Update, StoreError> {
        Ok(self.granted()?.when(When::Equals("fence", number(self.fence))))
    }

    /// Holds while nobody has taken the lease, moved the pointer or parked a credential since: whoever takes the lease
    /// or the whole item away goes on with all that is known of the grant.
    pub(super) fn unchanged(&self) -> Result<When, StoreError> {
        let journal = match &self.journal {
            Some(journal) => When::Equals("journal", any(journal)?),
            None => When::Absent("journal"),
        };
        Ok(When::All(vec![
            When::Equals("grant", any(&self.grant)?),
            When::Equals("fence", number(self.fence)),
            When::Equals("pointer", any(&self.pointer)?),
            journal,
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
    /// with the holder's fence. A lease that has ended without being given back means a dead holder.
    pub async fn lease_token(&self, seen: &Credential, until: DateTime<Utc>) -> Result<Credential, StoreError> {
        let free = When::Any(vec![When::Absent("lease_until"), When::Below("lease_until", instant(self.now()))]);
        let orphaned = seen.orphaned || seen.lease_until.is_some();
        let update = Update::of(keys::credential(seen.id)).when(seen.unchanged()?).when(free);
        let update = update.set("fence", number(seen.fence + 1)).set("lease_until", instant(until));
        // A transaction, because the SDK's own tries of it are replays: a lost answer is not a lost lease.
        self.update_credential(update.set("orphaned", any(&orphaned)?)).await?;
        Ok(Credential { fence: seen.fence + 1, lease_until: Some(until), orphaned, ..seen.clone() })
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
            .set("orphaned", any(&false)?)
            .set("attempts", number(0))
            .remove("lease_until")
            .remove("suspected_at")
            .remove("retry_at")
            .remove("journal")
            .remove("dead");
        self.update_credential(due::place(update, Due::Refresh, held.id, due)).await
    }

    /// Moves the pointer forward to a version that was written and never committed, and keeps the lease. What was
    /// suspected of the former version says nothing about this one.
    pub async fn roll_forward(&self, held: &Credential, pointer: &Pointer) -> Result<Credential, StoreError> {
        let update = held.update()?.set("pointer", any(pointer)?).remove("journal").remove("suspected_at");
        self.update_credential(update).await?;
        Ok(Credential { pointer: pointer.clone(), journal: None, suspected_at: None, ..held.clone() })
    }

    /// Releases the lease after a failure that says nothing about the grant, and says when to try again.
    pub async fn release_token(&self, held: &Credential, again: &Again) -> Result<(), StoreError> {
        let update = held.update()?;
        let update = if again.in_flight { update } else { update.remove("lease_until") };
        let update = update
            .set("attempts", number(again.attempts))
            .set("orphaned", any(&again.orphaned)?)
            .set_or_remove("retry_at", again.retry_at.map(instant));
        self.update_credential(due::place(update, Due::Refresh, held.id, Some(again.due_at))).await
    }

    /// Notes that the provider refused versions of the grant, and releases the lease. It is looked at again at
    /// `due_at`, or never by itself once the verdict stands.
    pub async fn suspect(
        &self,
        held: &Credential,
        dead: &[String],
        since: DateTime<Utc>,
        due_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let update = held.update()?.set("dead", any(&dead)?).set("suspected_at", instant(since)).remove("lease_until");
        // With the verdict the loss, if it was one, is counted: a later test of the dead grant does not count it again.
        let update = if due_at.is_none() { update.set("orphaned", any(&false)?) } else { update };
        self.update_credential(due::place(update, Due::Refresh, held.id, due_at)).await
    }

    /// Parks a received credential that Secrets Manager would not take. Requires the grant and no younger journal: a
    /// received token is kept even when the lease is lost. Where the grant was given up meanwhile, it goes to its
    /// cleanup, which needs it for the revocation.
    pub async fn park(&self, held: &Credential, journal: &Journal) -> Result<(), StoreError> {
        match self.park_here(held, journal).await {
            Err(error) if error.is_conflict() => self.park_with_cleanup(held, journal).await,
            outcome => outcome,
        }
    }

    async fn park_with_cleanup(&self, held: &Credential, journal: &Journal) -> Result<(), StoreError> {
        let cleanup = Update::of(keys::cleanup(held.id, &held.grant.to_string()));
        self.update_credential(cleanup.when(When::Exists(keys::PK)).set("journal", any(journal)?)).await
    }

    async fn park_here(&self, held: &Credential, journal: &Journal) -> Result<(), StoreError> {
        let newer = When::Any(vec![When::Absent("journal_fence"), When::Below("journal_fence", number(journal.fence))]);
        let update =
            held.granted()?.when(newer).set("journal", any(journal)?).set("journal_fence", number(journal.fence));
        self.update_credential(update).await
    }

    /// Moves when the credentials are refreshed, if nobody has taken the lease since they were read.
    pub async fn refresh_at(&self, seen: &Credential, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.update_credential(due::place(seen.update()?, Due::Refresh, seen.id, Some(at))).await
    }

    async fn update_credential(&self, update: Update) -> Result<(), StoreError> {
        self.table.transact(vec![update.into_write(self.table.name())?]).await
    }
}
