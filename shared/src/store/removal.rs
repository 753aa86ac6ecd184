//! Disconnect and delete: true at once in one transaction, with what is left to destroy handed to cleanup.

use super::change::Change;
use super::cleanup::Cleanup;
use super::credential::Credential;
use super::expression::{Update, delete};
use super::external::Revoking;
use super::idempotency::Idempotency;
use super::integration::Integration;
use super::outbox::OutboxEntry;
use super::table::StoreError;
use super::withdrawal::Withdrawal;
use super::{Store, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;

/// What is taken away of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// The grant; configuration, history and records stay.
    Grant,
    /// The grant and the people's data.
    Data,
    /// All of it.
    Everything,
}

impl Store {
    /// Deletes an integration: it is gone, the slot is free, and what belonged to it goes to cleanup. A worker that
    /// still runs can write nothing more; neither can it touch one that is created anew under the same provider.
    pub async fn delete(
        &self,
        seen: &Integration,
        event: &OutboxEntry,
        idempotency: Option<&Idempotency>,
    ) -> Result<Option<Cleanup>, StoreError> {
        let table = self.table.name();
        let credential = self.credential(seen.id).await?;
        let mut writes = vec![
            delete(table, keys::integration(&seen.account, &seen.provider), Some(seen.unchanged()?))?,
            Update::of(keys::account(&seen.account)).add("count", -1).into_write(table)?,
            event.write(table)?,
        ];
        if let Some(idempotency) = idempotency {
            writes.push(idempotency.write(table)?);
        }
        let cleanup = self.given_up(seen, credential.as_ref(), Taken::Everything, &mut writes)?;
        writes.extend(self.holds_no_more(seen)?);
        self.table.transact(writes).await.map(|()| cleanup)
    }

    /// Disconnects an integration by a change that has taken its grant away; what the grant leaves goes to cleanup.
    pub async fn disconnect(&self, seen: &Integration, change: &Change) -> Result<Option<Cleanup>, StoreError> {
        let credential = self.credential(seen.id).await?;
        let mut writes = change.writes(self)?;
        let cleanup = self.given_up(seen, credential.as_ref(), Taken::Grant, &mut writes)?;
        self.table.transact(writes).await.map(|()| cleanup)
    }

    /// Carries out what a person took back, by a change that has taken the grant away and, with the data, given the
    /// integration another dataset. What is erased never comes back. Answers what is left to do.
    pub async fn take_back(
        &self,
        seen: &Integration,
        change: &Change,
        part: &Withdrawal,
    ) -> Result<Withdrawal, StoreError> {
        let credential = self.credential(seen.id).await?;
        let mut writes = change.writes(self)?;
        let taken = if part.erases { Taken::Data } else { Taken::Grant };
        let cleanup = self.given_up(seen, credential.as_ref(), taken, &mut writes)?;
        if part.erases {
            writes.extend(self.holds_no_more(seen)?);
        }
        let part = Withdrawal { cleanup: cleanup.map(|cleanup| cleanup.name()), ..part.clone() };
        writes.push(part.write(self.table.name())?);
        self.table.transact(writes).await.map(|()| part)
    }

    fn holds_no_more(&self, seen: &Integration) -> Result<Option<TransactWriteItem>, StoreError> {
        let Some(connected) = &seen.connected else { return Ok(None) };
        let key = keys::external_holder(&seen.provider, &connected.id, &seen.account);
        delete(self.table.name(), key, None).map(Some)
    }

    /// The credential item goes, the provider account is no longer used, the revoke window begins. Answers what is left
    /// to destroy: it is due when nobody can hold the token lease any more.
    fn given_up(
        &self,
        seen: &Integration,
        credential: Option<&Credential>,
        taken: Taken,
        writes: &mut Vec<TransactWriteItem>,
    ) -> Result<Option<Cleanup>, StoreError> {
        let (table, now) = (self.table.name(), self.now());
        let connected = seen.connected.as_ref().filter(|_| seen.grant.is_some());
        let cleanup = Cleanup {
            revoke: connected.map(|connected| connected.id.clone()),
            revoke_until: connected.map(|_| now + Revoking::BEGINS_WITHIN),
            watches: seen.watches.clone(),
            dataset: (taken != Taken::Grant).then_some(seen.dataset),
            everything: taken == Taken::Everything,
            erases: taken == Taken::Data,
            ..Cleanup::of(seen, now)
        };
        let cleanup = credential.iter().fold(cleanup, |cleanup, credential| cleanup.with_grant(credential));
        let cleanup = (credential.is_some() || taken != Taken::Grant).then_some(cleanup);
        if let Some(cleanup) = &cleanup {
            writes.push(cleanup.write(table)?);
        }
        if let Some(credential) = credential {
            // A refresh that commits in between moves the pointer: read again, or the newer one would be forgotten.
            writes.push(delete(table, keys::credential(seen.id), Some(credential.unchanged()?))?);
        }
        if let Some(connected) = connected {
            let mapping = keys::external_account(&seen.provider, &connected.id, &seen.account);
            writes.push(delete(table, mapping, None)?);
            writes.push(Revoking::begin(table, &seen.provider, &connected.id, now)?);
        }
        Ok(cleanup)
    }
}
