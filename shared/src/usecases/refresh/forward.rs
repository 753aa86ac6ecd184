//! Rolling forward: what a dead or a late holder left is found before it is missed. The newest version of the grant that
//! nobody has tried is current, wherever the pointer stands.

use crate::entry::metrics;
use crate::seal::{KeysError, Purpose, SealError};
use crate::store::{Credential, Journal};
use crate::usecases::access::{AccessError, Tokens, context};
use crate::vault::{Pointer, StoredGrant, VaultError};
use chrono::TimeDelta;

/// So long a parked credential waits for the key that it was sealed with.
const KEY_COMES_BACK: TimeDelta = TimeDelta::hours(1);

impl Tokens {
    /// A holder that died between storing a received credential and committing it left it in the journal or as a
    /// younger version of the secret: that one is current, the pointer's may be refused already.
    pub(super) async fn rolled_forward(&self, held: Credential) -> Result<Credential, AccessError> {
        let pointer = match &held.journal {
            Some(journal) if journal.fence > held.pointer.fence => match self.drain(&held, journal).await {
                Ok(pointer) => Some(pointer),
                Err(error) if self.is_lost(&error, journal) => {
                    self.log.count(metrics::JOURNAL_LOST, &[held.provider.as_str()], 1);
                    self.uncommitted(&held).await?
                }
                Err(error) => return Err(error),
            },
            // An older journal than the pointer was overtaken: what it holds was rotated away.
            _ => self.uncommitted(&held).await?,
        };
        let Some(pointer) = pointer else { return Ok(held) };
        let forward = self.store.roll_forward(&held, &pointer).await?;
        self.log.count(metrics::ROLL_FORWARD, &[held.provider.as_str()], 1);
        Ok(forward)
    }

    async fn drain(&self, held: &Credential, journal: &Journal) -> Result<Pointer, AccessError> {
        let opened = self.keys.open(Purpose::Journal, &journal.sealed, &context(held, held.grant)).await?;
        let stored = StoredGrant::from_json(&opened)?;
        Ok(self.vault.put(&held.pointer, &stored).await?)
    }

    /// A journal that does not open, or whose place another version has taken, will never be drained: what is left of
    /// the grant is asked with, so that it works or a person hears of it. One of an unknown key opens when this instance
    /// has read the keyring anew, or when an operator has put the key back.
    fn is_lost(&self, error: &AccessError, journal: &Journal) -> bool {
        match error {
            AccessError::Keys(KeysError::Seal(SealError::UnknownKey)) => self.store.now() - journal.at > KEY_COMES_BACK,
            AccessError::Keys(KeysError::Seal(_)) => true,
            AccessError::Vault(VaultError::Conflict | VaultError::Malformed) => true,
            _ => false,
        }
    }

    async fn uncommitted(&self, held: &Credential) -> Result<Option<Pointer>, AccessError> {
        let Some((pointer, stored)) = self.found(self.vault.newest(&held.pointer).await)? else { return Ok(None) };
        let child = stored.parent_version.as_deref() == Some(held.pointer.version.as_str());
        let tried = held.dead.contains(&pointer.version);
        Ok((child && !tried && pointer.version != held.pointer.version).then_some(pointer))
    }

    /// A version of the same grant that nobody has tried: a rival may have written it late. The pointer's own parent was
    /// rotated away and is none.
    pub(super) async fn untried(
        &self,
        held: &Credential,
        refused: &StoredGrant,
    ) -> Result<Option<Pointer>, AccessError> {
        let (newest, previous) =
            futures_util::join!(self.vault.newest(&held.pointer), self.vault.previous(&held.pointer));
        let versions = [self.found(newest)?, self.found(previous)?];
        let mut untried = versions.into_iter().flatten().map(|(pointer, _)| pointer).filter(|pointer| {
            let parent = refused.parent_version.as_ref() == Some(&pointer.version);
            !parent && !held.dead.contains(&pointer.version)
        });
        Ok(untried.next())
    }

    fn found(
        &self,
        version: Result<(Pointer, StoredGrant), VaultError>,
    ) -> Result<Option<(Pointer, StoredGrant)>, AccessError> {
        match version {
            Ok(version) => Ok(Some(version)),
            Err(VaultError::NotFound | VaultError::Malformed) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
