//! The commit of a finished connect: flow, integration, credentials and everything that must be true with them.

use super::change::Change;
use super::cleanup::Cleanup;
use super::credential::Credential;
use super::expression::put;
use super::external::{self, Revoking};
use super::flow::{Flow, FlowState};
use super::keys;
use super::table::StoreError;
use super::{Store, expression};
use domain::ids::ProviderAccountId;

/// A connect that is about to be committed.
#[derive(Debug)]
pub struct Connecting<'a> {
    /// The claimed flow.
    pub flow: &'a Flow,
    /// The integration as it becomes.
    pub change: &'a Change,
    /// The new credentials.
    pub credential: &'a Credential,
    /// Who was connected.
    pub provider_account: &'a ProviderAccountId,
    /// The former provider account, when it is another one.
    pub former_account: Option<&'a ProviderAccountId>,
    /// What the former grant or dataset leaves to destroy.
    pub cleanups: &'a [Cleanup],
}

impl Store {
    /// Commits a connect. `Ok(false)` when a revocation of the same provider account may be under way;
    /// [`StoreError::Conflict`] when the integration was changed meanwhile or the flow is not claimed.
    pub async fn commit_connect(&self, connecting: &Connecting<'_>) -> Result<bool, StoreError> {
        let table = self.table.name();
        let next = connecting.change.next();
        let credential = connecting.credential;
        let mut writes = vec![
            Revoking::none_alive(table, &next.provider, connecting.provider_account, self.now())?,
            connecting.flow.ended(FlowState::Exchanging, FlowState::Done, "connected")?.into_write(table)?,
            put(table, credential.to_item()?, None)?,
            external::uses(
                table,
                &next.provider,
                connecting.provider_account,
                &next.account,
                next.id,
                credential.grant,
            )?,
            external::holds(table, &next.provider, connecting.provider_account, &next.account, next.id)?,
        ];
        if let Some(former) = connecting.former_account {
            let key = keys::external_account(&next.provider, former, &next.account);
            writes.push(expression::delete(table, key, None)?);
            let key = keys::external_holder(&next.provider, former, &next.account);
            writes.push(expression::delete(table, key, None)?);
        }
        for cleanup in connecting.cleanups {
            writes.push(cleanup.write(table)?);
        }
        writes.extend(connecting.change.writes(self)?);
        match self.table.transact(writes).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict(conflict)) if conflict.at(0) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
