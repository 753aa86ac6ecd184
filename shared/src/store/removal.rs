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
use super::{Store, keys};
use aws_sdk_dynamodb::types::TransactWriteItem;

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
        let cleanup = self.given_up(seen, credential.as_ref(), true, &mut writes)?;
        self.table.transact(writes).await.map(|()| cleanup)
    }

    /// Disconnects an integration by a change that has taken its grant away; what the grant leaves goes to cleanup.
    pub async fn disconnect(&self, seen: &Integration, change: &Change) -> Result<Option<Cleanup>, StoreError> {
        let credential = self.credential(seen.id).await?;
        let mut writes = change.writes(self)?;
        let cleanup = self.given_up(seen, credential.as_ref(), false, &mut writes)?;
        self.table.transact(writes).await.map(|()| cleanup)
    }

    /// The credential item goes, the provider account is no longer used, the revoke window begins. Answers what is left
    /// to destroy: it is due when nobody can hold the token lease any more.
    fn given_up(
        &self,
        seen: &Integration,
        credential: Option<&Credential>,
        everything: bool,
        writes: &mut Vec<TransactWriteItem>,
    ) -> Result<Option<Cleanup>, StoreError> {
        let (table, now) = (self.table.name(), self.now());
        let connected = seen.connected.as_ref().filter(|_| seen.grant.is_some());
        let cleanup = Cleanup {
            revoke: connected.map(|connected| connected.id.clone()),
            revoke_until: connected.map(|_| now + Revoking::BEGINS_WITHIN),
            watches: seen.watches.clone(),
            dataset: everything.then_some(seen.dataset),
            everything,
            ..Cleanup::of(seen, now)
        };
        let cleanup = credential.iter().fold(cleanup, |cleanup, credential| cleanup.with_grant(credential));
        let cleanup = (credential.is_some() || everything).then_some(cleanup);
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
